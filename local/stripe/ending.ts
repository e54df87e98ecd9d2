import type { Engine } from './engine.ts';
import { giveUpOn } from './invoices.ts';
import type { PausedBecause, SubscriptionRecord } from './state.ts';
import { recordOf } from './state.ts';

/** Stripe never revives it. Its invoices stay as they are. */
export const end = (
  engine: Engine,
  subscription: SubscriptionRecord,
  reason: NonNullable<SubscriptionRecord['cancelReason']>,
): void => {
  subscription.status = 'canceled';
  subscription.cancelReason = reason;
  subscription.canceledAt ??= engine.at;
  subscription.endedAt = engine.at;
  subscription.pendingUpdate = null;
  subscription.scheduleId = null;
  subscription.paused = null;
  for (const id of subscription.unsettledInvoiceIds) giveUpOn(recordOf(engine.state.invoices, id));
  engine.emit('customer.subscription.deleted', subscription.id);
};

/** The pause endpoint needs flexible billing, and no schedule, trial or invoices that are sent. */
export const mayPause = (subscription: SubscriptionRecord): boolean =>
  subscription.billingMode === 'flexible' &&
  subscription.collectionMethod === 'charge_automatically' &&
  subscription.scheduleId === null &&
  subscription.status !== 'trialing';

export const pause = (
  engine: Engine,
  subscription: SubscriptionRecord,
  because: PausedBecause,
): void => {
  subscription.status = 'paused';
  subscription.paused = { because, at: engine.at };
  for (const item of subscription.items) item.periodEnd = Math.min(item.periodEnd, engine.at);
  engine.emit('customer.subscription.paused', subscription.id);
  engine.emit('customer.subscription.updated', subscription.id);
};
