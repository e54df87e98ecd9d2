import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Customer, PaidTime, StoredSubscription } from '../../functions/core/customer.ts';
import { decide } from '../../functions/core/decide.ts';
import { mergedTimes, paidTimesOf, unionOf } from '../../functions/core/paid-time.ts';
import type { Facts } from '../../functions/core/question.ts';
import type { Subscription, SubscriptionItem } from '../../functions/core/subscription.ts';
import { DAY } from '../../functions/core/time.ts';
import { truths } from '../support/arbitraries.ts';
import {
  catalog,
  customer,
  found,
  grant,
  invoice,
  itemOf,
  NOW,
  offer,
  PERIOD_START,
  stored,
  subscription,
  windowOf,
} from '../support/builders.ts';

const PERIOD_END = NOW + 20 * DAY;
const PERIOD: PaidTime = {
  offerId: 'app',
  source: 'sub_1',
  startsAt: PERIOD_START,
  endsAt: PERIOD_END,
};

const sold = catalog({ onDispute: 'suspend', onFullRefund: 'revoke' });
const question = (
  prior: Customer,
  facts: Facts,
  now = NOW,
  catalogs = { deployed: sold, accepted: sold },
) => ({
  prior,
  facts,
  grants: prior.grants,
  catalogs,
  now,
});
const decided = (prior: Customer, facts: Facts, now = NOW) =>
  ({ ...prior, ...decide(question(prior, facts, now)).state }) satisfies Customer;
const earnedBy = (given: Partial<Subscription>) =>
  decided(customer(), found([subscription(given)])).paidTimes;

describe('what earns', () => {
  it('is the period of what is open, active and paid, without its grace', () => {
    expect(earnedBy({})).toStrictEqual([PERIOD]);
  });

  it.each<[string, Partial<Subscription>]>([
    ['a trial', { status: 'trialing', trialEndsAt: PERIOD_END }],
    ['a zero invoice', { latestInvoice: invoice({ isZero: true }) }],
    ['an open invoice', { latestInvoice: invoice({ status: 'open' }) }],
    ['a void invoice', { latestInvoice: invoice({ status: 'void' }) }],
    ['an invoice given up', { latestInvoice: invoice({ status: 'uncollectible' }) }],
    ['past_due', { status: 'past_due' }],
    ['unpaid', { status: 'unpaid' }],
    ['paused', { status: 'paused' }],
    ['a status nobody knows', { status: { kind: 'unknown', text: 'frozen' } }],
    [
      'an invoice of a status nobody knows',
      { latestInvoice: invoice({ status: { kind: 'unknown', text: 'x' } }) },
    ],
    ['a disputed payment', { concern: 'disputed' }],
    ['a refunded payment', { concern: 'refunded' }],
    [
      'a period without a start',
      { items: [{ productId: 'prod_app', currentPeriodEndAt: PERIOD_END }] },
    ],
    [
      'a period without an end',
      { items: [{ productId: 'prod_app', currentPeriodStartAt: PERIOD_START }] },
    ],
    [
      'a period that ends before it starts',
      { items: [{ ...itemOf('app'), currentPeriodStartAt: PERIOD_END + 1 }] },
    ],
    ['a product that nobody sells', { items: [itemOf('stranger')] }],
  ])('is not %s', (_name, given) => {
    expect(earnedBy(given)).toStrictEqual([]);
  });

  it('is not a subscription without any invoice', () => {
    const { latestInvoice: _none, ...without } = subscription();
    expect(decided(customer(), found([without])).paidTimes).toStrictEqual([]);
  });

  it('is not a manual grant', () => {
    const prior = customer({ grants: [grant('app')] });
    const state = decided(prior, found([]));
    expect(state.windows).toHaveLength(1);
    expect(state.paidTimes).toStrictEqual([]);
  });

  it('is not what the catalog closes although it is paid', () => {
    const closing = catalog({ onPauseCollection: 'suspend' });
    const catalogs = { deployed: closing, accepted: closing };
    const facts = found([subscription({ collection: 'keep_as_draft' })]);
    expect(decide(question(customer(), facts, NOW, catalogs)).state.paidTimes).toStrictEqual([]);
  });

  it('is each offer that an item names, once, from each subscription', () => {
    const items = [itemOf('app'), itemOf('tools'), itemOf('app')];
    const facts = found([subscription({ items }), subscription({ subscriptionId: 'sub_2' })]);
    expect(decided(customer(), facts).paidTimes).toStrictEqual([
      PERIOD,
      { ...PERIOD, source: 'sub_2' },
      { ...PERIOD, offerId: 'tools' },
    ]);
  });

  it('is what the accepted catalog still gives, and not what it never gave', () => {
    const accepted = sold;
    const deployed = catalog({
      offers: { suite: offer('suite', { products: ['prod_app', 'prod_suite'] }) },
    });
    const facts = found([subscription()]);
    const holder = customer({ windows: [windowOf('app')], subscriptions: [stored()] });
    const offersOf = (prior: Customer) =>
      decide(question(prior, facts, NOW, { deployed, accepted })).state.paidTimes.map(
        ({ offerId }) => offerId,
      );
    expect(offersOf(holder)).toStrictEqual(['app', 'suite']);
    expect(offersOf(customer())).toStrictEqual(['suite']);
  });
});

