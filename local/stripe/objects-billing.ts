import type Stripe from 'stripe';
import { calendarEndOf } from './calendar.ts';
import { planObject, priceObject, type WirePlan, type WirePrice } from './objects-catalog.ts';
import type { ItemRecord, ScheduleRecord, StripeState, SubscriptionRecord } from './state.ts';
import { recordOf } from './state.ts';

type WireItem = Omit<Stripe.SubscriptionItem, 'price' | 'plan'> & {
  readonly price: WirePrice;
  readonly plan: WirePlan;
};
type WireSubscription = Omit<Stripe.Subscription, 'items'> & { readonly items: unknown };

/** Items inside a subscription; the rest must be paged. */
const EMBEDDED_ITEMS_MAX = 10;

export const itemObject = (
  state: StripeState,
  item: ItemRecord,
  subscriptionId: string,
): WireItem => ({
  id: item.id,
  object: 'subscription_item',
  billing_thresholds: null,
  created: item.created,
  current_period_end: item.periodEnd,
  current_period_start: item.periodStart,
  current_trial: null,
  discounts: [],
  metadata: {},
  plan: planObject(state, recordOf(state.prices, item.priceId)),
  price: priceObject(state, recordOf(state.prices, item.priceId)),
  ...(item.quantity === null ? {} : { quantity: item.quantity }),
  subscription: subscriptionId,
  tax_rates: [],
  ...state.patches[item.id],
});

/** When the subscription ends as scheduled; the classic way says it with a flag as well. */
export const firstPeriodEnd = ({ items }: Pick<SubscriptionRecord, 'items'>): number =>
  items.reduce((earliest, item) => Math.min(earliest, item.periodEnd), Number.POSITIVE_INFINITY);

const pendingUpdateOf = (
  state: StripeState,
  { id, pendingUpdate }: SubscriptionRecord,
): Record<string, unknown> | null =>
  pendingUpdate === null
    ? null
    : {
        billing_cycle_anchor: null,
        cancel_at_period_end: null,
        discount: null,
        discounts: null,
        expires_at: pendingUpdate.expiresAt,
        metadata: null,
        subscription_items:
          pendingUpdate.kind === 'resume'
            ? null
            : pendingUpdate.items.map((item) => itemObject(state, item, id)),
        trial_end: null,
        trial_from_plan: null,
      };

const cancellationOf = ({
  cancelReason,
}: SubscriptionRecord): Stripe.Subscription.CancellationDetails => ({
  comment: null,
  feedback: null,
  feedback_option: null,
  reason: cancelReason,
});

const statusDetailsOf = ({
  paused,
}: SubscriptionRecord): Pick<Stripe.Subscription, 'status_details'> =>
  paused === null
    ? {}
    : {
        status_details: {
          paused: {
            subscription: { type: paused.because },
            transitioned_at: paused.at,
            type: 'subscription',
          },
        },
      };

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one literal of all fields is a table, and spreading half of them takes a hundred times as long.
export const subscriptionObject = (
  state: StripeState,
  record: SubscriptionRecord,
): WireSubscription => ({
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor_config: null,
  billing_schedules: [],
  billing_thresholds: null,
  customer_account: null,
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: 'self' },
  },
  managed_payments: { enabled: false },
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  payment_settings: null,
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  test_clock: null,
  transfer_data: null,
  id: record.id,
  object: 'subscription',
  billing_cycle_anchor: record.anchorAt,
  billing_mode: {
    flexible: record.billingMode === 'flexible' ? { proration_discounts: 'included' } : null,
    type: record.billingMode,
  },
  cancel_at: record.cancelAt,
  cancel_at_period_end: record.cancelAtPeriodEnd,
  canceled_at: record.canceledAt,
  cancellation_details: cancellationOf(record),
  collection_method: record.collectionMethod,
  created: record.created,
  currency: 'usd',
  customer: record.customerId,
  days_until_due: record.daysUntilDue,
  ended_at: record.endedAt,
  items: {
    object: 'list',
    data: record.items
      .slice(0, EMBEDDED_ITEMS_MAX)
      .map((item) => itemObject(state, item, record.id)),
    has_more: record.items.length > EMBEDDED_ITEMS_MAX,
    total_count: record.items.length,
    url: `/v1/subscription_items?subscription=${record.id}`,
  },
  latest_invoice: record.latestInvoiceId,
  livemode: state.livemode,
  metadata: record.metadata,
  pause_collection:
    record.pauseCollection === null
      ? null
      : {
          behavior: record.pauseCollection.behavior,
          resumes_at: record.pauseCollection.resumesAt,
        },
  pending_update: pendingUpdateOf(state, record) as Stripe.Subscription.PendingUpdate | null,
  schedule: record.scheduleId,
  start_date: record.created,
  status: record.status,
  ...statusDetailsOf(record),
  trial_end: record.trialEnd,
  trial_settings: {
    end_behavior: {
      billing_cycle_anchor: null,
      missing_payment_method: record.trialEndBehavior,
    },
  },
  trial_start: record.trialStart,
});

export const scheduleObject = (
  state: StripeState,
  schedule: ScheduleRecord,
): Partial<Stripe.SubscriptionSchedule> => ({
  id: schedule.id,
  object: 'subscription_schedule',
  application: null,
  canceled_at: schedule.status === 'canceled' ? schedule.endedAt : null,
  completed_at: null,
  created: schedule.created,
  current_phase: {
    start_date: schedule.created,
    end_date: schedule.nextPhase?.at ?? calendarEndOf(schedule.created, 'year'),
  },
  customer: schedule.customerId,
  end_behavior: 'release',
  livemode: state.livemode,
  metadata: {},
  released_at: schedule.status === 'released' ? schedule.endedAt : null,
  released_subscription: schedule.status === 'released' ? schedule.subscriptionId : null,
  status: schedule.status,
  subscription: schedule.status === 'released' ? null : schedule.subscriptionId,
});
