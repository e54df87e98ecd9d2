import { chip, empty, h } from './dom.js';
import { dateText, durationText } from './words.js';

/** Each repository's policy as ECR shows it, and who is in it. */
export const repositories = ({ repositories: list, now }, act) =>
  list.length === 0
    ? empty('The catalog names no repository.')
    : list.map((one) => repository(one, now, act));

const repository = (one, now, act) =>
  h(
    'article',
    { class: 'repository' },
    h(
      'div',
      { class: 'line' },
      h('h3', {}, h('code', {}, one.repository)),
      h('span', { class: 'quiet small' }, one.offers.join(', ')),
      h('span', { class: 'push', 'data-key': `${one.repository} state` }, stateChip(one)),
    ),
    one.tags.length === 0
      ? null
      : h(
          'p',
          { class: 'small quiet', 'data-key': `${one.repository} tags` },
          `Tags: ${one.tags.join(', ')}`,
        ),
    one.waitsUntil === null
      ? null
      : h(
          'p',
          { class: 'small quiet' },
          `A change waits for its turn, ${durationText(one.waitsUntil - now)} from now at the latest: one write per repository in 30 seconds.`,
        ),
    h(
      'ul',
      { class: 'plain people' },
      one.accounts.map((each) => person(one, each)),
    ),
    ...one.deadStatements.map((statement) =>
      h('p', { class: 'small bad-text' }, `ECR refuses the vendor’s own statement: ${statement}`),
    ),
    one.policy === ''
      ? h(
          'p',
          { class: 'small quiet' },
          one.accounts.length === 0
            ? 'No policy: nobody outside the vendor’s account may pull here.'
            : 'No policy yet.',
        )
      : h(
          'details',
          { 'data-open-key': one.repository, open: true },
          h(
            'summary',
            { 'data-focus': `${one.repository} policy` },
            `Policy, ${one.size} of ${one.sizeMax.toLocaleString('en')} characters`,
          ),
          h(
            'pre',
            { class: 'json', tabindex: '0', 'data-key': `${one.repository} policy` },
            coloured(one.policy),
          ),
        ),
    handEdit(one, act),
  );

const stateChip = ({ policy, accounts, driftAt }) => {
  if (policy === '') return chip('off', 'no policy');
  const count = accounts.filter(({ standing }) => standing === 'in the policy').length;
  return chip(
    driftAt === null ? 'good' : 'warn',
    `${count} account${count === 1 ? '' : 's'}${driftAt === null ? '' : `, mended ${dateText(driftAt)}`}`,
  );
};

const STANDING = {
  'in the policy': 'good',
  quarantined: 'bad',
  'to be removed': 'warn',
  'not in the policy yet': 'warn',
};

const person = ({ repository: name }, { account, customerName, until, standing }) =>
  h(
    'li',
    { class: 'line small', 'data-key': `${name} ${account} ${customerName}` },
    h('code', {}, account),
    h('span', {}, customerName ?? 'no longer entitled'),
    h('span', { class: 'push quiet' }, until === null ? '' : `until ${dateText(until)}`),
    standing === 'in the policy' ? null : chip(STANDING[standing] ?? 'warn', standing),
  );

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?/g;

/** Keys and values in two tones; the text itself is ECR's. */
const coloured = (text) => {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon] = match;
    parts.push(
      text.slice(end, match.index),
      h('span', { class: colon === undefined ? 'value' : 'key' }, string),
      colon ?? '',
    );
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
};

const handEdit = ({ repository: name, policy }, act) => {
  const save = (event) => {
    event.preventDefault();
    const isRemoval = event.submitter?.value === 'remove';
    const text = isRemoval ? '' : new FormData(event.target).get('text');
    act({ act: 'edit_policy', repository: name, text });
  };
  return h(
    'details',
    { 'data-open-key': `${name} edit` },
    h(
      'summary',
      { 'data-focus': `${name} edit` },
      'Edit by hand, as somebody in the console might',
    ),
    h(
      'form',
      { class: 'form', on: { submit: save } },
      h(
        'textarea',
        { name: 'text', rows: '10', spellcheck: 'false', 'aria-label': `Policy of ${name}` },
        policy === '' ? TEMPLATE : policy,
      ),
      h(
        'div',
        { class: 'buttons' },
        h('button', { value: 'save' }, 'Save'),
        policy === '' ? null : h('button', { value: 'remove' }, 'Remove the policy'),
      ),
    ),
  );
};

const TEMPLATE = JSON.stringify(
  {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ByHand',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::999988887777:root' },
        Action: ['ecr:BatchGetImage'],
      },
    ],
  },
  null,
  2,
);
