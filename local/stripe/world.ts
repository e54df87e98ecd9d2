import * as change from './acts-change.ts';
import * as customer from './acts-customer.ts';
import * as payment from './acts-payment.ts';
import * as subscription from './acts-subscription.ts';
import { agenda } from './agenda.ts';
import type { Engine } from './engine.ts';
import { findObject, type StripeObject } from './objects.ts';
import type { StripeState } from './state.ts';
import { recordOf } from './state.ts';
import { nextStepAt, runStep } from './steps.ts';

/** Steps in one tick: far more than a month of 10,000 customers, so that a step that repeats itself is found. */
const STEPS_MAX = 1_000_000;

type Clocked = {
  readonly state: StripeState;
  readonly now: () => number;
  /** Takes what happened at an instant to whoever listens. */
  readonly emit: (at: number, type: string, objectId: string) => void;
};

/** Everything that can happen at Stripe: acts of the customer and the vendor, and time. */
export const stripeWorld = ({ state, now, emit }: Clocked) => {
  const due = agenda();
  const engineAt = (at: number): Engine => ({
    state,
    at,
    emit: (type, objectId) => emit(at, type, objectId),
    touched: new Set(),
  });
  /** What an act brings about comes after it: the notice of a trial of two days is not a day old. */
  const replan = (engine: Engine, notBefore = engine.at): void => {
    for (const id of engine.touched) {
      const at = nextStepAt(engine, recordOf(state.subscriptions, id));
      due.set(id, at === undefined ? undefined : Math.max(at, notBefore));
    }
  };
  const startsAt = engineAt(now());
  for (const id of Object.keys(state.subscriptions)) startsAt.touched.add(id);
  // Nobody was here: what is overdue comes at its own time.
  replan(startsAt, 0);

  /** Lives through everything that time alone brought about since the last time. */
  const tick = (): void => {
    for (let step = 0; step < STEPS_MAX; step += 1) {
      const next = due.next(now());
      if (next === undefined) return;
      const engine = engineAt(next.at);
      engine.touched.add(next.id);
      runStep(engine, recordOf(state.subscriptions, next.id));
      replan(engine);
    }
    throw new Error(`time did not catch up within ${STEPS_MAX} steps`);
  };

  const bind =
    <Args extends unknown[], Result>(act: (engine: Engine, ...args: Args) => Result) =>
    (...args: Args): Result => {
      tick();
      const engine = engineAt(now());
      try {
        return act(engine, ...args);
      } finally {
        replan(engine);
      }
    };

  return {
    tick,
    /** When time brings something about next; undefined: never. */
    nextAt: (): number | undefined => due.next(Number.POSITIVE_INFINITY)?.at,
    ...readers(state, tick),
    ...actsWith(bind),
  };
};

export type StripeWorld = ReturnType<typeof stripeWorld>;

type Bind = <Args extends unknown[], Result>(
  act: (engine: Engine, ...args: Args) => Result,
) => (...args: Args) => Result;

const actsWith = (bind: Bind) => ({
  createCustomer: bind(customer.createCustomer),
  updateCustomer: bind(customer.updateCustomer),
  deleteCustomer: bind(customer.deleteCustomer),
  setPayment: bind(customer.setPayment),
  failPayment: bind(customer.failPayment),
  createProduct: bind(customer.createProduct),
  archiveProduct: bind(customer.archiveProduct),
  setDunning: bind(customer.setDunning),
  setCancelOnDispute: bind(customer.setCancelOnDispute),
  patch: bind(customer.patch),
  setStatus: bind(customer.setStatus),
  subscribe: bind(subscription.subscribe),
  addItem: bind(subscription.addItem),
  removeItem: bind(subscription.removeItem),
  changePlan: bind(change.changePlan),
  cancelNow: bind(change.cancelNow),
  cancelAtPeriodEnd: bind(change.cancelAtPeriodEnd),
  cancelAt: bind(change.cancelAt),
  undoCancel: bind(change.undoCancel),
  pause: bind(change.pause),
  resume: bind(change.resume),
  pauseCollection: bind(change.pauseCollection),
  extendTrial: bind(change.extendTrial),
  endTrial: bind(change.endTrial),
  schedulePhase: bind(change.schedulePhase),
  endSchedule: bind(change.endSchedule),
  pay: bind(payment.pay),
  payOutOfBand: bind(payment.payOutOfBand),
  forgive: bind(payment.forgive),
  voidLatest: bind(payment.voidLatest),
  dispute: bind(payment.dispute),
  closeDispute: bind(payment.closeDispute),
  refund: bind(payment.refund),
});

/** What the page and tests look at, in the present. */
const readers = (state: StripeState, tick: () => void) => ({
  /** Any object by id, as the API shows it; a deleted customer in full. */
  find: (id: string): StripeObject | undefined => {
    tick();
    return findObject(state, id);
  },
  customerIds: (): readonly string[] => Object.keys(state.customers),
  productIds: (): readonly string[] => Object.keys(state.products),
  subscriptionIds: (customerId: string): readonly string[] =>
    recordOf(state.customers, customerId).subscriptionIds,
  /** Newest last. */
  chargeIds: (customerId: string): readonly string[] =>
    Object.values(state.charges)
      .filter((charge) => charge.customerId === customerId)
      .map(({ id }) => id),
});
