import type { Catalog } from '../../functions/core/catalog.ts';
import type { Subscription } from '../../functions/core/subscription.ts';
import type { EpochSeconds } from '../../functions/core/time.ts';
import type { Billing, EventPage, Unavailable } from '../../functions/ports.ts';
import { memoryStores } from '../../simulation/stores/memory-stores.ts';
import { recordingPolicies, recordingReport, recordingSubjects } from './recordings.ts';

/** 2026-11-21T12:00:00Z, a Saturday. */
export const NOON = 1_795_262_400;

export const offer = (products: readonly string[], repositories: readonly string[]) => ({
  products,
  repositories,
  graceDays: 14,
  awsAccounts: 'pull' as const,
  tags: [],
  afterEnd: 'deny' as const,
});

export const catalogWith = (offers: Catalog['offers']): Catalog => ({
  offers,
  onDispute: 'ignore',
  onFullRefund: 'ignore',
  onPauseCollection: 'keep',
  trustSendInvoice: false,
});

export const listedSubscription = (
  subscriptionId: string,
  productId: string,
  change: Partial<Subscription> = {},
): Subscription => ({
  subscriptionId,
  status: 'active',
  startedAt: NOON - 1_000,
  collection: 'collecting',
  collectionMethod: 'charge_automatically',
  latestInvoice: { status: 'paid', isZero: false, createdAt: NOON - 1_000 },
  items: [{ productId, currentPeriodEndAt: NOON + 2_592_000 }],
  concern: 'none',
  ...change,
});

export type ListedEvent = EventPage['events'][number];

export type ListingBilling = Pick<Billing, 'listEvents' | 'listSubscriptions'> & {
  events: ListedEvent[];
  subscriptions: { customerId: string; accountsText: string; subscription: Subscription }[];
  unavailable: Unavailable['because'] | undefined;
  endless: boolean;
  calls: number;
  readonly since: EpochSeconds[];
};

/** Stripe's two lists as a test sets them, 100 a page, with every call counted. */
const listingBilling = (): ListingBilling => {
  const billing: ListingBilling = {
    events: [],
    subscriptions: [],
    unavailable: undefined,
    endless: false,
    calls: 0,
    since: [],
    listEvents: async (since, next) => {
      billing.calls += 1;
      billing.since.push(since);
      if (billing.unavailable !== undefined) {
        return { kind: 'unavailable', because: billing.unavailable };
      }
      const from = Number(next ?? 0);
      const listed = billing.events.filter(({ createdAt }) => createdAt >= since);
      const isLast = from + 100 >= listed.length && !billing.endless;
      const events = listed.slice(from, from + 100);
      return { kind: 'page', events, ...(isLast ? {} : { next: String(from + 100) }) };
    },
    listSubscriptions: async (next) => {
      billing.calls += 1;
      if (billing.unavailable !== undefined) {
        return { kind: 'unavailable', because: billing.unavailable };
      }
      const from = Number(next ?? 0);
      const subscriptions = billing.subscriptions.slice(from, from + 100);
      const isLast = from + 100 >= billing.subscriptions.length && !billing.endless;
      return { kind: 'page', subscriptions, ...(isLast ? {} : { next: String(from + 100) }) };
    },
  };
  return billing;
};

/** Everything the sweep touches, in memory, with a clock that the test moves. */
export const sweepWorld = () => {
  const stores = memoryStores();
  const time = { now: NOON };
  const billing = listingBilling();
  const subjects = recordingSubjects();
  const policies = recordingPolicies();
  const report = recordingReport();
  return {
    ...stores,
    stores,
    time,
    billing,
    subjects,
    policies,
    report,
    clock: () => time.now,
  };
};
