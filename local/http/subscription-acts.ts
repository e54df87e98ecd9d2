import type { StripeAct } from './acts.ts';
import { customerOf, PAYMENTS } from './customer-acts.ts';
import type { Input } from './input.ts';

const INTERVALS = ['month', 'year'] as const;
const PAUSE_BEHAVIORS = ['keep_as_draft', 'mark_uncollectible', 'void', 'none'] as const;
const TRIAL_DAYS = { min: 1, max: 730 };

type World = Parameters<StripeAct>[1]['world'];

export const subscriptionOf = (input: Input, world: World): string =>
  input.id(
    'subscription',
    world.customerIds().flatMap((id) => world.subscriptionIds(id)),
    'a subscription of this page',
  );

const productOf = (input: Input, world: World): string =>
  input.id('product', world.productIds(), 'a product');

export const SUBSCRIPTION_ACTS = {
  subscribe: (input, { world }) => {
    const customer = customerOf(input, world);
    const product = productOf(input, world);
    const interval = input.choice('interval', INTERVALS);
    const payment = input.choice('payment', PAYMENTS);
    const trialDays = input.optionalWholeNumber('trialDays', TRIAL_DAYS);
    input.end();
    const trial = trialDays === undefined ? {} : { trialDays };
    return { id: world.subscribe({ customer, products: [product], interval, payment, ...trial }) };
  },
  change_plan: (input, { world }) => {
    const subscription = subscriptionOf(input, world);
    const product = productOf(input, world);
    const interval = input.choice('interval', INTERVALS);
    input.end();
    world.changePlan(subscription, [product], { interval });
    return {};
  },
  pause: (input, { world }) => {
    world.pause(onlySubscription(input, world));
    return {};
  },
  resume: (input, { world }) => {
    world.resume(onlySubscription(input, world));
    return {};
  },
  pause_collection: (input, { world }) => {
    const subscription = subscriptionOf(input, world);
    const behavior = input.choice('behavior', PAUSE_BEHAVIORS);
    input.end();
    world.pauseCollection(subscription, behavior === 'none' ? null : behavior);
    return {};
  },
  cancel_now: (input, { world }) => {
    world.cancelNow(onlySubscription(input, world));
    return {};
  },
  cancel_at_period_end: (input, { world }) => {
    world.cancelAtPeriodEnd(onlySubscription(input, world));
    return {};
  },
  undo_cancel: (input, { world }) => {
    world.undoCancel(onlySubscription(input, world));
    return {};
  },
} as const satisfies Readonly<Record<string, StripeAct>>;

const onlySubscription = (input: Input, world: World): string => {
  const subscription = subscriptionOf(input, world);
  input.end();
  return subscription;
};
