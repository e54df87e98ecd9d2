import type { EpochSeconds } from '../../functions/core/time.ts';
import { mayPause } from '../stripe/ending.ts';
import { firstPeriodEnd } from '../stripe/objects-billing.ts';
import type {
  ChargeRecord,
  CustomerRecord,
  InvoiceRecord,
  Payment,
  StripeState,
  SubscriptionRecord,
} from '../stripe/state.ts';
import { recordOf } from '../stripe/state.ts';

type SubscriptionAct =
  | 'change_plan'
  | 'pay'
  | 'pause'
  | 'resume'
  | 'pause_collection'
  | 'resume_collection'
  | 'cancel_at_period_end'
  | 'undo_cancel'
  | 'cancel_now';

type SubscriptionView = {
  readonly subscriptionId: string;
  readonly status: string;
  readonly products: readonly { readonly productId: string; readonly name: string }[];
  readonly interval: string;
  readonly periodEndAt: EpochSeconds;
  readonly trialEndsAt: EpochSeconds | null;
  readonly cancelAt: EpochSeconds | null;
  readonly pauseCollection: string | null;
  readonly latestInvoice: InvoiceView | null;
  /** What Stripe would let happen to it now. */
  readonly acts: readonly SubscriptionAct[];
};

type InvoiceView = {
  readonly status: InvoiceRecord['status'];
  readonly total: number;
  readonly createdAt: EpochSeconds;
  readonly nextAttemptAt: EpochSeconds | null;
  /** A delayed payment is on its way and answers then. */
  readonly settlesAt: EpochSeconds | null;
};

type PaymentView = {
  readonly chargeId: string;
  readonly at: EpochSeconds;
  readonly amount: number;
  readonly amountRefunded: number;
  readonly status: ChargeRecord['status'];
  readonly disputed: boolean;
};

export type StripeSide = {
  readonly customerId: string;
  readonly name: string;
  readonly email: string | null;
  readonly isDeleted: boolean;
  readonly payment: Payment;
  readonly accountsText: string;
  /** Newest first. */
  readonly subscriptions: readonly SubscriptionView[];
  /** Newest first. */
  readonly payments: readonly PaymentView[];
  readonly openDisputes: readonly { readonly disputeId: string; readonly chargeId: string }[];
};

const PAYMENTS_SHOWN = 5;
export const ACCOUNTS_KEY = 'aws_account_ids';

/** One customer as Stripe has it. */
export const stripeSideOf = (state: StripeState, customer: CustomerRecord): StripeSide => {
  const charges = Object.values(state.charges).filter(
    ({ customerId }) => customerId === customer.id,
  );
  const isOwn = (chargeId: string): boolean => charges.some(({ id }) => id === chargeId);
  return {
    customerId: customer.id,
    name: customer.name ?? customer.id,
    email: customer.email,
    isDeleted: customer.deleted,
    payment: customer.payment,
    accountsText: customer.metadata[ACCOUNTS_KEY] ?? '',
    subscriptions: customer.subscriptionIds
      .map((id) => subscriptionViewOf(state, recordOf(state.subscriptions, id)))
      .toReversed(),
    payments: charges.map(paymentViewOf).toReversed().slice(0, PAYMENTS_SHOWN),
    openDisputes: Object.values(state.disputes)
      .filter(({ status, chargeId }) => status === 'needs_response' && isOwn(chargeId))
      .map(({ id, chargeId }) => ({ disputeId: id, chargeId })),
  };
};

const paymentViewOf = (charge: ChargeRecord): PaymentView => ({
  chargeId: charge.id,
  at: charge.created,
  amount: charge.amount,
  amountRefunded: charge.amountRefunded,
  status: charge.status,
  disputed: charge.disputed,
});

const subscriptionViewOf = (state: StripeState, record: SubscriptionRecord): SubscriptionView => {
  const prices = record.items.map(({ priceId }) => recordOf(state.prices, priceId));
  const { latestInvoiceId } = record;
  return {
    subscriptionId: record.id,
    status: record.status,
    products: prices.map(({ productId }) => ({
      productId,
      name: recordOf(state.products, productId).name,
    })),
    interval: prices[0]?.interval ?? 'month',
    periodEndAt: firstPeriodEnd(record),
    trialEndsAt: record.status === 'trialing' ? record.trialEnd : null,
    cancelAt: record.cancelAt,
    pauseCollection: record.pauseCollection?.behavior ?? null,
    latestInvoice:
      latestInvoiceId === null ? null : invoiceViewOf(recordOf(state.invoices, latestInvoiceId)),
    acts: actsFor(record),
  };
};

const invoiceViewOf = (invoice: InvoiceRecord): InvoiceView => ({
  status: invoice.status,
  total: invoice.total,
  createdAt: invoice.created,
  nextAttemptAt: invoice.nextAttemptAt,
  settlesAt: invoice.settlesAt,
});

type Rule = readonly [SubscriptionAct, (record: SubscriptionRecord) => boolean];

const RULES: readonly Rule[] = [
  ['pay', ({ unsettledInvoiceIds }) => unsettledInvoiceIds.length > 0],
  ['change_plan', ({ status }) => ['active', 'trialing', 'past_due'].includes(status)],
  ['pause', (record) => record.status === 'active' && mayPause(record)],
  ['resume', ({ status }) => status === 'paused'],
  [
    'pause_collection',
    ({ status, pauseCollection }) =>
      ['active', 'trialing', 'past_due'].includes(status) && pauseCollection === null,
  ],
  ['resume_collection', ({ pauseCollection }) => pauseCollection !== null],
  [
    'cancel_at_period_end',
    ({ status, cancelAt }) => ['active', 'trialing'].includes(status) && cancelAt === null,
  ],
  ['undo_cancel', ({ cancelAt }) => cancelAt !== null],
  ['cancel_now', () => true],
];

const actsFor = (record: SubscriptionRecord): readonly SubscriptionAct[] =>
  record.endedAt !== null ? [] : RULES.filter(([, holds]) => holds(record)).map(([act]) => act);
