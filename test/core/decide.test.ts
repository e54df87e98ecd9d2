import { describe, expect, it } from 'vitest';
import type { Customer } from '../../functions/core/customer.ts';
import { decide, evidenceOf, isSameAccess, type State } from '../../functions/core/decide.ts';
import type { Facts, Question } from '../../functions/core/question.ts';
import type { Concern, Subscription } from '../../functions/core/subscription.ts';
import { DAY } from '../../functions/core/time.ts';
import {
  catalog,
  customer,
  found,
  grant,
  invoice,
  itemOf,
  NOW,
  offer,
  PAID_UNTIL,
  subscription,
  windowOf,
} from '../support/builders.ts';

const ONE = '111122223333';
const TWO = '444455556666';
const NOTHING: Facts = { kind: 'nothing' };
const CATALOG = catalog();
const AGREED = { deployed: CATALOG, accepted: CATALOG };

const question = (facts: Facts, prior: Partial<Customer> = {}, given: Partial<Question> = {}) => ({
  prior: customer(prior),
  facts,
  grants: prior.grants ?? [],
  catalogs: AGREED,
  now: NOW,
  ...given,
});

const decided = (...args: Parameters<typeof question>) => decide(question(...args));

/** What was stored after these facts. */
const storedAfter = (...args: Parameters<typeof question>): Customer =>
  customer({ ...decided(...args).state, version: 1, effectsDone: 1 });

const openOf = ({ windows }: Pick<State, 'windows'>) =>
  windows.map(({ offerId, source, because }) => `${offerId} ${source} ${because}`);
const withheldOf = ({ withheld }: State) =>
  withheld.map(({ offerId, because, endedAt }) => `${offerId} ${because} ${endedAt ?? 'never'}`);

const second = (given = {}) => subscription({ subscriptionId: 'sub_2', ...given });
const canceled = subscription({ status: 'canceled' });

describe('union over subscriptions and manual grants', () => {
  it('every subscription and every grant opens its own window', () => {
    const facts = found([subscription(), second({ items: [itemOf('tools')] })]);
    expect(openOf(decided(facts, { grants: [grant('tools')] }).state)).toStrictEqual([
      'app sub_1 paid',
      'tools manual manual',
      'tools sub_2 paid',
    ]);
  });

  it('one canceled and one active for the same product: it stays open and nothing is lost', () => {
    const prior = storedAfter(found([subscription(), second()]));
    const { state, lost } = decided(found([canceled, second()]), prior);
    expect(openOf(state)).toStrictEqual(['app sub_2 paid']);
    expect(lost).toStrictEqual([]);
  });

  it('one active and one unpaid: only the first one opens', () => {
    const facts = found([subscription(), second({ items: [itemOf('tools')], status: 'unpaid' })]);
    const { state } = decided(facts);
    expect(openOf(state)).toStrictEqual(['app sub_1 paid']);
    expect(withheldOf(state)).toStrictEqual(['tools unpaid never']);
  });

  it('101 subscriptions all count', () => {
    const facts = found(
      Array.from({ length: 101 }, (_, index) => subscription({ subscriptionId: `sub_${index}` })),
    );
    const { state } = decided(facts);
    expect(state.windows).toHaveLength(101);
    expect(state.subscriptions.every(({ proven }) => proven)).toBe(true);
  });

  it('a grant that has ended is gone, and one that has not begun is known', () => {
    const grants = [grant('app', { until: NOW }), grant('tools', { startsAt: NOW + DAY })];
    const { state } = decided(found([]), { grants });
    expect(state.grants).toStrictEqual([grants[1]]);
    expect(state.windows[0]).toMatchObject({ offerId: 'tools', startsAt: NOW + DAY });
    expect(state.members.untils).toStrictEqual({});
  });

  it('a grant for an offer that nobody sells opens nothing', () => {
    expect(decided(found([]), { grants: [grant('stranger')] }).state.windows).toStrictEqual([]);
  });

  it('Stripe may list in any order', () => {
    const listed = [subscription(), second({ items: [itemOf('tools')], status: 'unpaid' })];
    expect(decided(found(listed.toReversed())).state).toStrictEqual(decided(found(listed)).state);
  });
});

