import type { Catalog } from './catalog.ts';
import type { OpenReason, WithheldReason } from './customer.ts';
import {
  type Invoice,
  isDisputed,
  isRefunded,
  type Subscription,
  type SubscriptionItem,
} from './subscription.ts';
import { DAY, type EpochSeconds } from './time.ts';
import { unreachable } from './unreachable.ts';

/** Until when one item of a subscription may be used. */
export type Ending =
  | { readonly kind: 'open'; readonly endsAt: EpochSeconds; readonly because: OpenReason }
  | { readonly kind: 'closed'; readonly because: WithheldReason }
  /** Opens nothing and closes nothing. */
  | { readonly kind: 'unknown'; readonly because: 'status_unknown' | 'period_unknown' };

/**
 * Stripe moves `current_period_end` when an invoice is created, before anyone has paid: so an open
 * invoice ends access by its own date, and only a settled one by the period's.
 */
export const endingOf = (
  catalog: Catalog,
  subscription: Subscription,
  item: SubscriptionItem,
  graceDays: number,
): Ending => {
  const suspended = suspensionOf(catalog, subscription);
  if (suspended !== undefined) return { kind: 'closed', because: suspended };
  const ending = endingByStatus(subscription, item, graceDays * DAY);
  if (ending.kind !== 'open' || subscription.cancelAt === undefined) return ending;
  return { ...ending, endsAt: Math.min(ending.endsAt, subscription.cancelAt) };
};

const suspensionOf = (
  { onDispute, onFullRefund, onPauseCollection }: Catalog,
  subscription: Subscription,
): WithheldReason | undefined => {
  const { collection } = subscription;
  if (isDisputed(subscription) && onDispute === 'suspend') return 'disputed';
  if (isRefunded(subscription) && onFullRefund === 'revoke') return 'refunded';
  if (collection === 'collecting' || onPauseCollection === 'keep') return undefined;
  return onPauseCollection === 'suspend' || collection === 'void' ? 'collection_paused' : undefined;
};

const endingByStatus = (
  subscription: Subscription,
  item: SubscriptionItem,
  graceSeconds: number,
): Ending => {
  const { status, trialEndsAt } = subscription;
  if (typeof status === 'object') return { kind: 'unknown', because: 'status_unknown' };
  switch (status) {
    case 'trialing':
      return openUntil(trialEndsAt, graceSeconds, 'trialing');
    case 'active':
      return endingByInvoice(subscription, item, graceSeconds);
    case 'past_due': {
      const ending = endingByInvoice(subscription, item, graceSeconds);
      return ending.kind === 'open' ? { ...ending, because: 'past_due' } : ending;
    }
    case 'unpaid':
    case 'canceled':
    case 'incomplete':
    case 'incomplete_expired':
    case 'paused':
      return { kind: 'closed', because: status };
    default:
      return unreachable(status);
  }
};

const endingByInvoice = (
  { latestInvoice, collection }: Subscription,
  { currentPeriodEndAt }: SubscriptionItem,
  graceSeconds: number,
): Ending => {
  if (latestInvoice === undefined) return openUntil(currentPeriodEndAt, graceSeconds, 'paid');
  switch (stateOf(latestInvoice, collection !== 'collecting')) {
    case 'settled':
      return openUntil(currentPeriodEndAt, graceSeconds, 'paid');
    case 'awaited': {
      const { dueAt = latestInvoice.createdAt } = latestInvoice;
      return openUntil(dueAt, graceSeconds, 'awaiting_payment');
    }
    case 'unknown':
      return { kind: 'unknown', because: 'status_unknown' };
  }
};

const stateOf = (
  { status, isZero }: Invoice,
  isCollectionPaused: boolean,
): 'settled' | 'awaited' | 'unknown' => {
  if (typeof status === 'object') return 'unknown';
  if (status === 'open' || status === 'draft') {
    // While collection is paused a draft waits for the vendor, not for the customer.
    return isZero || (status === 'draft' && isCollectionPaused) ? 'settled' : 'awaited';
  }
  return 'settled';
};

const openUntil = (
  paidUntil: EpochSeconds | undefined,
  graceSeconds: number,
  because: OpenReason,
): Ending =>
  paidUntil === undefined
    ? { kind: 'unknown', because: 'period_unknown' }
    : { kind: 'open', endsAt: paidUntil + graceSeconds, because };

/**
 * Delayed payment methods make a subscription `active` before the money has come, and a pull cannot
 * be undone: so the first grant needs a trial, or an invoice that is paid or has nothing to pay.
 */
export const isFirstPaymentMade = (
  { trustSendInvoice }: Catalog,
  { status, latestInvoice, collectionMethod }: Subscription,
): boolean =>
  status === 'trialing' ||
  (trustSendInvoice && collectionMethod === 'send_invoice') ||
  latestInvoice?.status === 'paid' ||
  (latestInvoice?.isZero ?? false);