describe('a period', () => {
  const known = (given: Partial<StoredSubscription> = {}, more: Partial<Customer> = {}) =>
    customer({ version: 1, subscriptions: [stored(given)], ...more });
  const startsAfter = (prior: Customer, given: Partial<Subscription> = {}) =>
    decided(prior, found([subscription(given)])).paidTimes.map(({ startsAt }) => startsAt);

  it('counts from its start for a subscription that is new to us', () => {
    expect(
      startsAfter(customer(), { latestInvoice: invoice({ createdAt: NOW - DAY }) }),
    ).toStrictEqual([PERIOD_START]);
  });

  it('counts from its start when its invoice was paid late', () => {
    expect(startsAfter(known({ latestInvoice: invoice({ status: 'open' }) }))).toStrictEqual([
      PERIOD_START,
    ]);
  });

  it('counts from now for what was added within it', () => {
    expect(startsAfter(known({ items: [itemOf('tools')] }))).toStrictEqual([NOW]);
  });

  it('counts from the invoice of an addition that was seen before it was paid', () => {
    const latestInvoice = invoice({ createdAt: NOW - 2 * DAY });
    expect(startsAfter(known(), { latestInvoice })).toStrictEqual([NOW - 2 * DAY]);
  });

  it('never begins earlier than was noted once', () => {
    const paidTimes = [{ ...PERIOD, startsAt: NOW - 3 * DAY }];
    expect(startsAfter(known({}, { paidTimes }))).toStrictEqual([NOW - 3 * DAY]);
  });

  it('goes on from the one before it, and leaves a gap where nothing was paid for', () => {
    const startsWithOneUntil = (endsAt: number) =>
      startsAfter(known({}, { paidTimes: [{ ...PERIOD, startsAt: NOW - 40 * DAY, endsAt }] }));
    expect(startsWithOneUntil(PERIOD_START)).toStrictEqual([NOW - 40 * DAY]);
    expect(startsWithOneUntil(PERIOD_START - 1)).toStrictEqual([NOW - 40 * DAY, PERIOD_START]);
  });
});

