import { HOUR } from './calendar.ts';
import { collect, onPaid, settle, unsettledInvoiceOf } from './collection.ts';
import type { Engine } from './engine.ts';
import { subscriptionOf } from './engine.ts';
import { finalize, markPaid, markUncollectible, voidInvoice } from './invoices.ts';
import type { ChargeRecord } from './state.ts';
import { newId, recordOf } from './state.ts';

/**
 * The customer pays the newest unsettled invoice with a card that works, which becomes the payment
 * method. A delayed payment on its way arrives now.
 */
export const pay = (engine: Engine, subscriptionId: string): void => {
  const subscription = subscriptionOf(engine, subscriptionId);
  const invoice = unsettledInvoiceOf(engine, subscription);
  recordOf(engine.state.customers, subscription.customerId).payment = 'ok';
  if (invoice.settlesAt === null) {
    collect(engine, invoice, 'ok');
    return;
  }
  invoice.settlesAs = 'ok';
  settle(engine, invoice);
};

/** The vendor marks the invoice as paid elsewhere. */
export const payOutOfBand = (engine: Engine, subscriptionId: string): void => {
  const subscription = subscriptionOf(engine, subscriptionId);
  const invoice = unsettledInvoiceOf(engine, subscription);
  if (invoice.status === 'draft') finalize(engine, invoice);
  markPaid(engine, invoice, 'out_of_band');
  onPaid(engine, subscription, invoice);
};

/** To the subscription this counts as paid. */
export const forgive = (engine: Engine, subscriptionId: string): void => {
  const subscription = subscriptionOf(engine, subscriptionId);
  const invoice = unsettledInvoiceOf(engine, subscription);
  if (invoice.status === 'draft') finalize(engine, invoice);
  markUncollectible(engine, invoice);
  onPaid(engine, subscription, invoice);
};

/** To the subscription this does not count as paid. */
export const voidLatest = (engine: Engine, subscriptionId: string): void => {
  const subscription = subscriptionOf(engine, subscriptionId);
  voidInvoice(engine, unsettledInvoiceOf(engine, subscription));
};

const succeededCharge = ({ state }: Engine, chargeId: string): ChargeRecord => {
  const charge = recordOf(state.charges, chargeId);
  if (charge.status !== 'succeeded') throw new Error(`charge ${chargeId} is ${charge.status}`);
  return charge;
};

/** The cardholder disputes the whole charge. */
export const dispute = (engine: Engine, chargeId: string): string => {
  const { state, at } = engine;
  const charge = succeededCharge(engine, chargeId);
  const id = newId(state, 'du');
  state.disputes[id] = {
    id,
    created: at,
    chargeId,
    amount: charge.amount,
    status: 'needs_response',
  };
  charge.disputed = true;
  if (state.cancelOnDispute) {
    const { subscriptionId } = recordOf(state.invoices, charge.invoiceId);
    subscriptionOf(engine, subscriptionId).disputeCancelAt = at + HOUR;
  }
  engine.emit('charge.dispute.created', id);
  engine.emit('charge.dispute.funds_withdrawn', id);
  return id;
};

export const closeDispute = (engine: Engine, disputeId: string, how: 'won' | 'lost'): void => {
  recordOf(engine.state.disputes, disputeId).status = how;
  if (how === 'won') engine.emit('charge.dispute.funds_reinstated', disputeId);
  engine.emit('charge.dispute.closed', disputeId);
};

/** `full`: whatever is left of it. The subscription does not change. */
export const refund = (engine: Engine, chargeId: string, amount: number | 'full'): string => {
  const { state, at } = engine;
  const charge = succeededCharge(engine, chargeId);
  const left = charge.amount - charge.amountRefunded;
  const refunded = amount === 'full' ? left : amount;
  if (refunded <= 0 || refunded > left) {
    throw new Error(`cannot refund ${refunded} of charge ${chargeId}: ${left} is left`);
  }
  const id = newId(state, 're');
  state.refunds[id] = { id, created: at, chargeId, amount: refunded };
  charge.amountRefunded += refunded;
  engine.emit('refund.created', id);
  engine.emit('charge.refunded', chargeId);
  return id;
};
