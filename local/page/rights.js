import { chip, empty, h } from './dom.js';
import { dateText, durationText, timeText } from './words.js';

const EDGE = 0.04;

/** Entitlements on a common line of time, and the doors they open. */
export const rights = ({ customer, now }) => {
  const wharfage = customer?.wharfage ?? null;
  if (customer === null) return empty('Choose a customer on the left.');
  if (wharfage === null || (wharfage.entitlements.length === 0 && wharfage.audit.length === 0)) {
    return empty(
      'Nothing yet. When Stripe reports a subscription to a catalogued product, it shows here.',
    );
  }
  return [
    timeline(wharfage.entitlements, now),
    doors(wharfage),
    h('p', { class: 'quiet small foot' }, progressText(wharfage, now)),
  ];
};

const timeline = (entitlements, now) => {
  const ends = entitlements
    .flatMap(({ startsAt, endsAt }) => [startsAt, endsAt])
    .filter((at) => at !== null);
  const first = Math.min(now, ...ends);
  const last = Math.max(now, ...ends);
  const margin = Math.max(86_400, (last - first) * EDGE);
  const from = first - margin;
  const place = (at) => `${(((at - from) / (last + margin - from)) * 100).toFixed(2)}%`;
  return h(
    'ul',
    { class: 'timeline' },
    entitlements.map((one) => row(one, { now, place })),
  );
};

const row = (one, { now, place }) =>
  h(
    'li',
    {
      'data-key': `offer ${one.offerId}`,
      'data-text': JSON.stringify([one.kind, one.reason, one.endsAt, one.held]),
    },
    h(
      'div',
      { class: 'line' },
      h('strong', {}, one.offerId),
      stateChip(one, now),
      h(
        'span',
        { class: 'quiet push' },
        one.held === null ? one.reason : `${one.reason}, held by the ${one.held}`,
      ),
    ),
    h(
      'div',
      { class: 'track', role: 'img', 'aria-label': barText(one) },
      one.kind === 'granted' ? bars(one, place) : endMark(one, place),
      h('i', { class: 'now', style: { left: place(now) } }),
    ),
    h('div', { class: 'line small quiet' }, ...captions(one)),
  );

const stateChip = (one, now) => {
  if (one.kind === 'withheld') return chip('off', one.endsAt === null ? 'not open' : 'closed');
  return now >= one.graceAt ? chip('warn', 'open, in grace') : chip('good', 'open');
};

const span = (kind, [start, end], place) =>
  h('i', {
    class: kind,
    style: { left: place(start), width: `calc(${place(end)} - ${place(start)})` },
  });

const bars = ({ startsAt, graceAt, endsAt }, place) => {
  const edge = Math.max(startsAt, Math.min(graceAt, endsAt));
  return [
    span('open', [startsAt, edge], place),
    ...(edge < endsAt ? [span('grace', [edge, endsAt], place)] : []),
  ];
};

const endMark = ({ endsAt }, place) =>
  endsAt === null ? null : h('i', { class: 'ended', style: { left: place(endsAt) } });

const captions = ({ kind, startsAt, graceAt, endsAt }) => {
  if (kind === 'withheld')
    return [h('span', {}, endsAt === null ? 'never open' : `ended ${timeText(endsAt)}`)];
  return [
    h('span', {}, `since ${dateText(startsAt)}`),
    graceAt < endsAt ? h('span', {}, `grace from ${dateText(graceAt)}`) : null,
    h('span', { class: 'push' }, `until ${timeText(endsAt)}`),
  ].filter((each) => each !== null);
};

const barText = (one) =>
  one.kind === 'granted'
    ? `${one.offerId} is open from ${timeText(one.startsAt)} until ${timeText(one.endsAt)}`
    : `${one.offerId} is not open`;

const doors = ({ gateway, awsDoor, accounts, malformedAccounts }) =>
  h(
    'div',
    { class: 'doors' },
    h(
      'div',
      {},
      h('h3', {}, 'With a credential'),
      gateway.length === 0
        ? h('p', { class: 'quiet small' }, 'nothing')
        : h(
            'ul',
            { class: 'plain' },
            gateway.map(({ repository, until }) =>
              h(
                'li',
                { 'data-key': `gateway ${repository}`, title: `until ${timeText(until)}` },
                h('code', {}, repository),
              ),
            ),
          ),
    ),
    h(
      'div',
      {},
      h('h3', {}, 'From their AWS accounts'),
      awsDoor.length === 0
        ? h('p', { class: 'quiet small' }, accounts.length === 0 ? 'no account known' : 'nothing')
        : h('ul', { class: 'plain' }, awsDoor.map(awsDoorLine)),
      malformedAccounts.length === 0
        ? null
        : h('p', { class: 'small bad-text' }, `not an account id: ${malformedAccounts.join(', ')}`),
    ),
  );

const awsDoorLine = ({ repository, accounts }) =>
  h(
    'li',
    {},
    h('code', {}, repository),
    h(
      'ul',
      { class: 'plain inset small' },
      accounts.map(({ account, standing }) =>
        h(
          'li',
          { 'data-key': `aws ${repository} ${account}` },
          h('code', {}, account),
          ` ${standing}`,
        ),
      ),
    ),
  );

const progressText = ({ verifiedAt, verifiedBy, dueAt, isDone, version }, now) => {
  const verified =
    verifiedAt === null
      ? 'Never compared with Stripe'
      : `Compared with Stripe ${timeText(verifiedAt)} (${verifiedBy})`;
  return `${verified}; ${nextText(dueAt, now)}. Version ${version}${isDone ? '' : ', its effects are under way'}.`;
};

const nextText = (dueAt, now) => {
  if (dueAt === null) return 'nothing to wait for';
  return dueAt > now ? `next look in ${durationText(dueAt - now)}` : 'due now';
};
