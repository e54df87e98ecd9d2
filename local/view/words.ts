import { isoOf } from '../../functions/core/calendar.ts';
import type { OpenReason, Trigger, WithheldReason } from '../../functions/core/customer.ts';
import type { EpochSeconds } from '../../functions/core/time.ts';

const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** `5 Dec 2026, 09:30`, in UTC like every time here. */
export const timeText = (at: EpochSeconds): string => {
  const iso = isoOf(at);
  const month = MONTHS[Number(iso.slice(5, 7)) - 1];
  return `${Number(iso.slice(8, 10))} ${month} ${iso.slice(0, 4)}, ${iso.slice(11, 16)}`;
};

export const OPEN_BECAUSE = {
  trialing: 'on trial',
  paid: 'paid',
  awaiting_payment: 'waiting for a payment',
  past_due: 'payment is past due',
  manual: 'granted by an operator',
  status_unknown: 'Stripe shows a status that this version does not know',
  not_listed: 'Stripe did not list the subscription, which proves nothing',
} as const satisfies Record<OpenReason, string>;

export const WITHHELD_BECAUSE = {
  first_payment: 'nothing has been paid yet',
  unpaid_adds_nothing: 'an unpaid subscription opens nothing new',
  unpaid: 'the subscription is unpaid',
  canceled: 'the subscription is canceled',
  incomplete: 'the first payment has not succeeded',
  incomplete_expired: 'the first payment never succeeded',
  paused: 'the subscription is paused',
  collection_paused: 'payment collection is paused',
  disputed: 'a payment is disputed',
  refunded: 'the latest invoice was refunded in full',
  status_unknown: 'Stripe shows a status that this version does not know',
  period_unknown: 'Stripe shows no period',
  product_removed: 'the subscription no longer has the product',
  deadline: 'the deadline has passed',
  grant_ended: 'the operator’s grant has ended',
  customer_deleted: 'the customer was deleted in Stripe',
  catalog: 'the catalog no longer has the offer',
} as const satisfies Record<WithheldReason, string>;

export const TRIGGERED_BY = {
  event: 'an event from Stripe',
  payment: 'a dispute or refund at Stripe',
  due: 'the clock',
  missed_event: 'the sweep found a missed event',
  listing: 'the sweep’s daily comparison',
  catalog: 'a changed catalog',
  drift: 'the sweep found drift',
  operator: 'an operator',
  restore: 'a restore',
} as const satisfies Record<Trigger, string>;
