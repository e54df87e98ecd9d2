import type { EpochSeconds } from './time.ts';

/** A value of one of Stripe's open enums that this version does not know: a case to decide about, never a crash. */
export type Unknown = { readonly kind: 'unknown'; readonly text: string };

export type SubscriptionStatus =
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'unpaid'
  | 'canceled'
  | 'incomplete'
  | 'incomplete_expired'
  | 'paused';

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';

/** What Stripe does with new invoices: `collecting`, or one of the three behaviours of `pause_collection`. */
export type Collection = 'collecting' | 'void' | 'keep_as_draft' | 'mark_uncollectible';

export type Invoice = {
  readonly status: InvoiceStatus | Unknown;
  /** The total is zero or less: nothing to pay. */
  readonly isZero: boolean;
  readonly createdAt: EpochSeconds;
  readonly dueAt?: EpochSeconds;
};

export type SubscriptionItem = {
  readonly productId: string;
  readonly currentPeriodStartAt?: EpochSeconds;
  /** Missing means unknown: never zero, never for ever. */
  readonly currentPeriodEndAt?: EpochSeconds;
};

export type Concern = 'none' | 'disputed' | 'refunded' | 'disputed_and_refunded';

/** One Stripe subscription, reduced to what decisions need. Times are Stripe's. */
export type Subscription = {
  readonly subscriptionId: string;
  readonly status: SubscriptionStatus | Unknown;
  readonly startedAt: EpochSeconds;
  readonly trialEndsAt?: EpochSeconds;
  /** The scheduled end, whichever of Stripe's two ways announced it. */
  readonly cancelAt?: EpochSeconds;
  readonly collection: Collection | Unknown;
  readonly collectionMethod: 'charge_automatically' | 'send_invoice' | Unknown;
  readonly latestInvoice?: Invoice;
  readonly items: readonly SubscriptionItem[];
  /**
   * Only looked up when a catalog reacts to it; `none` otherwise. An inquiry is a dispute whose payment
   * can be refunded, so both may be true.
   */
  readonly concern: Concern;
  /** A list that would show more was empty, which is no evidence against what was seen before. */
  readonly isUnseen?: true;
};

export const isDisputed = ({ concern }: Pick<Subscription, 'concern'>): boolean =>
  concern === 'disputed' || concern === 'disputed_and_refunded';

export const isRefunded = ({ concern }: Pick<Subscription, 'concern'>): boolean =>
  concern === 'refunded' || concern === 'disputed_and_refunded';

export const isConcerned = ({ concern }: Pick<Subscription, 'concern'>): boolean =>
  concern !== 'none';

export const concernOf = (isDisputedNow: boolean, isRefundedNow: boolean): Concern => {
  if (isDisputedNow) return isRefundedNow ? 'disputed_and_refunded' : 'disputed';
  return isRefundedNow ? 'refunded' : 'none';
};

/** What is known after a look: an empty list takes back nothing that was seen of the same invoice. */
export const concernAfter = (
  subscription: Subscription,
  before: Subscription | undefined,
): Concern => {
  const isSameInvoice =
    before !== undefined &&
    before.latestInvoice?.createdAt === subscription.latestInvoice?.createdAt;
  if (subscription.isUnseen === undefined || !isSameInvoice) return subscription.concern;
  return concernOf(
    isDisputed(subscription) || isDisputed(before),
    isRefunded(subscription) || isRefunded(before),
  );
};

/** Stripe never revives a subscription in one of these. */
export const isEnded = ({ status }: Subscription): boolean =>
  status === 'canceled' || status === 'incomplete_expired';
