import { calendarEndOf, DAY } from './calendar.ts';
import { collect } from './collection.ts';
import type { Engine } from './engine.ts';
import { subscriptionOf } from './engine.ts';
import { createInvoice, finalizeInAnHour, markPaid } from './invoices.ts';
import { amountOf, type ItemRequest, newItem } from './items.ts';
import type {
  CollectionMethod,
  CustomerRecord,
  Interval,
  ItemRecord,
  Payment,
  SubscriptionRecord,
  TrialEndBehavior,
} from './state.ts';
import { newId, recordOf } from './state.ts';

/** 500 active or scheduled subscriptions a customer. */
const SUBSCRIPTIONS_MAX = 500;

export type SubscribeRequest = {
  readonly customer: string;
  readonly products: readonly string[];
  readonly interval?: Interval;
  readonly trialDays?: number;
  /** When the trial ends and there is no payment method. */
  readonly trialEndBehavior?: TrialEndBehavior;
  readonly collectionMethod?: CollectionMethod;
  readonly daysUntilDue?: number;
  /** Becomes the customer's payment method, for later payments too. */
  readonly payment?: Payment;
  /** Everything is free, for ever. */
  readonly coupon100?: boolean;
  readonly billingMode?: SubscriptionRecord['billingMode'];
  readonly metadata?: Readonly<Record<string, string>>;
};

export const subscribe = (engine: Engine, request: SubscribeRequest): string => {
  const { state } = engine;
  const customer = payerOf(engine, request);
  const items = itemsOf(engine, request);
  const subscription = recordFor(engine, request, items);
  state.subscriptions[subscription.id] = subscription;
  subscriptionOf(engine, subscription.id);
  customer.subscriptionIds.push(subscription.id);
  const invoice = createInvoice(engine, subscription, {
    billingReason: 'subscription_create',
    total: subscription.isFree || request.trialDays !== undefined ? 0 : amountOf(engine, items),
    periodStart: engine.at,
    periodEnd: items[0]?.periodEnd ?? engine.at,
  });
  if (invoice.total === 0) {
    invoice.finalizedAt = engine.at;
    markPaid(engine, invoice, 'nothing_due');
  }
  engine.emit('customer.subscription.created', subscription.id);
  if (subscription.status === 'incomplete') collect(engine, invoice);
  else if (invoice.total > 0) finalizeInAnHour(engine, invoice);
  return subscription.id;
};

const payerOf = (engine: Engine, request: SubscribeRequest): CustomerRecord => {
  const customer = recordOf(engine.state.customers, request.customer);
  if (customer.deleted) throw new Error(`customer '${customer.id}' is deleted`);
  if (customer.subscriptionIds.length >= SUBSCRIPTIONS_MAX) {
    throw new Error(`customer '${customer.id}' has ${SUBSCRIPTIONS_MAX} subscriptions, the most`);
  }
  if (request.collectionMethod === 'send_invoice' && request.daysUntilDue === undefined) {
    throw new Error('send_invoice needs daysUntilDue');
  }
  customer.payment = request.payment ?? customer.payment;
  return customer;
};

const itemsOf = (engine: Engine, request: SubscribeRequest): ItemRecord[] => {
  if (request.products.length === 0) throw new Error('a subscription needs at least one product');
  const { trialDays, interval = 'month' } = request;
  const trialEnd = trialDays === undefined ? undefined : engine.at + trialDays * DAY;
  return request.products.map((productId) => {
    if (!recordOf(engine.state.products, productId).active) {
      throw new Error(`product '${productId}' is archived: nobody can subscribe to it any more`);
    }
    return newItem(engine, { productId, interval, quantity: 1 }, engine.at, trialEnd);
  });
};

const firstStatusOf = (request: SubscribeRequest, amount: number): SubscriptionRecord['status'] => {
  if (request.trialDays !== undefined) return 'trialing';
  if (request.coupon100 === true || amount === 0) return 'active';
  return request.collectionMethod === 'send_invoice' ? 'active' : 'incomplete';
};

const recordFor = (
  engine: Engine,
  request: SubscribeRequest,
  items: ItemRecord[],
): SubscriptionRecord => ({
  id: newId(engine.state, 'sub'),
  created: engine.at,
  customerId: request.customer,
  status: firstStatusOf(request, amountOf(engine, items)),
  items,
  anchorAt: request.trialDays === undefined ? engine.at : engine.at + request.trialDays * DAY,
  billingMode: request.billingMode ?? 'flexible',
  collectionMethod: request.collectionMethod ?? 'charge_automatically',
  daysUntilDue: request.daysUntilDue ?? null,
  isFree: request.coupon100 === true,
  trialStart: request.trialDays === undefined ? null : engine.at,
  trialEnd: request.trialDays === undefined ? null : engine.at + request.trialDays * DAY,
  trialNoticeSent: false,
  trialEndBehavior: request.trialEndBehavior ?? 'create_invoice',
  cancelAt: null,
  cancelAtPeriodEnd: false,
  canceledAt: null,
  endedAt: null,
  cancelReason: null,
  disputeCancelAt: null,
  pauseCollection: null,
  paused: null,
  latestInvoiceId: null,
  unsettledInvoiceIds: [],
  pendingUpdate: null,
  scheduleId: null,
  metadata: { ...request.metadata },
});

/** A second price beside the others, with a period of its own; it is billed with the next renewal. */
export const addItem = (
  engine: Engine,
  subscriptionId: string,
  { productId, interval = 'month', quantity = 1 }: AddItemRequest,
): string => {
  const subscription = subscriptionOf(engine, subscriptionId);
  const sibling = subscription.items.find(
    ({ priceId }) => recordOf(engine.state.prices, priceId).interval === interval,
  );
  const item = newItem(
    engine,
    { productId, interval, quantity },
    engine.at,
    sibling?.periodEnd ?? calendarEndOf(engine.at, interval),
  );
  subscription.items.push(item);
  engine.emit('customer.subscription.updated', subscriptionId);
  return item.id;
};

export type AddItemRequest = Pick<ItemRequest, 'productId'> & Partial<ItemRequest>;

export const removeItem = (engine: Engine, subscriptionId: string, itemId: string): void => {
  const subscription = subscriptionOf(engine, subscriptionId);
  const kept = subscription.items.filter(({ id }) => id !== itemId);
  if (kept.length === subscription.items.length || kept.length === 0) {
    throw new Error(`'${itemId}' is not one of several items of ${subscriptionId}`);
  }
  subscription.items = kept;
  engine.emit('customer.subscription.updated', subscriptionId);
};