describe('subscriptions that ended', () => {
  it('never come back from a stale read', () => {
    const prior = storedAfter(found([canceled]), storedAfter(found([subscription()])));
    expect(prior.endedSubscriptionIds).toStrictEqual(['sub_1']);
    const { state } = decided(found([subscription()]), prior);
    expect(state.windows).toStrictEqual([]);
    expect(state.subscriptions).toStrictEqual([]);
  });

  it.each(['canceled', 'incomplete_expired'] as const)('%s ends for good', (status) => {
    expect(decided(found([subscription({ status })])).state.endedSubscriptionIds).toStrictEqual([
      'sub_1',
    ]);
  });

  it('150 of them: the newest hundred are remembered, and the next read changes nothing', () => {
    const facts = found(
      Array.from({ length: 150 }, (_, index) =>
        subscription({
          subscriptionId: `sub_${String(index).padStart(3, '0')}`,
          status: 'canceled',
          startedAt: NOW - 1_000 + Math.floor(index / 2),
        }),
      ).toReversed(),
    );
    const prior = storedAfter(facts, { endedSubscriptionIds: ['sub_gone'] });
    expect(prior.endedSubscriptionIds).toHaveLength(100);
    expect(prior.endedSubscriptionIds.at(0)).toBe('sub_050');
    expect(prior.endedSubscriptionIds.at(-1)).toBe('sub_149');
    expect(decided(facts, prior).state.endedSubscriptionIds).toStrictEqual(
      prior.endedSubscriptionIds,
    );
  });

  it('one that no list shows any more is still remembered', () => {
    const { state } = decided(found([]), { endedSubscriptionIds: ['sub_0'] });
    expect(state.endedSubscriptionIds).toStrictEqual(['sub_0']);
  });
});

describe('ignorance', () => {
  const prior = storedAfter(
    found([subscription()], { accountsText: ONE, email: 'ops@nova.example' }),
  );

  it('an empty list closes nothing: it is held to its date', () => {
    const { state, lost } = decided(found([], { accountsText: ONE }), prior);
    expect(state.windows).toStrictEqual([windowOf('app', { because: 'not_listed' })]);
    expect(state.members).toStrictEqual(prior.members);
    expect(lost).toStrictEqual([]);
  });

  it('a subscription missing from the list ends at its date', () => {
    const { state, lost } = decided(found([], { accountsText: ONE }), prior, { now: PAID_UNTIL });
    expect(state.windows).toStrictEqual([]);
    expect(withheldOf(state)).toStrictEqual([`app deadline ${PAID_UNTIL}`]);
    expect(lost).toStrictEqual([]);
  });

  it('not asking puts a missing subscription back on no list', () => {
    const missing = storedAfter(found([], { accountsText: ONE }), prior);
    expect(decided(NOTHING, missing).state).toStrictEqual(
      decided(found([], { accountsText: ONE }), missing).state,
    );
  });

  it('a missing subscription that is listed again goes on as before', () => {
    const missing = storedAfter(found([], { accountsText: ONE }), prior);
    expect(decided(found([subscription()]), missing).state.windows).toStrictEqual([
      windowOf('app'),
    ]);
  });

  it('no answer changes nothing', () => {
    const { state, lost } = decided(NOTHING, prior);
    expect(customer({ ...prior, ...state })).toStrictEqual(prior);
    expect(lost).toStrictEqual([]);
  });

  it('the deadline closes without any answer', () => {
    const { state, lost } = decided(NOTHING, prior, { now: PAID_UNTIL });
    expect(state.windows).toStrictEqual([]);
    expect(state.members).toStrictEqual({ accounts: [], untils: {} });
    expect(lost).toStrictEqual([]);
  });

  it('the last second is still paid for', () => {
    expect(openOf(decided(NOTHING, prior, { now: PAID_UNTIL - 1 }).state)).toStrictEqual([
      'app sub_1 paid',
    ]);
  });
});

