import { calendarEndOf, DAY, HOUR } from './calendar.ts';
import { collect, resume as resumeNow } from './collection.ts';
import { end, mayPause, pause as pauseNow } from './ending.ts';
import type { Engine } from './engine.ts';
import { isEnded, subscriptionOf } from './engine.ts';
import { createInvoice } from './invoices.ts';
import { amountOf, changedItems, intervalOf } from './items.ts';
import { firstPeriodEnd } from './objects-billing.ts';
import type {
  Interval,
  InvoiceRecord,
  ItemRecord,
  PauseBehavior,
  Payment,
  SubscriptionRecord,
} from './state.ts';
import { newId } from './state.ts';
import { endTrial as endTrialNow } from './steps.ts';

const PENDING_UPDATE_HOURS = 23;

const liveOf = (engine: Engine, id: string): SubscriptionRecord => {
  const subscription = subscriptionOf(engine, id);
  if (isEnded(subscription)) throw new Error(`${id} is ${subscription.status}: that is final`);
  return subscription;
};

const updated = (engine: Engine, id: string): void =>
  engine.emit('customer.subscription.updated', id);

export const cancelNow = (engine: Engine, id: string): void =>
  end(engine, liveOf(engine, id), 'cancellation_requested');

/** Flexible billing, as the portal does it, says it with `cancel_at` alone; classic sets the flag too. */
export const cancelAtPeriodEnd = (
  engine: Engine,
  id: string,
  how: SubscriptionRecord['billingMode'] = 'flexible',
): void => {
  const subscription = liveOf(engine, id);
  subscription.cancelAtPeriodEnd = how === 'classic';
  scheduleEnd(engine, subscription, firstPeriodEnd(subscription));
};

export const cancelAt = (engine: Engine, id: string, at: number): void => {
  if (at <= engine.at) throw new Error(`cancel_at ${at} is not in the future (now ${engine.at})`);
  scheduleEnd(engine, liveOf(engine, id), at);
};

const scheduleEnd = (engine: Engine, subscription: SubscriptionRecord, at: number): void => {
  subscription.cancelAt = at;
  subscription.canceledAt = engine.at;
  subscription.cancelReason = 'cancellation_requested';
  updated(engine, subscription.id);
};

export const undoCancel = (engine: Engine, id: string): void => {
  const subscription = liveOf(engine, id);
  subscription.cancelAt = null;
  subscription.cancelAtPeriodEnd = false;
  subscription.canceledAt = null;
  subscription.cancelReason = null;
  updated(engine, id);
};

/** The pause endpoint, with its conditions. */
export const pause = (engine: Engine, id: string): void => {
  const subscription = liveOf(engine, id);
  if (!mayPause(subscription) || subscription.status !== 'active') {
    throw new Error(
      `${id} cannot be paused: that needs an active subscription in flexible billing mode, charged automatically, without schedule or trial`,
    );
  }
  pauseNow(engine, subscription, 'pause_requested');
};

/** `resume_on_payment_success`: it stays paused until its invoice is paid, for at most a year. */
export const resume = (
  engine: Engine,
  id: string,
  behavior: 'resume_on_payment_attempt' | 'resume_on_payment_success' = 'resume_on_payment_attempt',
  payment?: Payment,
): void => {
  const subscription = liveOf(engine, id);
  if (subscription.status !== 'paused') throw new Error(`${id} is not paused`);
  if (behavior === 'resume_on_payment_attempt') resumeNow(engine, subscription, 'active');
  const invoice = invoiceFor(engine, subscription, subscription.items);
  if (behavior === 'resume_on_payment_success') {
    const expiresAt = calendarEndOf(engine.at, 'year');
    subscription.pendingUpdate = { kind: 'resume', invoiceId: invoice.id, expiresAt, items: [] };
  }
  collect(engine, invoice, payment);
};

/** Payment collection only: the status does not change. `null` ends it. */
export const pauseCollection = (
  engine: Engine,
  id: string,
  behavior: PauseBehavior | null,
  resumesAt: number | null = null,
): void => {
  liveOf(engine, id).pauseCollection = behavior === null ? null : { behavior, resumesAt };
  updated(engine, id);
};

