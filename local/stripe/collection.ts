import { DAY } from './calendar.ts';
import { end, mayPause, pause } from './ending.ts';
import type { Engine } from './engine.ts';
import { become, invoiceOf, isEnded, subscriptionOf } from './engine.ts';
import { charge, finalize, giveUpOn, markPaid, settleCharge, voidInvoice } from './invoices.ts';
import { advanceItems } from './items.ts';
import type { InvoiceRecord, Payment, SubscriptionRecord } from './state.ts';
import { recordOf } from './state.ts';

/** Days until a delayed payment method answers. */
const SETTLES_DAYS = 4;

/** Finalises the invoice if need be and tries to charge it; what follows for the subscription happens here too. */
export const collect = (engine: Engine, invoice: InvoiceRecord, payment?: Payment): void => {
  const subscription = subscriptionOf(engine, invoice.subscriptionId);
  if (invoice.status === 'draft') finalize(engine, invoice);
  invoice.nextAttemptAt = null;
  if (invoice.total === 0) {
    markPaid(engine, invoice, 'nothing_due');
    onPaid(engine, subscription, invoice);
    return;
  }
  const behaviour = payment ?? recordOf(engine.state.customers, invoice.customerId).payment;
  PAYMENTS[behaviour](engine, subscription, invoice);
};

type Outcome = (engine: Engine, subscription: SubscriptionRecord, invoice: InvoiceRecord) => void;

const succeed: Outcome = (engine, subscription, invoice) => {
  charge(engine, invoice, 'succeeded');
  markPaid(engine, invoice, 'charged');
  onPaid(engine, subscription, invoice);
};

const fail: Outcome = (engine, subscription, invoice) => {
  charge(engine, invoice, 'failed');
  onFailed(engine, subscription, invoice);
};

const wait =
  (settlesAs: InvoiceRecord['settlesAs']): Outcome =>
  (engine, subscription, invoice) => {
    invoice.settlesAs = settlesAs;
    invoice.settlesAt = engine.at + SETTLES_DAYS * DAY;
    charge(engine, invoice, 'pending');
    // A delayed method makes the subscription active before anyone has paid.
    if (subscription.status === 'incomplete') become(engine, subscription, 'active');
  };

const PAYMENTS: Readonly<Record<Payment, Outcome>> = {
  ok: succeed,
  fails: fail,
  none: fail,
  delayed: wait('ok'),
  delayed_then_fails: wait('fails'),
};

/** A delayed payment arrives, or does not. */
export const settle = (engine: Engine, invoice: InvoiceRecord): void => {
  const subscription = subscriptionOf(engine, invoice.subscriptionId);
  if (settleCharge(engine, invoice) === 'ok') {
    markPaid(engine, invoice, 'charged');
    onPaid(engine, subscription, invoice);
    return;
  }
  if (invoice.billingReason !== 'subscription_create') {
    onFailed(engine, subscription, invoice);
    return;
  }
  // The first invoice is voided and the subscription stays active.
  engine.emit('invoice.payment_failed', invoice.id);
  voidInvoice(engine, invoice);
};

/** What a paid, or forgiven, invoice does to its subscription. */
export const onPaid: Outcome = (engine, subscription, invoice) => {
  if (isEnded(subscription)) return;
  if (subscription.pendingUpdate?.invoiceId === invoice.id) {
    applyPendingUpdate(engine, subscription);
    return;
  }
  if (subscription.status === 'incomplete') become(engine, subscription, 'active');
  if (subscription.latestInvoiceId !== invoice.id) return;
  if (['past_due', 'unpaid'].includes(subscription.status)) become(engine, subscription, 'active');
  if (subscription.paused?.because.endsWith('_payment_failure') === true) {
    resume(engine, subscription, 'active');
  }
};

const applyPendingUpdate = (engine: Engine, subscription: SubscriptionRecord): void => {
  const { pendingUpdate } = subscription;
  if (pendingUpdate === null) return;
  subscription.pendingUpdate = null;
  if (pendingUpdate.kind === 'resume') {
    resume(engine, subscription, 'active');
    return;
  }
  subscription.items = pendingUpdate.items;
  engine.emit('customer.subscription.pending_update_applied', subscription.id);
  engine.emit('customer.subscription.updated', subscription.id);
};

/** Its periods start anew. */
export const resume = (
  engine: Engine,
  subscription: SubscriptionRecord,
  status: 'active' | 'past_due',
): void => {
  subscription.paused = null;
  subscription.status = status;
  subscription.anchorAt = engine.at;
  for (const item of subscription.items) item.periodEnd = engine.at;
  advanceItems(engine, subscription);
  engine.emit('customer.subscription.resumed', subscription.id);
  engine.emit('customer.subscription.updated', subscription.id);
};

const onFailed: Outcome = (engine, subscription, invoice) => {
  const { dunning } = engine.state;
  const waitsForIt = subscription.pendingUpdate?.invoiceId === invoice.id;
  if (isEnded(subscription) || waitsForIt || subscription.status === 'incomplete') {
    engine.emit('invoice.payment_failed', invoice.id);
    return;
  }
  const isFirst = invoice.firstFailedAt === null;
  invoice.firstFailedAt ??= engine.at;
  const retryDays = dunning.retryDays.find((days) => failedAt(invoice) + days * DAY > engine.at);
  invoice.nextAttemptAt = retryDays === undefined ? null : failedAt(invoice) + retryDays * DAY;
  engine.emit('invoice.payment_failed', invoice.id);
  if (subscription.status === 'active') become(engine, subscription, 'past_due');
  if (isFirst && dunning.onFirstFailure === 'paused' && mayPause(subscription)) {
    giveUpOn(invoice);
    pause(engine, subscription, 'first_payment_failure');
    return;
  }
  if (retryDays === undefined) endDunning(engine, subscription, invoice);
};

const failedAt = ({ firstFailedAt, created }: InvoiceRecord): number => firstFailedAt ?? created;

/** The last attempt is made: what the vendor's settings say. */
export const endDunning: Outcome = (engine, subscription, invoice) => {
  giveUpOn(invoice);
  if (subscription.status !== 'past_due') return;
  const { end: how } = engine.state.dunning;
  if (how === 'past_due') return;
  if (how === 'unpaid') {
    become(engine, subscription, 'unpaid');
    return;
  }
  if (how === 'paused' && mayPause(subscription)) {
    pause(engine, subscription, 'final_payment_failure');
    return;
  }
  end(engine, subscription, 'payment_failed');
};

/** An invoice that was sent was not paid by its due date. */
export const becomeOverdue = (engine: Engine, invoice: InvoiceRecord): void => {
  const subscription = subscriptionOf(engine, invoice.subscriptionId);
  invoice.isOverdue = true;
  invoice.givesUpAt = engine.at + (engine.state.dunning.retryDays.at(-1) ?? 0) * DAY;
  engine.emit('invoice.overdue', invoice.id);
  if (subscription.status === 'active') become(engine, subscription, 'past_due');
};

/** The invoice that a payment now would settle: the newest that is neither paid nor forgiven. */
export const unsettledInvoiceOf = (
  engine: Engine,
  subscription: SubscriptionRecord,
): InvoiceRecord => {
  const id = subscription.unsettledInvoiceIds.at(-1);
  if (id === undefined)
    throw new Error(`${subscription.id} has no draft or open invoice to settle`);
  return invoiceOf(engine, id);
};
