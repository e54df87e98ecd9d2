import { DAY, HOUR } from './calendar.ts';
import { becomeOverdue, collect, endDunning, settle } from './collection.ts';
import { end, pause } from './ending.ts';
import type { Engine } from './engine.ts';
import { become, invoiceOf, isEnded } from './engine.ts';
import {
  createInvoice,
  finalize,
  finalizeInAnHour,
  markUncollectible,
  voidInvoice,
} from './invoices.ts';
import { advanceItems, amountOf, changedItems } from './items.ts';
import { firstPeriodEnd } from './objects-billing.ts';
import type { InvoiceRecord, SubscriptionRecord } from './state.ts';
import { recordOf } from './state.ts';

const INCOMPLETE_HOURS = 23;
const TRIAL_NOTICE_DAYS = 3;

type Instant = number | null;

/** What time alone does to a subscription. At one instant the first in this table comes first. */
type Step = {
  readonly dueAt: (engine: Engine, subscription: SubscriptionRecord) => Instant;
  readonly run: (engine: Engine, subscription: SubscriptionRecord) => void;
};

const STEPS: readonly Step[] = [
  {
    dueAt: (_, { disputeCancelAt }) => disputeCancelAt,
    run: (engine, subscription) => end(engine, subscription, 'payment_disputed'),
  },
  {
    dueAt: (_, { cancelAt }) => cancelAt,
    run: (engine, subscription) => end(engine, subscription, 'cancellation_requested'),
  },
  {
    dueAt: (_, { status, created }) =>
      status === 'incomplete' ? created + INCOMPLETE_HOURS * HOUR : null,
    run: (engine, subscription) => expireIncomplete(engine, subscription),
  },
  {
    dueAt: (_, { status, trialEnd, trialNoticeSent }) =>
      status === 'trialing' && trialEnd !== null && !trialNoticeSent
        ? trialEnd - TRIAL_NOTICE_DAYS * DAY
        : null,
    run: (engine, subscription) => {
      subscription.trialNoticeSent = true;
      engine.emit('customer.subscription.trial_will_end', subscription.id);
    },
  },
  {
    dueAt: (_, { status, trialEnd }) => (status === 'trialing' ? trialEnd : null),
    run: (engine, subscription) => endTrial(engine, subscription, 'in_an_hour'),
  },
  {
    dueAt: (_, { pendingUpdate }) => pendingUpdate?.expiresAt ?? null,
    run: (engine, subscription) => expirePendingUpdate(engine, subscription),
  },
  {
    dueAt: ({ state }, { scheduleId }) =>
      scheduleId === null ? null : (recordOf(state.schedules, scheduleId).nextPhase?.at ?? null),
    run: (engine, subscription) => enterPhase(engine, subscription),
  },
  {
    dueAt: (_, { pauseCollection }) => pauseCollection?.resumesAt ?? null,
    run: (engine, subscription) => {
      subscription.pauseCollection = null;
      engine.emit('customer.subscription.updated', subscription.id);
    },
  },
  {
    dueAt: (engine, subscription) => earliest(unsettledOf(engine, subscription).map(invoiceDueAt)),
    run: (engine, subscription) => {
      const invoice = unsettledOf(engine, subscription).find(
        (one) => (invoiceDueAt(one) ?? Number.POSITIVE_INFINITY) <= engine.at,
      );
      if (invoice !== undefined) advanceInvoice(engine, subscription, invoice);
    },
  },
  {
    dueAt: (_, subscription) =>
      ['active', 'past_due', 'unpaid'].includes(subscription.status)
        ? firstPeriodEnd(subscription)
        : null,
    run: (engine, subscription) => renew(engine, subscription),
  },
];

const earliest = (instants: readonly Instant[]): Instant =>
  instants.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);

/** When time does something to it again; `undefined`: never. */
export const nextStepAt = (engine: Engine, subscription: SubscriptionRecord): number | undefined =>
  isEnded(subscription)
    ? undefined
    : (earliest(STEPS.map(({ dueAt }) => dueAt(engine, subscription))) ?? undefined);

/** Lives through one step that is due. */
export const runStep = (engine: Engine, subscription: SubscriptionRecord): void => {
  const step = STEPS.find(
    ({ dueAt }) => (dueAt(engine, subscription) ?? Number.POSITIVE_INFINITY) <= engine.at,
  );
  if (step === undefined) throw new Error(`${subscription.id} has nothing to do at ${engine.at}`);
  step.run(engine, subscription);
};

