/** How the customer's payment method behaves. `none`: there is no payment method. */
export type Payment = 'ok' | 'fails' | 'delayed' | 'delayed_then_fails' | 'none';
export type Interval = 'month' | 'year';
export type CollectionMethod = 'charge_automatically' | 'send_invoice';
export type PauseBehavior = 'keep_as_draft' | 'mark_uncollectible' | 'void';
export type TrialEndBehavior = 'cancel' | 'create_invoice' | 'pause';
export type PausedBecause =
  | 'final_payment_failure'
  | 'first_payment_failure'
  | 'pause_requested'
  | 'trial_end_without_payment_method';

export type CustomerRecord = {
  id: string;
  created: number;
  email: string | null;
  name: string | null;
  metadata: Record<string, string>;
  payment: Payment;
  deleted: boolean;
  subscriptionIds: string[];
};

export type ProductRecord = {
  id: string;
  created: number;
  updated: number;
  name: string;
  active: boolean;
  unitAmount: number;
};

export type PriceRecord = {
  id: string;
  created: number;
  productId: string;
  interval: Interval;
  isMetered: boolean;
};

export type ItemRecord = {
  id: string;
  created: number;
  priceId: string;
  /** Absent on a metered price. */
  quantity: number | null;
  periodStart: number;
  periodEnd: number;
};

/** What waits for a payment: new items, or a paused subscription's return. */
type PendingUpdate = {
  kind: 'items' | 'resume';
  invoiceId: string;
  expiresAt: number;
  items: ItemRecord[];
};

export type SubscriptionRecord = {
  id: string;
  created: number;
  customerId: string;
  status: string;
  items: ItemRecord[];
  /** Day of the month and time of day that renewals keep to. */
  anchorAt: number;
  billingMode: 'classic' | 'flexible';
  collectionMethod: CollectionMethod;
  daysUntilDue: number | null;
  isFree: boolean;
  trialStart: number | null;
  trialEnd: number | null;
  trialNoticeSent: boolean;
  trialEndBehavior: TrialEndBehavior;
  cancelAt: number | null;
  cancelAtPeriodEnd: boolean;
  canceledAt: number | null;
  endedAt: number | null;
  cancelReason: 'cancellation_requested' | 'payment_disputed' | 'payment_failed' | null;
  disputeCancelAt: number | null;
  pauseCollection: { behavior: PauseBehavior; resumesAt: number | null } | null;
  paused: { because: PausedBecause; at: number } | null;
  latestInvoiceId: string | null;
  /** Drafts and open ones, oldest first. */
  unsettledInvoiceIds: string[];
  pendingUpdate: PendingUpdate | null;
  scheduleId: string | null;
  metadata: Record<string, string>;
};

export type InvoiceRecord = {
  id: string;
  created: number;
  customerId: string;
  subscriptionId: string;
  status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';
  billingReason: 'subscription_create' | 'subscription_cycle' | 'subscription_update';
  total: number;
  amountPaid: number;
  collectionMethod: CollectionMethod;
  periodStart: number;
  periodEnd: number;
  attempts: number;
  firstFailedAt: number | null;
  finalizesAt: number | null;
  nextAttemptAt: number | null;
  /** A delayed payment method answers then. */
  settlesAt: number | null;
  settlesAs: 'ok' | 'fails';
  pendingChargeId: string | null;
  /** The invoice payment that ties it to its payment intent, from the first attempt on. */
  paymentId: string | null;
  dueDate: number | null;
  isOverdue: boolean;
  /** An overdue invoice that was sent: when dunning ends. */
  givesUpAt: number | null;
  finalizedAt: number | null;
  paidAt: number | null;
  voidedAt: number | null;
  uncollectibleAt: number | null;
};

export type ChargeRecord = {
  id: string;
  created: number;
  customerId: string;
  invoiceId: string;
  paymentIntentId: string;
  amount: number;
  amountRefunded: number;
  status: 'failed' | 'pending' | 'succeeded';
  disputed: boolean;
};

export type InvoicePaymentRecord = {
  id: string;
  created: number;
  invoiceId: string;
  paymentIntentId: string;
  amount: number;
  status: 'open' | 'paid';
  paidAt: number | null;
};

export type DisputeRecord = {
  id: string;
  created: number;
  chargeId: string;
  amount: number;
  status: 'needs_response' | 'won' | 'lost';
};

export type RefundRecord = { id: string; created: number; chargeId: string; amount: number };

export type ScheduleRecord = {
  id: string;
  created: number;
  subscriptionId: string;
  customerId: string;
  status: 'active' | 'canceled' | 'released';
  nextPhase: { at: number; productIds: string[]; interval: Interval } | null;
  endedAt: number | null;
};

/** The event as it was when it happened; only `pendingWebhooks` moves. */
export type EventRecord = {
  id: string;
  created: number;
  type: string;
  pendingWebhooks: number;
  /** The object as JSON: a true copy, and small, since there may be 200,000. */
  objectText: string;
};

export type DeliveryRecord = {
  eventId: string;
  /** Attempts already made. */
  attempts: number;
  dueAt: number;
  firstDueAt: number;
};

export type Dunning = {
  /** Days after the first failure. */
  retryDays: number[];
  end: 'canceled' | 'past_due' | 'paused' | 'unpaid';
  onFirstFailure: 'past_due' | 'paused';
};

/** All there is, as plain JSON, so that it can be kept on disk and read as of an earlier moment. */
export type StripeState = {
  seed: string;
  counter: number;
  livemode: boolean;
  dunning: Dunning;
  cancelOnDispute: boolean;
  customers: Record<string, CustomerRecord>;
  products: Record<string, ProductRecord>;
  prices: Record<string, PriceRecord>;
  subscriptions: Record<string, SubscriptionRecord>;
  invoices: Record<string, InvoiceRecord>;
  charges: Record<string, ChargeRecord>;
  invoicePayments: Record<string, InvoicePaymentRecord>;
  disputes: Record<string, DisputeRecord>;
  refunds: Record<string, RefundRecord>;
  schedules: Record<string, ScheduleRecord>;
  /** Oldest first. */
  events: EventRecord[];
  deliveries: DeliveryRecord[];
  /** Fields that a test overwrites in what is answered, by object id. */
  patches: Record<string, Record<string, unknown>>;
};

/** Eight tries in two weeks, as Stripe advises. */
const DEFAULT_DUNNING: Dunning = {
  retryDays: [1, 2, 3, 5, 7, 9, 11, 14],
  end: 'canceled',
  onFirstFailure: 'past_due',
};

export const emptyState = (seed: string, livemode: boolean): StripeState => ({
  seed,
  counter: 0,
  livemode,
  dunning: structuredClone(DEFAULT_DUNNING),
  cancelOnDispute: false,
  customers: {},
  products: {},
  prices: {},
  subscriptions: {},
  invoices: {},
  charges: {},
  invoicePayments: {},
  disputes: {},
  refunds: {},
  schedules: {},
  events: [],
  deliveries: [],
  patches: {},
});

/** Ids come from a counter, so that the same acts give the same ids. */
export const newId = (state: StripeState, prefix: string): string => {
  state.counter += 1;
  const lengthMax = prefix === 'cus' || prefix === 'prod' ? 14 : 24;
  const digits = String(state.counter).padStart(lengthMax - state.seed.length, '0');
  return `${prefix}_${state.seed}${digits}`;
};

/** The record, or an error that says which id nobody has. */
export const recordOf = <T>(table: Readonly<Record<string, T>>, id: string): T => {
  const record = table[id];
  if (record === undefined) throw new Error(`the Stripe stand-in has no object '${id}'`);
  return record;
};