export type ChangePlan = {
  readonly behavior?: 'allow_incomplete' | 'pending_if_incomplete';
  /** How this one payment goes; otherwise the customer's payment method decides. */
  readonly payment?: Payment;
  readonly interval?: Interval;
};

/** The change is invoiced at once. Which of the two comes first, items or payment, is the behaviour. */
export const changePlan = (
  engine: Engine,
  id: string,
  products: readonly string[],
  { behavior = 'allow_incomplete', payment, interval }: ChangePlan = {},
): void => {
  const subscription = liveOf(engine, id);
  const items = changedItems(
    engine,
    subscription,
    products.map((productId) => ({
      productId,
      interval: interval ?? currentInterval(engine, subscription),
      quantity: 1,
    })),
  );
  if (behavior === 'allow_incomplete') subscription.items = items;
  const invoice = invoiceFor(engine, subscription, items);
  if (behavior === 'pending_if_incomplete') {
    const expiresAt = engine.at + PENDING_UPDATE_HOURS * HOUR;
    subscription.pendingUpdate = { kind: 'items', invoiceId: invoice.id, expiresAt, items };
  }
  updated(engine, id);
  collect(engine, invoice, payment);
};

const currentInterval = (engine: Engine, { items }: SubscriptionRecord): Interval =>
  items[0] === undefined ? 'month' : intervalOf(engine, items[0]);

const invoiceFor = (
  engine: Engine,
  subscription: SubscriptionRecord,
  items: readonly ItemRecord[],
): InvoiceRecord =>
  createInvoice(engine, subscription, {
    billingReason: 'subscription_update',
    total: subscription.isFree ? 0 : amountOf(engine, items),
    periodStart: engine.at,
    periodEnd: firstPeriodEnd(subscription),
  });

export const extendTrial = (engine: Engine, id: string, trialDays: number): void => {
  const subscription = liveOf(engine, id);
  subscription.status = 'trialing';
  subscription.trialStart ??= engine.at;
  subscription.trialEnd = engine.at + trialDays * DAY;
  subscription.trialNoticeSent = false;
  for (const item of subscription.items) item.periodEnd = subscription.trialEnd;
  updated(engine, id);
};

/** `trial_end=now`: the notice comes in the same second, and the invoice is charged at once. */
export const endTrial = (engine: Engine, id: string): void => {
  const subscription = liveOf(engine, id);
  if (subscription.status !== 'trialing') throw new Error(`${id} is not in a trial`);
  if (!subscription.trialNoticeSent) engine.emit('customer.subscription.trial_will_end', id);
  endTrialNow(engine, subscription, 'at_once');
};

/** A phase that changes the products at a given time; the schedule then stays attached. */
export const schedulePhase = (
  engine: Engine,
  id: string,
  { at, products }: { readonly at: number; readonly products: readonly string[] },
): string => {
  const subscription = liveOf(engine, id);
  if (subscription.scheduleId !== null) throw new Error(`${id} has a schedule already`);
  const scheduleId = newId(engine.state, 'sub_sched');
  engine.state.schedules[scheduleId] = {
    id: scheduleId,
    created: engine.at,
    subscriptionId: id,
    customerId: subscription.customerId,
    status: 'active',
    nextPhase: { at, productIds: [...products], interval: currentInterval(engine, subscription) },
    endedAt: null,
  };
  subscription.scheduleId = scheduleId;
  engine.emit('subscription_schedule.created', scheduleId);
  updated(engine, id);
  return scheduleId;
};

/** `released` keeps the subscription, `canceled` cancels it. */
export const endSchedule = (engine: Engine, id: string, how: 'released' | 'canceled'): void => {
  const subscription = liveOf(engine, id);
  const schedule = engine.state.schedules[subscription.scheduleId ?? ''];
  if (schedule === undefined) throw new Error(`${id} has no schedule`);
  schedule.status = how;
  schedule.endedAt = engine.at;
  schedule.nextPhase = null;
  subscription.scheduleId = null;
  engine.emit(`subscription_schedule.${how}`, schedule.id);
  if (how === 'released') updated(engine, id);
  else end(engine, subscription, 'cancellation_requested');
};