const unsettledOf = (engine: Engine, subscription: SubscriptionRecord): readonly InvoiceRecord[] =>
  subscription.unsettledInvoiceIds.map((id) => invoiceOf(engine, id));

const invoiceDueAt = (invoice: InvoiceRecord): Instant => {
  if (invoice.status === 'draft') return invoice.finalizesAt;
  const overdueAt =
    invoice.collectionMethod === 'send_invoice' && !invoice.isOverdue ? invoice.dueDate : null;
  return earliest([invoice.settlesAt, invoice.nextAttemptAt, invoice.givesUpAt, overdueAt]);
};

const advanceInvoice = (
  engine: Engine,
  subscription: SubscriptionRecord,
  invoice: InvoiceRecord,
): void => {
  if (invoice.status === 'draft' && invoice.collectionMethod === 'send_invoice') {
    finalize(engine, invoice);
  } else if (invoice.settlesAt !== null) {
    settle(engine, invoice);
  } else if (invoice.collectionMethod === 'charge_automatically') {
    collect(engine, invoice);
  } else if (invoice.isOverdue) {
    endDunning(engine, subscription, invoice);
  } else {
    becomeOverdue(engine, invoice);
  }
};

const expireIncomplete = (engine: Engine, subscription: SubscriptionRecord): void => {
  for (const invoice of unsettledOf(engine, subscription)) voidInvoice(engine, invoice);
  subscription.endedAt = engine.at;
  become(engine, subscription, 'incomplete_expired');
};

const expirePendingUpdate = (engine: Engine, subscription: SubscriptionRecord): void => {
  const { pendingUpdate } = subscription;
  if (pendingUpdate === null) return;
  subscription.pendingUpdate = null;
  voidInvoice(engine, invoiceOf(engine, pendingUpdate.invoiceId));
  engine.emit('customer.subscription.pending_update_expired', subscription.id);
};

const enterPhase = (engine: Engine, subscription: SubscriptionRecord): void => {
  const schedule = recordOf(engine.state.schedules, subscription.scheduleId ?? 'no schedule');
  const phase = schedule.nextPhase;
  if (phase === null) return;
  schedule.nextPhase = null;
  subscription.items = changedItems(
    engine,
    subscription,
    phase.productIds.map((productId) => ({ productId, interval: phase.interval, quantity: 1 })),
  );
  engine.emit('customer.subscription.updated', subscription.id);
  engine.emit('subscription_schedule.updated', schedule.id);
};

/** Without a payment method the trial's settings decide; otherwise the first real invoice is made. */
export const endTrial = (
  engine: Engine,
  subscription: SubscriptionRecord,
  charged: 'at_once' | 'in_an_hour',
): void => {
  const { payment } = recordOf(engine.state.customers, subscription.customerId);
  subscription.trialEnd = engine.at;
  for (const item of subscription.items) item.periodEnd = engine.at;
  if (payment === 'none' && subscription.trialEndBehavior === 'cancel') {
    end(engine, subscription, 'payment_failed');
    return;
  }
  if (payment === 'none' && subscription.trialEndBehavior === 'pause') {
    pause(engine, subscription, 'trial_end_without_payment_method');
    return;
  }
  subscription.anchorAt = engine.at;
  subscription.status = 'active';
  renew(engine, subscription);
  if (charged === 'at_once') collect(engine, invoiceOf(engine, subscription.latestInvoiceId ?? ''));
};

/** The period moves on when the invoice is made, before anyone has paid. */
const renew = (engine: Engine, subscription: SubscriptionRecord): void => {
  const renewed = advanceItems(engine, subscription);
  const first = renewed[0];
  if (first === undefined) throw new Error(`${subscription.id} has no item to renew`);
  const invoice = createInvoice(engine, subscription, {
    billingReason: 'subscription_cycle',
    total: subscription.isFree ? 0 : amountOf(engine, renewed),
    periodStart: first.periodStart,
    periodEnd: first.periodEnd,
  });
  engine.emit('customer.subscription.updated', subscription.id);
  collectLater(engine, subscription, invoice);
};

const collectLater = (
  engine: Engine,
  { status, pauseCollection }: SubscriptionRecord,
  invoice: InvoiceRecord,
): void => {
  if (pauseCollection?.behavior === 'void') {
    voidInvoice(engine, invoice);
  } else if (pauseCollection?.behavior === 'mark_uncollectible') {
    markUncollectible(engine, invoice);
  } else if (pauseCollection === null && status !== 'unpaid') {
    // Otherwise it stays a draft: so does every new invoice of an unpaid subscription.
    finalizeInAnHour(engine, invoice);
  }
};
