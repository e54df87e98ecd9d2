import { chip, empty, h } from './dom.js';
import { timeText } from './words.js';

/** The credential, and how to claim it. The secret itself is never here. */
export const credentials = ({ customer }, copy) => {
  const list = customer?.wharfage?.credentials ?? [];
  if (list.length === 0) return empty('The first one is minted when access first opens.');
  return h(
    'ul',
    { class: 'cards' },
    list.map((one) => credential(one, copy)),
  );
};

const credential = ({ credentialId, kind, text, command }, copy) =>
  h(
    'li',
    { class: 'sub', 'data-key': credentialId },
    h(
      'div',
      { class: 'line' },
      h('code', {}, credentialId),
      h('span', { class: 'push' }, chip(KINDS[kind], kind)),
    ),
    h('p', { class: 'small quiet' }, text),
    command === null
      ? null
      : h(
          'div',
          { class: 'command' },
          h('code', {}, command),
          h(
            'button',
            {
              type: 'button',
              'data-focus': credentialId,
              on: { click: ({ target }) => copy(command, target) },
            },
            'Copy',
          ),
        ),
  );

const KINDS = {
  waiting: 'warn',
  active: 'good',
  retiring: 'warn',
  retired: 'off',
  unclaimed: 'off',
};

/** What changed, newest first. */
export const audit = ({ customer }) => {
  const lines = customer?.wharfage?.audit ?? [];
  if (lines.length === 0)
    return empty('Each change of access is written down here, with what it was decided from.');
  return h(
    'ol',
    { class: 'audit' },
    lines.map(({ sequence, at, because, actor, changes, evidence }) =>
      h(
        'li',
        { 'data-key': `audit ${sequence}` },
        h(
          'div',
          { class: 'line small quiet' },
          h('time', {}, timeText(at)),
          h('span', { class: 'push' }, actor === undefined ? because : `${because}: ${actor}`),
        ),
        changes.map((change) => h('p', {}, change)),
        evidence.length === 0
          ? null
          : h('p', { class: 'small quiet evidence' }, evidence.join(' · ')),
      ),
    ),
  );
};