describe('accounts', () => {
  it('come from the metadata, and a malformed one stops nobody', () => {
    const { state } = decided(found([subscription()], { accountsText: `${TWO} 12 ${ONE}` }));
    expect(state.accounts).toStrictEqual([ONE, TWO]);
    expect(state.malformedAccounts).toStrictEqual(['12']);
    expect(state.members).toStrictEqual({
      accounts: [ONE, TWO],
      untils: { 'acme/app': PAID_UNTIL },
    });
  });

  it('one that is removed is lost on Stripe’s evidence', () => {
    const prior = storedAfter(found([subscription()], { accountsText: `${ONE} ${TWO}` }));
    const { state, lost, ifHeld } = decided(found([subscription()], { accountsText: ONE }), prior);
    expect(state.members.accounts).toStrictEqual([ONE]);
    expect(lost).toStrictEqual([TWO]);
    expect(ifHeld.members.accounts).toStrictEqual([ONE, TWO]);
    expect(ifHeld.isHeld).toBe(true);
  });

  it('one that is removed as the deadline closes everything is not lost on Stripe’s evidence', () => {
    const prior = storedAfter(found([subscription()], { accountsText: ONE }));
    expect(decided(found([subscription()]), prior, { now: PAID_UNTIL }).lost).toStrictEqual([]);
  });

  it('one of a customer without access takes nothing away', () => {
    const prior = storedAfter(found([], { accountsText: ONE }));
    expect(decided(found([]), prior).lost).toStrictEqual([]);
  });
});

describe('what is lost on Stripe’s evidence', () => {
  const prior = storedAfter(found([subscription()]));

  it.each([
    ['canceled', { status: 'canceled' }, ['app']],
    ['unpaid', { status: 'unpaid' }, ['app']],
    ['the product replaced', { items: [itemOf('tools')] }, ['app']],
    ['a cancel date in the past', { cancelAt: NOW - 1 }, ['app']],
    ['a cancel date ahead', { cancelAt: NOW + 1 }, []],
    ['past_due', { status: 'past_due', latestInvoice: invoice({ status: 'open' }) }, []],
    ['a status we do not know', { status: { kind: 'unknown', text: 'frozen' } }, []],
  ] satisfies [string, Partial<Subscription>, string[]][])('%s', (_what, given, lost) => {
    expect(decided(found([subscription(given)]), prior).lost).toStrictEqual(lost);
  });

  it('a deadline is no evidence of Stripe’s', () => {
    expect(decided(found([canceled]), prior, { now: PAID_UNTIL }).lost).toStrictEqual([]);
  });

  it('neither is what the operator takes back', () => {
    const granted = storedAfter(found([]), { grants: [grant('tools')] });
    const { state, lost } = decided(found([]), granted, { grants: [] });
    expect(withheldOf(state)).toStrictEqual([`tools grant_ended ${NOW}`]);
    expect(lost).toStrictEqual([]);
  });

  it('held, it stays as it was, marked', () => {
    const { ifHeld } = decided(found([canceled]), prior);
    expect(ifHeld.windows).toStrictEqual([windowOf('app', { held: 'breaker' })]);
    expect(ifHeld.endedSubscriptionIds).toStrictEqual(['sub_1']);
  });
});

