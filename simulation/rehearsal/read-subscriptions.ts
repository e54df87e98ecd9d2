import { customer, newSubscription, product, subscription } from './names.ts';
import {
  choice,
  given,
  list,
  map,
  needed,
  number,
  object,
  optional,
  orObject,
  type Reader,
} from './readers.ts';
import type { Step } from './rehearsal.ts';
import { about, payment, step } from './stripe-step.ts';
import { moment } from './times.ts';

/* What becomes of subscriptions in Stripe: one reader for each key of the timeline. */

const interval = choice(['month', 'year']);
const trialDays = number(1, 730);
const products = list(product, 1, 100);

const subscribe = map(
  object({
    subscription: needed(newSubscription),
    customer: needed(customer),
    products: needed(products),
    interval: optional(interval),
    trial_period_days: optional(trialDays),
    missing_payment_method: optional(choice(['cancel', 'create_invoice', 'pause'])),
    collection_method: optional(choice(['charge_automatically', 'send_invoice'])),
    days_until_due: optional(number(0, 365)),
    payment: optional(payment),
    percent_off: optional(number(100, 100)),
    billing_mode: optional(choice(['flexible', 'classic'])),
  }),
  (read) =>
    step({
      does: 'subscribe',
      subscription: read.subscription,
      customer: read.customer,
      products: read.products,
      ...given({
        interval: read.interval,
        trialDays: read.trial_period_days,
        trialEndBehavior: read.missing_payment_method,
        collectionMethod: read.collection_method,
        daysUntilDue: read.days_until_due,
        payment: read.payment,
        coupon100: read.percent_off === undefined ? undefined : true,
        billingMode: read.billing_mode,
      }),
    }),
);

const ITEMS = {
  add_item: map(
    object({
      subscription: needed(subscription),
      product: needed(product),
      interval: optional(interval),
      quantity: optional(number(0, 1_000_000)),
    }),
    ({ subscription: name, product: id, ...more }) =>
      step({ does: 'add_item', subscription: name, product: id, ...given(more) }),
  ),
  remove_item: map(
    object({ subscription: needed(subscription), product: needed(product) }),
    (read) => step({ does: 'remove_item', ...read }),
  ),
  change_items: map(
    object({
      subscription: needed(subscription),
      products: needed(products),
      payment_behavior: optional(choice(['allow_incomplete', 'pending_if_incomplete'])),
      payment: optional(payment),
    }),
    (read) =>
      step({
        does: 'change_plan',
        subscription: read.subscription,
        products: read.products,
        ...given({ behavior: read.payment_behavior, payment: read.payment }),
      }),
  ),
  schedule_phase: map(
    object({
      subscription: needed(subscription),
      start_date: needed(moment),
      products: needed(products),
    }),
    (read, { reading }) =>
      step({
        does: 'schedule_phase',
        subscription: read.subscription,
        products: read.products,
        afterSeconds: read.start_date - reading.at,
      }),
  ),
  end_schedule: map(
    object({
      subscription: needed(subscription),
      status: needed(choice(['released', 'canceled'])),
    }),
    (read) => step({ does: 'end_schedule', subscription: read.subscription, how: read.status }),
  ),
} as const;

type EndOfPeriod = {
  readonly subscription: string;
  readonly billing_mode?: 'flexible' | 'classic';
};

const ENDS = {
  cancel: about('cancel_now'),
  cancel_at_period_end: map(
    orObject<EndOfPeriod>(
      map(subscription, (name) => ({ subscription: name })),
      object({
        subscription: needed(subscription),
        billing_mode: optional(choice(['flexible', 'classic'])),
      }),
    ),
    (read) =>
      step({
        does: 'cancel_at_period_end',
        subscription: read.subscription,
        ...given({ how: read.billing_mode }),
      }),
  ),
  cancel_at: map(
    object({ subscription: needed(subscription), date: needed(moment) }),
    (read, { reading }) =>
      step({
        does: 'cancel_at',
        subscription: read.subscription,
        afterSeconds: read.date - reading.at,
      }),
  ),
  undo_cancel: about('undo_cancel'),
  extend_trial: map(
    object({ subscription: needed(subscription), trial_period_days: needed(trialDays) }),
    (read) =>
      step({
        does: 'extend_trial',
        subscription: read.subscription,
        days: read.trial_period_days,
      }),
  ),
  end_trial: about('end_trial'),
} as const;

type Resume = {
  readonly subscription: string;
  readonly payment_behavior?: 'resume_on_payment_attempt' | 'resume_on_payment_success';
  readonly payment?: 'ok' | 'fails' | 'delayed' | 'delayed_then_fails' | 'none';
};

const PAUSES = {
  pause: about('pause'),
  resume: map(
    orObject<Resume>(
      map(subscription, (name) => ({ subscription: name })),
      object({
        subscription: needed(subscription),
        payment_behavior: optional(
          choice(['resume_on_payment_attempt', 'resume_on_payment_success']),
        ),
        payment: optional(payment),
      }),
    ),
    (read) =>
      step({
        does: 'resume',
        subscription: read.subscription,
        ...given({ behavior: read.payment_behavior, payment: read.payment }),
      }),
  ),
  pause_collection: map(
    object({
      subscription: needed(subscription),
      behavior: needed(choice(['void', 'keep_as_draft', 'mark_uncollectible'])),
    }),
    (read) => step({ does: 'pause_collection', ...read }),
  ),
  resume_collection: map(subscription, (name) =>
    step({ does: 'pause_collection', subscription: name, behavior: null }),
  ),
} as const;

export const SUBSCRIPTIONS = {
  subscribe,
  ...ITEMS,
  ...ENDS,
  ...PAUSES,
} as const satisfies Readonly<Record<string, Reader<Step>>>;
