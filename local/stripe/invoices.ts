import { DAY, HOUR } from './calendar.ts';
import type { Engine } from './engine.ts';
import type { InvoicePaymentRecord, InvoiceRecord, SubscriptionRecord } from './state.ts';
import { newId, recordOf } from './state.ts';

type InvoiceRequest = {
  readonly billingReason: InvoiceRecord['billingReason'];
  readonly total: number;
  readonly periodStart: number;
  readonly periodEnd: number;
};

/** A draft, which becomes the subscription's latest invoice. */
export const createInvoice = (
  engine: Engine,
  subscription: SubscriptionRecord,
  request: InvoiceRequest,
): InvoiceRecord => {
  const { state, at } = engine;
  const invoice: InvoiceRecord = {
    ...request,
    id: newId(state, 'in'),
    created: at,
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    status: 'draft',
    amountPaid: 0,
    collectionMethod: subscription.collectionMethod,
    attempts: 0,
    firstFailedAt: null,
    finalizesAt: null,
    nextAttemptAt: null,
    settlesAt: null,
    settlesAs: 'ok',
    pendingChargeId: null,
    paymentId: null,
    dueDate: subscription.daysUntilDue === null ? null : at + subscription.daysUntilDue * DAY,
    isOverdue: false,
    givesUpAt: null,
    finalizedAt: null,
    paidAt: null,
    voidedAt: null,
    uncollectibleAt: null,
  };
  state.invoices[invoice.id] = invoice;
  subscription.latestInvoiceId = invoice.id;
  subscription.unsettledInvoiceIds.push(invoice.id);
  engine.emit('invoice.created', invoice.id);
  return invoice;
};

/** Renewal invoices stay a draft for an hour before they are charged or sent. */
export const finalizeInAnHour = (engine: Engine, invoice: InvoiceRecord): void => {
  invoice.finalizesAt = engine.at + HOUR;
};

export const finalize = (engine: Engine, invoice: InvoiceRecord): void => {
  invoice.finalizesAt = null;
  invoice.finalizedAt = engine.at;
  invoice.status = 'open';
  engine.emit('invoice.finalized', invoice.id);
  if (invoice.collectionMethod === 'send_invoice') engine.emit('invoice.sent', invoice.id);
};

/** No further step is taken with it: it is settled, or nobody will try again. */
const rest = (invoice: InvoiceRecord): void => {
  invoice.finalizesAt = null;
  invoice.nextAttemptAt = null;
  invoice.settlesAt = null;
  invoice.givesUpAt = null;
};

/** Leaves it as it is, for ever, unless somebody pays it. */
export const giveUpOn = (invoice: InvoiceRecord): void => rest(invoice);

const settle = (engine: Engine, invoice: InvoiceRecord, status: InvoiceRecord['status']): void => {
  rest(invoice);
  invoice.status = status;
  const subscription = recordOf(engine.state.subscriptions, invoice.subscriptionId);
  subscription.unsettledInvoiceIds = subscription.unsettledInvoiceIds.filter(
    (id) => id !== invoice.id,
  );
};

export const voidInvoice = (engine: Engine, invoice: InvoiceRecord): void => {
  settle(engine, invoice, 'void');
  invoice.voidedAt = engine.at;
  engine.emit('invoice.voided', invoice.id);
};

export const markUncollectible = (engine: Engine, invoice: InvoiceRecord): void => {
  settle(engine, invoice, 'uncollectible');
  invoice.uncollectibleAt = engine.at;
  engine.emit('invoice.marked_uncollectible', invoice.id);
};

/** `out_of_band`: the vendor got the money elsewhere; then there is no `invoice.payment_succeeded`. */
export const markPaid = (
  engine: Engine,
  invoice: InvoiceRecord,
  how: 'charged' | 'nothing_due' | 'out_of_band',
): void => {
  settle(engine, invoice, 'paid');
  invoice.amountPaid = invoice.total;
  invoice.paidAt = engine.at;
  engine.emit('invoice.paid', invoice.id);
  if (how !== 'out_of_band') engine.emit('invoice.payment_succeeded', invoice.id);
};

/** One attempt to charge it, and the invoice payment that ties the two together. */
export const charge = (
  engine: Engine,
  invoice: InvoiceRecord,
  status: 'failed' | 'pending' | 'succeeded',
): void => {
  const { state, at } = engine;
  invoice.attempts += 1;
  const payment = paymentOf(engine, invoice);
  const id = newId(state, 'ch');
  state.charges[id] = {
    id,
    created: at,
    customerId: invoice.customerId,
    invoiceId: invoice.id,
    paymentIntentId: payment.paymentIntentId,
    amount: invoice.total,
    amountRefunded: 0,
    status,
    disputed: false,
  };
  if (status === 'pending') invoice.pendingChargeId = id;
  engine.emit(`charge.${status}`, id);
  if (status === 'succeeded') settlePayment(engine, payment);
};

/** A pending charge turns out one way or the other. */
export const settleCharge = (engine: Engine, invoice: InvoiceRecord): 'ok' | 'fails' => {
  const pending = recordOf(engine.state.charges, invoice.pendingChargeId ?? 'no pending charge');
  invoice.settlesAt = null;
  invoice.pendingChargeId = null;
  pending.status = invoice.settlesAs === 'ok' ? 'succeeded' : 'failed';
  engine.emit(`charge.${pending.status}`, pending.id);
  if (invoice.settlesAs === 'ok') settlePayment(engine, paymentOf(engine, invoice));
  return invoice.settlesAs;
};

const paymentOf = (engine: Engine, invoice: InvoiceRecord): InvoicePaymentRecord => {
  const { state, at } = engine;
  if (invoice.paymentId !== null) return recordOf(state.invoicePayments, invoice.paymentId);
  const payment: InvoicePaymentRecord = {
    id: newId(state, 'inpay'),
    created: at,
    invoiceId: invoice.id,
    paymentIntentId: newId(state, 'pi'),
    amount: invoice.total,
    status: 'open',
    paidAt: null,
  };
  invoice.paymentId = payment.id;
  state.invoicePayments[payment.id] = payment;
  return payment;
};

const settlePayment = (engine: Engine, payment: InvoicePaymentRecord): void => {
  payment.status = 'paid';
  payment.paidAt = engine.at;
  engine.emit('invoice_payment.paid', payment.id);
};
