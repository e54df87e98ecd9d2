import { chip, empty, h } from './dom.js';
import { shortTimeText } from './words.js';

/** How the customer pulls, what the gateway answered, and what the ledger counts. */
export const pulls = ({ pulls: all }, copy) => {
  if (all === null) return empty('When access first opens, this says how to pull.');
  return [
    ...[all.login, ...all.commands].map((command) => line(command, copy)),
    h(
      'p',
      { class: 'small quiet' },
      'Claim the credential first: the secret is what docker login waits for (Enter, then Ctrl-D). Podman and skopeo take --tls-verify=false as well.',
    ),
    answers(all.recent),
    ledger(all.days),
  ];
};

const line = (command, copy) =>
  h(
    'div',
    { class: 'command', 'data-key': command },
    h('code', {}, command),
    h(
      'button',
      {
        type: 'button',
        'data-focus': command,
        on: { click: ({ target }) => copy(command, target) },
      },
      'Copy',
    ),
  );

const answers = (recent) =>
  recent.length === 0
    ? h('p', { class: 'small quiet' }, 'Nobody has asked the gateway yet.')
    : h(
        'ul',
        { class: 'plain', id: 'answers' },
        recent.map(({ at, what, decision, isAllowed }, index) =>
          h(
            'li',
            { class: 'small', 'data-key': `answer ${at} ${what} ${recent.length - index}` },
            h('time', { class: 'quiet' }, shortTimeText(at)),
            h('code', { title: what }, what),
            chip(isAllowed ? 'good' : 'bad', decision),
          ),
        ),
      );

const ledger = (days) =>
  days.length === 0
    ? null
    : h(
        'table',
        { class: 'small', id: 'ledger' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Day', 'Repository', 'Checks', 'Pulls', 'Bytes', 'Denied'].map((text) =>
              h('th', {}, text),
            ),
          ),
        ),
        h('tbody', {}, days.map(day)),
      );

const day = ({ day: date, repository, versionChecks, pulls: count, bytes, denials }) =>
  h(
    'tr',
    { 'data-key': `ledger ${date} ${repository}` },
    h('td', {}, date),
    h('td', {}, h('code', {}, repository)),
    ...[versionChecks, count, bytes, total(denials)].map((number) =>
      h('td', {}, number.toLocaleString('en')),
    ),
  );

const total = (denials) => Object.values(denials).reduce((sum, count) => sum + count, 0);