describe('time that was earned', () => {
  const payer = (given: Partial<Customer> = {}) =>
    customer({
      version: 1,
      subscriptions: [stored()],
      windows: [windowOf('app')],
      paidTimes: [PERIOD],
      ...given,
    });
  const timesAfter = (facts: Facts, prior = payer(), now = NOW) =>
    decided(prior, facts, now).paidTimes;

  it('stays as it is when nothing changes, whether Stripe is asked or not', () => {
    expect(timesAfter(found([subscription()]))).toStrictEqual([PERIOD]);
    expect(timesAfter({ kind: 'nothing' })).toStrictEqual([PERIOD]);
  });

  it('ends now when its subscription is gone, and not again later', () => {
    const gone = decided(payer(), found([subscription({ status: 'canceled' })]));
    expect(gone.paidTimes).toStrictEqual([{ ...PERIOD, endsAt: NOW }]);
    expect(decided(gone, found([]), NOW + 9 * DAY).paidTimes).toStrictEqual(gone.paidTimes);
  });

  it('ends now when access ends for another reason', () => {
    expect(timesAfter(found([subscription({ status: 'paused' })]))).toStrictEqual([
      { ...PERIOD, endsAt: NOW },
    ]);
  });

  it('does not end while Stripe’s list leaves the subscription out', () => {
    expect(timesAfter(found([]))).toStrictEqual([PERIOD]);
  });

  it('stays while the renewal is not paid yet', () => {
    const items = [{ ...itemOf('app', NOW + 50 * DAY), currentPeriodStartAt: PERIOD_END }];
    const renewal = subscription({
      status: 'past_due',
      items,
      latestInvoice: invoice({ status: 'open', createdAt: PERIOD_END }),
    });
    expect(timesAfter(found([renewal]), payer(), PERIOD_END + DAY)).toStrictEqual([PERIOD]);
  });

  it.each(['disputed', 'refunded'] as const)('is forfeited whole when it is %s', (concern) => {
    const paidTimes = [
      { ...PERIOD, startsAt: NOW - 900 * DAY },
      { ...PERIOD, source: 'sub_2' },
    ];
    const own = timesAfter(found([subscription({ concern })]), payer({ paidTimes }));
    expect(own.map(({ source }) => source)).toStrictEqual(['sub_2']);
    // Also after its end.
    const late = timesAfter(
      found([subscription({ concern, status: 'canceled' })]),
      payer({ paidTimes, windows: [] }),
    );
    expect(late.map(({ source }) => source)).toStrictEqual(['sub_2']);
    const unasked = payer({ paidTimes, subscriptions: [stored({ concern })] });
    expect(timesAfter({ kind: 'nothing' }, unasked).map(({ source }) => source)).toStrictEqual([
      'sub_2',
    ]);
  });

  it('is forfeited whole with the customer', () => {
    expect(timesAfter({ kind: 'deleted' })).toStrictEqual([]);
  });

  it('goes with the offer when no catalog has it any more', () => {
    const paidTimes = [PERIOD, { ...PERIOD, offerId: 'gone' }];
    expect(timesAfter(found([subscription()]), payer({ paidTimes }))).toStrictEqual([PERIOD]);
  });

  it('is left alone by what the breaker holds back', () => {
    for (const given of [{ status: 'canceled' }, { concern: 'disputed' }] as const) {
      const { ifHeld } = decide(question(payer(), found([subscription(given)])));
      expect(ifHeld.windows).toMatchObject([{ held: 'breaker' }]);
      expect(ifHeld.paidTimes).toStrictEqual([PERIOD]);
    }
  });

  it('is the same at every look, also of a product that is first seen when its period is over', () => {
    const item = { ...itemOf('app'), currentPeriodStartAt: PERIOD_START, currentPeriodEndAt: NOW };
    const facts = found([subscription({ items: [item] })]);
    const before = payer({ paidTimes: [], subscriptions: [stored({ items: [itemOf('tools')] })] });
    const first = decided(before, facts, NOW);
    expect(first.windows).toHaveLength(1);
    expect(decided({ ...before, ...first }, facts, NOW).paidTimes).toStrictEqual(first.paidTimes);
  });

  it('is not forfeited by a list that shows nothing: who pays by bank transfer has no charges', () => {
    const paidTimes = [{ ...PERIOD, startsAt: NOW - 900 * DAY }];
    const live = timesAfter(found([subscription({ isUnseen: true })]), payer({ paidTimes }));
    expect(live).toStrictEqual(paidTimes);
    const unpaid = payer({ paidTimes: [] });
    const earned = timesAfter(found([subscription({ isUnseen: true })]), unpaid);
    expect(earned).toStrictEqual([PERIOD]);
    const ended = found([subscription({ isUnseen: true, status: 'canceled' })]);
    expect(timesAfter(ended, payer({ paidTimes, windows: [] }))).toHaveLength(1);
  });

  it('is forfeited by what was seen before the end, although its list is empty now', () => {
    const seen = payer({ paidTimes: [PERIOD], subscriptions: [stored({ concern: 'disputed' })] });
    const ended = found([subscription({ isUnseen: true, status: 'canceled' })]);
    expect(timesAfter(ended, seen)).toStrictEqual([]);
  });

  it('stays forfeited while a list shows nothing of what was seen', () => {
    const seen = payer({ paidTimes: [PERIOD], subscriptions: [stored({ concern: 'refunded' })] });
    expect(timesAfter(found([subscription({ isUnseen: true })]), seen)).toStrictEqual([]);
  });

  it('earns nothing more while the breaker alone keeps it open', () => {
    const windows = [windowOf('app', { held: 'breaker' })];
    const view = { subscriptions: [stored()], unlisted: new Set<string>() };
    expect(paidTimesOf(question(customer(), found([])), view, windows)).toStrictEqual([]);
  });

  it('earns nothing by a payment that is in doubt, although the catalog leaves it open', () => {
    const view = { subscriptions: [stored({ concern: 'disputed' })], unlisted: new Set<string>() };
    const facts = found([subscription({ concern: 'disputed' })]);
    expect(paidTimesOf(question(customer(), facts), view, [windowOf('app')])).toStrictEqual([]);
  });

  it('earns nothing by a list that leaves the subscription out', () => {
    const view = { subscriptions: [stored()], unlisted: new Set(['sub_1']) };
    expect(paidTimesOf(question(customer(), found([])), view, [windowOf('app')])).toStrictEqual([]);
  });

  it('is remembered for the last 8 stretches of a subscription', () => {
    const stretches = Array.from({ length: 9 }, (_, index) => ({
      ...PERIOD,
      startsAt: NOW - (900 - index * 20) * DAY,
      endsAt: NOW - (890 - index * 20) * DAY,
    }));
    expect(timesAfter(found([subscription()]), payer({ paidTimes: stretches }))).toStrictEqual([
      ...stretches.slice(2),
      PERIOD,
    ]);
  });

  it('is remembered for the last 200 stretches of all subscriptions', () => {
    const many = Array.from({ length: 230 }, (_, index) => ({
      ...PERIOD,
      source: `old_${String(index).padStart(3, '0')}`,
      startsAt: NOW - 900 * DAY,
      endsAt: NOW - (800 - index) * DAY,
    }));
    const kept = timesAfter(found([]), payer({ paidTimes: many, windows: [] }));
    expect(kept).toStrictEqual(many.slice(30));
  });
});