describe('a payment with something amiss', () => {
  const suspending = catalog({ onDispute: 'suspend', onFullRefund: 'revoke' });
  const catalogs = { deployed: suspending, accepted: suspending };
  const seen = storedAfter(found([subscription({ concern: 'refunded' })]), {}, { catalogs });
  const read = (given: Partial<Subscription>) =>
    decided(found([subscription(given)]), seen, { catalogs }).state.windows.length;

  it('is not taken back by a list that is suddenly empty', () => {
    expect(read({ isUnseen: true })).toBe(0);
  });

  it('is over when it is read to be over, or another invoice is the latest', () => {
    expect(read({ concern: 'none' })).toBe(1);
    expect(read({ isUnseen: true, latestInvoice: invoice({ createdAt: NOW - DAY }) })).toBe(1);
  });

  it('keeps what was seen beside what is seen: the other half may be what the list left out', () => {
    const concernAfter = (before: Concern, now: Concern, given: Partial<Subscription> = {}) => {
      const prior = storedAfter(found([subscription({ concern: before })]), {}, { catalogs });
      const facts = found([subscription({ concern: now, isUnseen: true, ...given })]);
      return decided(facts, prior, { catalogs }).state.subscriptions[0]?.concern;
    };
    expect(concernAfter('disputed', 'refunded')).toBe('disputed_and_refunded');
    expect(concernAfter('refunded', 'disputed')).toBe('disputed_and_refunded');
    expect(concernAfter('disputed_and_refunded', 'none')).toBe('disputed_and_refunded');
    expect(concernAfter('disputed', 'none')).toBe('disputed');
    expect(concernAfter('none', 'refunded')).toBe('refunded');
    const other = { latestInvoice: invoice({ createdAt: NOW - DAY }) };
    expect(concernAfter('disputed', 'refunded', other)).toBe('refunded');
  });

  it('is not forgotten with a list that leaves the subscription out, and opens nothing meanwhile', () => {
    const missing = { ...seen, ...decided(found([]), seen, { catalogs }).state };
    expect(missing.subscriptions).toMatchObject([{ concern: 'refunded', isUnlisted: true }]);
    const unseen = found([subscription({ isUnseen: true })]);
    const back = decided(unseen, missing, { catalogs }).state;
    expect(back.windows).toStrictEqual([]);
    expect(back.subscriptions[0]).not.toHaveProperty('isUnlisted');
    // Nor does a catalog that does not mind refunds open what nobody has seen.
    const mild = catalog();
    const both = { deployed: mild, accepted: mild };
    expect(decided(NOTHING, missing, { catalogs: both }).state.windows).toStrictEqual([]);
  });

  it('is not made up by an empty list', () => {
    const facts = found([subscription({ isUnseen: true })]);
    expect(decided(facts, {}, { catalogs }).state.subscriptions[0]?.concern).toBe('none');
  });
});

describe('what the breaker holds', () => {
  it('lets in no account that was not there when it ended', () => {
    const open = storedAfter(found([subscription()], { accountsText: ONE }));
    const ended = found([canceled], { accountsText: `${ONE} ${TWO}` });
    const { ifHeld, state } = decided(ended, open);
    expect(ifHeld.members.accounts).toStrictEqual([ONE]);
    expect(ifHeld.accounts).toStrictEqual([ONE]);
    expect(state.accounts).toStrictEqual([ONE, TWO]);
  });

  const before = storedAfter(found([subscription(), second({ items: [itemOf('tools')] })]));
  const facts = found([canceled, second({ items: [itemOf('tools')] })]);
  const held = customer({ ...before, ...decided(facts, before).ifHeld });

  it('is asked about again each time Stripe answers the same', () => {
    const { lost, ifHeld } = decided(facts, held);
    expect(lost).toStrictEqual(['app']);
    expect({ ...held, ...ifHeld }).toStrictEqual(held);
  });

  it('stays when Stripe does not answer, and so does the hourly retry', () => {
    const { lost, state } = decided(NOTHING, held);
    expect(lost).toStrictEqual([]);
    expect({ ...held, ...state }).toStrictEqual(held);
  });

  it('ends at its date', () => {
    const { state, lost } = decided(facts, held, { now: PAID_UNTIL });
    expect(state.windows).toStrictEqual([]);
    expect(lost).toStrictEqual([]);
  });

  it('is free again when Stripe says active', () => {
    const paused = found([subscription({ status: 'paused' })]);
    const prior = storedAfter(found([subscription()]));
    const stopped = customer({ ...prior, ...decided(paused, prior).ifHeld });
    const { state, lost } = decided(found([subscription()]), stopped);
    expect(state.windows).toStrictEqual([windowOf('app')]);
    expect(state.isHeld).toBe(false);
    expect(lost).toStrictEqual([]);
  });

  it('is not taken up again by past_due, which adds nothing', () => {
    const prior = storedAfter(found([subscription()]));
    const paused = found([subscription({ status: 'paused' })]);
    const stopped = customer({ ...prior, ...decided(paused, prior).ifHeld });
    const resumed = subscription({
      status: 'past_due',
      latestInvoice: invoice({ status: 'open', createdAt: NOW }),
    });
    expect(decided(found([resumed]), stopped).lost).toStrictEqual(['app']);
  });

  it('is free again when another catalog opens it without asking Stripe', () => {
    const strict = catalog({ onDispute: 'suspend' });
    const catalogs = { deployed: strict, accepted: strict };
    const disputed = found([subscription({ concern: 'disputed' })]);
    const prior = storedAfter(found([subscription()]), {}, { catalogs });
    const stopped = customer({ ...prior, ...decided(disputed, prior, { catalogs }).ifHeld });
    expect(stopped.windows).toStrictEqual([windowOf('app', { held: 'breaker' })]);
    expect(decided(NOTHING, stopped).state.windows).toStrictEqual([windowOf('app')]);
  });
});

