import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Catalog } from '../../functions/core/catalog.ts';
import type { Customer, Window } from '../../functions/core/customer.ts';
import { decide } from '../../functions/core/decide.ts';
import type { Catalogs } from '../../functions/core/members-of.ts';
import type { Facts } from '../../functions/core/question.ts';
import type { Subscription } from '../../functions/core/subscription.ts';
import { DAY } from '../../functions/core/time.ts';
import { truths } from '../support/arbitraries.ts';
import { catalog, customer, grant, NOW, offer } from '../support/builders.ts';

const CATALOG = catalog();
const AGREED: Catalogs = { deployed: CATALOG, accepted: CATALOG };
const NOTHING: Facts = { kind: 'nothing' };

const decided = (prior: Customer, facts: Facts, now: number, catalogs: Catalogs = AGREED) =>
  decide({ prior, facts, grants: prior.grants, catalogs, now });

const storedAfter = (...args: Parameters<typeof decided>): Customer =>
  customer({ ...decided(...args).state, version: 1, effectsDone: 1 });

const days = fc.integer({ min: 0, max: 50 }).map((day) => NOW + day * DAY);

/** A customer with some history: two truths, one after the other, and perhaps a manual grant. */
const histories = fc
  .tuple(truths, truths, fc.constantFrom([], [grant('tools', { until: NOW + 20 * DAY })]))
  .map(([first, second, grants]) => {
    const before = storedAfter(customer({ grants }), first, NOW - 20 * DAY);
    return storedAfter(before, second, NOW - DAY);
  });

const someCatalog = fc.constantFrom<Catalog>(
  CATALOG,
  catalog({ onDispute: 'suspend', onPauseCollection: 'suspend_void' }),
  catalog({ onFullRefund: 'revoke', trustSendInvoice: true, onPauseCollection: 'suspend' }),
  catalog({ offers: { tools: offer('tools', { graceDays: 3, products: ['prod_app'] }) } }),
);
const catalogPairs = fc
  .tuple(someCatalog, someCatalog)
  .map(([deployed, accepted]): Catalogs => ({ deployed, accepted }));

it('deciding again from its own result with the same facts changes nothing', () => {
  fc.assert(
    fc.property(histories, truths, days, catalogPairs, (history, facts, now, pair) => {
      const { accepted } = pair;
      // A customer as the accepted catalog left him, when another one is deployed.
      const prior = storedAfter(history, facts, now, { deployed: accepted, accepted });
      const once = storedAfter(prior, facts, now, pair);
      expect(decided(once, facts, now, pair).lost).toStrictEqual([]);
      expect(storedAfter(once, facts, now, pair)).toStrictEqual(once);
      const { email: _email, ...state } = decided(once, NOTHING, now, pair).state;
      expect(state.windows).toStrictEqual(once.windows);
    }),
    { numRuns: 1_000 },
  );
});

it('what the breaker holds is asked about again, unchanged', () => {
  fc.assert(
    fc.property(histories, truths, days, (prior, facts, now) => {
      const { ifHeld, lost } = decided(prior, facts, now);
      const held = customer({ ...ifHeld, version: 1, effectsDone: 1 });
      const again = decided(held, facts, now);
      expect(again.ifHeld).toStrictEqual(ifHeld);
      expect(again.lost.toSorted()).toStrictEqual(lost.toSorted());
      expect(decided(held, NOTHING, now).state.windows).toStrictEqual(ifHeld.windows);
      for (const { offerId } of prior.windows.filter(({ endsAt }) => endsAt > now)) {
        if (lost.includes(offerId)) expect(ifHeld.windows.map((w) => w.offerId)).toContain(offerId);
      }
    }),
    { numRuns: 1_000 },
  );
});

it('the order in which Stripe lists does not count', () => {
  fc.assert(
    fc.property(histories, truths, days, (prior, facts, now) => {
      const reversed = { ...facts, subscriptions: facts.subscriptions.toReversed() };
      expect(decided(prior, reversed, now)).toStrictEqual(decided(prior, facts, now));
    }),
  );
});

