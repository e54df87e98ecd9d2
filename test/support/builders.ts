import type { Catalog, Offer } from '../../functions/core/catalog.ts';
import type {
  Customer,
  ManualGrant,
  StoredSubscription,
  Window,
} from '../../functions/core/customer.ts';
import type { Catalogs } from '../../functions/core/members-of.ts';
import { stranger } from '../../functions/core/next-customer.ts';
import type { Facts } from '../../functions/core/question.ts';
import type { Invoice, Subscription, SubscriptionItem } from '../../functions/core/subscription.ts';
import { DAY, type EpochSeconds } from '../../functions/core/time.ts';

/** 2026-11-21T12:00:00Z. */
export const NOW: EpochSeconds = 1_795_262_400;
/** When the period of `subscription()` began, and its invoice was made. */
export const PERIOD_START = NOW - 10 * DAY;
const PERIOD_END = NOW + 20 * DAY;
/** With the 14 days' grace of `catalog()`. */
export const PAID_UNTIL = NOW + 34 * DAY;

export const offer = (name: string, given: Partial<Offer> = {}): Offer => ({
  products: [`prod_${name}`],
  repositories: [`acme/${name}`],
  graceDays: 14,
  awsAccounts: 'pull',
  tags: [],
  afterEnd: 'deny',
  ...given,
});

/** Sells `app` and `tools`, each one product and one repository. */
export const catalog = (given: Partial<Catalog> = {}): Catalog => ({
  offers: { app: offer('app'), tools: offer('tools') },
  onDispute: 'ignore',
  onFullRefund: 'ignore',
  onPauseCollection: 'keep',
  trustSendInvoice: false,
  ...given,
});

/** Deployed, and accepted by the vendor. */
export const agreedOn = (both: Catalog) => async (): Promise<Catalogs> => ({
  deployed: both,
  accepted: both,
});

export const invoice = (given: Partial<Invoice> = {}): Invoice => ({
  status: 'paid',
  isZero: false,
  createdAt: PERIOD_START,
  ...given,
});

export const itemOf = (name: string, currentPeriodEndAt = PERIOD_END): SubscriptionItem => ({
  productId: `prod_${name}`,
  currentPeriodStartAt: PERIOD_START,
  currentPeriodEndAt,
});

/** Active and paid, ten days into a period of thirty. */
export const subscription = (given: Partial<Subscription> = {}): Subscription => ({
  subscriptionId: 'sub_1',
  status: 'active',
  startedAt: PERIOD_START,
  collection: 'collecting',
  collectionMethod: 'charge_automatically',
  latestInvoice: invoice(),
  items: [itemOf('app')],
  concern: 'none',
  ...given,
});

export const stored = (given: Partial<StoredSubscription> = {}): StoredSubscription => ({
  ...subscription(),
  proven: true,
  ...given,
});

export const windowOf = (offerId: string, given: Partial<Window> = {}): Window => ({
  offerId,
  source: 'sub_1',
  startsAt: PERIOD_START,
  endsAt: PAID_UNTIL,
  because: 'paid',
  ...given,
});

export const customer = (given: Partial<Customer> = {}): Customer => ({
  ...stranger('cus_Nova'),
  ...given,
});

export const grant = (offerId: string, given: Partial<ManualGrant> = {}): ManualGrant => ({
  offerId,
  startsAt: NOW - DAY,
  until: NOW + 7 * DAY,
  by: 'ada',
  ...given,
});

/** What Stripe says: these subscriptions and nothing else of note. */
export const found = (
  subscriptions: readonly Subscription[],
  given: Partial<Extract<Facts, { kind: 'found' }>> = {},
): Extract<Facts, { kind: 'found' }> => ({
  kind: 'found',
  accountsText: '',
  subscriptions,
  ...given,
});
