import { button, chip, empty, h } from './dom.js';
import { MISHAPS, shortTimeText, timeText } from './words.js';

/** What the next events will meet, those that wait, and the last attempts. */
export const events = ({ deliveries, mode, webhookUrl }, plan) => {
  if (mode === 'stripe_test_mode') {
    return [
      h('p', { class: 'small quiet' }, 'Stripe delivers its events itself, by its command line:'),
      h('div', { class: 'command' }, h('code', {}, `stripe listen --forward-to ${webhookUrl}`)),
    ];
  }
  const { planned, pending, attempts } = deliveries;
  return [
    planned.length === 0
      ? null
      : h(
          'p',
          { class: 'line' },
          h('span', { class: 'small' }, 'Next:'),
          planned.map((kind) => chip('warn', MISHAPS[kind])),
          button('Call off', () => plan({ act: 'calm' })),
        ),
    pending.length === 0
      ? null
      : h(
          'p',
          { class: 'small', 'data-key': 'pending' },
          pendingText(pending),
          ' ',
          planned.length === 0 && pending.some(({ dueAt }) => dueAt === undefined)
            ? button('Release', () => plan({ act: 'calm' }))
            : null,
        ),
    attempts.length === 0
      ? empty('What Stripe tells the webhook shows here.')
      : attemptList(attempts, plan),
  ].filter((each) => each !== null);
};

const pendingText = (pending) => {
  const next = pending.map(({ dueAt }) => dueAt).filter((at) => at !== undefined);
  const when = next.length === 0 ? '' : `, the next at ${timeText(Math.min(...next))}`;
  return `${pending.length} on the way${when}.`;
};

const attemptList = (attempts, plan) =>
  h(
    'details',
    { 'data-open-key': 'attempts', open: true },
    h('summary', { 'data-focus': 'attempts' }, 'Last deliveries'),
    h(
      'ul',
      { class: 'plain attempts' },
      attempts.slice(0, 8).map(({ eventId, type, at, status }, index) =>
        h(
          'li',
          { class: 'line small', 'data-key': `${eventId} ${at} ${index}` },
          h('code', { class: 'clip', title: eventId }, type),
          h('span', { class: 'push quiet' }, shortTimeText(at)),
          chip(
            status >= 200 && status < 300 ? 'good' : 'bad',
            status === 0 ? 'unreachable' : String(status),
          ),
          button('Again', () => plan({ act: 'resend', event: eventId }), {
            focus: `${eventId} ${index}`,
            class: 'link',
            title: `Send ${type} again`,
          }),
        ),
      ),
    ),
  );

export const deadPrincipals = ({ deadPrincipals: list }) =>
  list.length === 0
    ? h(
        'p',
        { class: 'small quiet' },
        'ECR refuses a whole policy that names an account which was closed.',
      )
    : h(
        'p',
        { class: 'line small' },
        'Closed:',
        list.map((account) => h('code', { 'data-key': `dead ${account}` }, account)),
      );

/** Work that waits, and work that failed for good. */
export const queues = ({ queues: list }) =>
  h(
    'table',
    {},
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['Queue', 'waits', 'in flight'].map((text) => h('th', { scope: 'col' }, text)),
      ),
    ),
    h(
      'tbody',
      {},
      list.flatMap(({ name, waiting, inFlight, isDeadLetters, bodies }) => [
        h(
          'tr',
          {},
          h('td', {}, h('code', {}, name.replace('wharfage-local-', ''))),
          h('td', { class: isDeadLetters && waiting > 0 ? 'bad-text' : '' }, String(waiting)),
          h('td', {}, isDeadLetters ? '' : String(inFlight)),
        ),
        ...bodies.map((body) =>
          h('tr', {}, h('td', { colspan: '3' }, h('code', { class: 'small' }, body))),
        ),
      ]),
    ),
  );

/** What the functions logged last, newest first. */
export const log = ({ log: lines }) =>
  h(
    'details',
    { 'data-open-key': 'log' },
    h('summary', { 'data-focus': 'log' }, 'What the functions log'),
    h(
      'pre',
      { class: 'log', tabindex: '0' },
      lines.toReversed().map(({ at, text }) => `${timeText(at)}  ${shorter(text)}\n`),
    ),
  );

/** Without the part that only CloudWatch reads. */
const shorter = (text) => text.replace(/,"_aws":.*$/, '}');