it('looks missed on the way give no more access than looks taken, whatever the truth', () => {
  fc.assert(
    fc.property(histories, truths, days, days, (prior, facts, one, other) => {
      const [early, late] = one < other ? [one, other] : [other, one];
      const watched = storedAfter(storedAfter(prior, facts, early), facts, late);
      // A grant that lapsed unseen is not taken up by an unpaid invoice: less access, never more.
      for (const window of storedAfter(prior, facts, late).windows) {
        expect(watched.windows).toContainEqual(window);
      }
    }),
    { numRuns: 1_000 },
  );
});

it('nobody gets an offer that no item, grant or earlier window names', () => {
  fc.assert(
    fc.property(histories, truths, days, (prior, facts, now) => {
      const named = new Set([
        ...facts.subscriptions.flatMap(({ items }) =>
          items.map(({ productId }) => productId.replace('prod_', '')),
        ),
        ...prior.subscriptions.flatMap(({ items }) =>
          items.map(({ productId }) => productId.replace('prod_', '')),
        ),
        ...prior.grants.map(({ offerId }) => offerId),
        ...prior.windows.map(({ offerId }) => offerId),
      ]);
      for (const { offerId } of storedAfter(prior, facts, now).windows) {
        expect(named).toContain(offerId);
      }
    }),
  );
});

const GRACE = 14 * DAY;

/** The table of the design, row by row, as an upper bound: written apart from the code it judges. */
const latestEnd = (subscription: Subscription, before: number, isNamed: boolean): number => {
  const { status, latestInvoice: bill, items, trialEndsAt = 0, cancelAt = Infinity } = subscription;
  const isPaused = subscription.collection !== 'collecting';
  const isOpen = bill?.status === 'open' || (bill?.status === 'draft' && !isPaused);
  const period = Math.max(0, ...items.map((item) => item.currentPeriodEndAt ?? before - GRACE));
  const byInvoice =
    bill !== undefined && isOpen && !bill.isZero ? (bill.dueAt ?? bill.createdAt) : period;
  const rows: Record<string, number> = {
    trialing: Math.max(trialEndsAt + GRACE, trialEndsAt === 0 ? before : 0),
    active: Math.max(byInvoice + GRACE, typeof bill?.status === 'object' ? before : 0),
    past_due: before,
  };
  const row = typeof status === 'object' ? before : (rows[status] ?? 0);
  return Math.min(isNamed ? row : Math.max(row, before), cancelAt);
};

it('no window of a subscription ends later than the table allows', () => {
  fc.assert(
    fc.property(histories, truths, days, (prior, facts, now) => {
      const listed = new Map(facts.subscriptions.map((each) => [each.subscriptionId, each]));
      const endOf = ({ offerId, source }: Window): number =>
        prior.windows.find((each) => each.offerId === offerId && each.source === source)?.endsAt ??
        0;
      for (const window of storedAfter(prior, facts, now).windows) {
        expect(window.endsAt).toBeGreaterThan(now);
        if (window.source === 'manual') continue;
        const subscription = listed.get(window.source);
        const before = endOf(window);
        const isNamed = subscription?.items.some(
          ({ productId }) => productId === `prod_${window.offerId}`,
        );
        expect(window.endsAt).toBeLessThanOrEqual(
          subscription === undefined ? before : latestEnd(subscription, before, isNamed === true),
        );
      }
    }),
    { numRuns: 2_000 },
  );
});

it('ignorance opens nothing and closes nothing before its date', () => {
  fc.assert(
    fc.property(histories, days, (prior, now) => {
      const { state, lost } = decided(prior, NOTHING, now);
      const still = prior.windows.filter(({ endsAt }) => endsAt > now);
      expect(state.windows).toStrictEqual(still);
      expect(lost).toStrictEqual([]);
      const empty: Facts = { kind: 'found', accountsText: '', subscriptions: [] };
      const unlisted = decided(prior, empty, now).state.windows;
      expect(unlisted.map(({ offerId, endsAt }) => [offerId, endsAt])).toStrictEqual(
        still.map(({ offerId, endsAt }) => [offerId, endsAt]),
      );
    }),
    { numRuns: 1_000 },
  );
});
