import type { InvoiceRecord, StripeState, SubscriptionRecord } from './state.ts';
import { recordOf } from './state.ts';

/** What billing works with: the state, the instant that is being lived through, and a voice. */
export type Engine = {
  readonly state: StripeState;
  /** Epoch seconds: now, or an earlier instant that is being caught up with. */
  readonly at: number;
  /** Records what happened, with the object as it is at this point. */
  readonly emit: (type: string, objectId: string) => void;
  /** Subscriptions whose next step must be worked out again. */
  readonly touched: Set<string>;
};

export const subscriptionOf = (engine: Engine, id: string): SubscriptionRecord => {
  engine.touched.add(id);
  return recordOf(engine.state.subscriptions, id);
};

export const invoiceOf = (engine: Engine, id: string): InvoiceRecord =>
  recordOf(engine.state.invoices, id);

export const isEnded = ({ status }: Pick<SubscriptionRecord, 'status'>): boolean =>
  status === 'canceled' || status === 'incomplete_expired';

/** A change that shows as `customer.subscription.updated`. */
export const become = (
  engine: Engine,
  subscription: SubscriptionRecord,
  status: SubscriptionRecord['status'],
): void => {
  if (subscription.status === status) return;
  subscription.status = status;
  engine.emit('customer.subscription.updated', subscription.id);
};