describe('paid times', () => {
  const time = fc
    .record({
      offerId: fc.constantFrom('app', 'tools'),
      source: fc.constantFrom('sub_1', 'sub_2'),
      startsAt: fc.integer({ min: 0, max: 60 }),
      length: fc.integer({ min: -2, max: 20 }),
    })
    .map(({ length, ...rest }): PaidTime => ({ ...rest, endsAt: rest.startsAt + length }));
  const coveredBy = (times: readonly PaidTime[], offerId: string, source: string) =>
    Array.from({ length: 100 }, (_, at) =>
      times.some(
        (each) =>
          each.offerId === offerId &&
          each.source === source &&
          each.startsAt <= at &&
          at < each.endsAt,
      ),
    );

  it('merge to the same whichever comes first, and merging again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(time), fc.func(fc.integer()), (times, rank) => {
        const merged = mergedTimes(times);
        const shuffled = times.toSorted((one, other) => rank(one) - rank(other));
        expect(mergedTimes(shuffled)).toStrictEqual(merged);
        expect(mergedTimes(merged)).toStrictEqual(merged);
        for (const offerId of ['app', 'tools']) {
          for (const source of ['sub_1', 'sub_2']) {
            expect(coveredBy(merged, offerId, source)).toStrictEqual(
              coveredBy(times, offerId, source),
            );
          }
        }
      }),
    );
  });

  it('have no second twice and no touching neighbours', () => {
    fc.assert(
      fc.property(fc.array(time), (times) => {
        const union = unionOf(times);
        for (const [index, { startsAt, endsAt }] of union.entries()) {
          expect(startsAt).toBeLessThan(endsAt);
          const next = union[index + 1];
          if (next !== undefined) expect(next.startsAt).toBeGreaterThan(endsAt);
        }
      }),
    );
  });

  it('come to rest: the same answer of Stripe’s a second time writes nothing new', () => {
    fc.assert(
      fc.property(truths, truths, (first, second) => {
        const once = decided(decided(customer(), first), second, NOW + DAY);
        const twice = decided(once, second, NOW + DAY);
        expect(decided(twice, second, NOW + DAY).paidTimes).toStrictEqual(twice.paidTimes);
      }),
      { numRuns: 200 },
    );
  });

  it('never reach beyond the periods that Stripe told of', () => {
    const itemsOf = (facts: Extract<Facts, { kind: 'found' }>): readonly SubscriptionItem[] =>
      facts.subscriptions.flatMap(({ items }) => items);
    fc.assert(
      fc.property(truths, truths, (first, second) => {
        const { paidTimes } = decided(decided(customer(), first), second, NOW + DAY);
        const items = [...itemsOf(first), ...itemsOf(second)];
        for (const { startsAt, endsAt } of paidTimes) {
          expect(items.some((item) => (item.currentPeriodStartAt ?? Infinity) <= startsAt)).toBe(
            true,
          );
          expect(items.some((item) => endsAt <= (item.currentPeriodEndAt ?? 0))).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