describe('a deleted customer', () => {
  const prior = storedAfter(
    found([subscription()], { accountsText: `${ONE} 12`, email: 'ops@nova.example' }),
    { grants: [grant('tools')] },
  );
  const { state, lost } = decided({ kind: 'deleted' }, prior);

  it('loses everything at once, manual grants too', () => {
    expect(state).toStrictEqual({
      isDeleted: true,
      accounts: [],
      malformedAccounts: prior.malformedAccounts,
      subscriptions: [],
      endedSubscriptionIds: [],
      grants: [],
      windows: [],
      withheld: [
        { offerId: 'app', source: 'sub_1', because: 'customer_deleted', endedAt: NOW },
        { offerId: 'tools', source: 'manual', because: 'customer_deleted', endedAt: NOW },
      ],
      paidTimes: [],
      members: { accounts: [], untils: {} },
      isHeld: false,
    });
  });

  it('is not counted by the breaker', () => {
    expect(lost).toStrictEqual([]);
  });

  it('stays deleted, whatever a stale read says', () => {
    const deleted = customer({ ...prior, ...state });
    expect(decided(NOTHING, deleted).state.isDeleted).toBe(true);
  });
});

describe('evidence', () => {
  it.each([
    [found([]), 'event', []],
    [
      found([subscription(), second({ status: { kind: 'unknown', text: 'frozen' } })]),
      'event',
      ['sub_1 active, invoice paid', 'sub_2 unknown status frozen, invoice paid'],
    ],
    [{ kind: 'deleted' }, 'event', ['customer deleted']],
    [NOTHING, 'operator', ['operator']],
    [NOTHING, 'catalog', ['as last read']],
  ] satisfies [Facts, 'event' | 'operator' | 'catalog', string[]][])(
    'of %j for %s',
    (facts, because, evidence) => {
      expect(evidenceOf(facts, because)).toStrictEqual(evidence);
    },
  );

  it('says that there was no invoice', () => {
    const { latestInvoice: _none, ...uninvoiced } = subscription();
    expect(evidenceOf(found([uninvoiced]), 'event')).toStrictEqual(['sub_1 active, no invoice']);
  });
});

it('access is the same whatever else was read', () => {
  const one = storedAfter(found([subscription()], { email: 'a@nova.example' }));
  const other = storedAfter(found([subscription()], { email: 'b@nova.example' }));
  expect(isSameAccess(one, other)).toBe(true);
  expect(isSameAccess(one, storedAfter(found([])))).toBe(false);
});

it('a change of e-mail and one that is gone are kept', () => {
  const prior = storedAfter(found([], { email: 'a@nova.example' }));
  expect(decided(found([], { email: 'b@nova.example' }), prior).state.email).toBe('b@nova.example');
  expect(decided(found([]), prior).state).not.toHaveProperty('email');
  expect(decided(NOTHING, prior).state.email).toBe('a@nova.example');
});

it('offers may share a name with what every object has', () => {
  const weird = catalog({ offers: { constructor: offer('constructor') } });
  const catalogs = { deployed: weird, accepted: weird };
  const { state } = decided(
    found([subscription({ items: [itemOf('constructor')] })]),
    {},
    { catalogs },
  );
  expect(openOf(state)).toStrictEqual(['constructor sub_1 paid']);
});
