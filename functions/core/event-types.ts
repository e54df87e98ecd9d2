import { fieldOf, referenceOf } from './field.ts';
import type { Subject } from './subject.ts';

/**
 * The events worth a look at their customer: at most 20, which is what Stripe's event list takes.
 * Never `invoice.created`: while its delivery fails, Stripe holds back the vendor's invoices.
 */
export const EVENT_TYPES = [
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.pending_update_applied',
  'customer.subscription.pending_update_expired',
  'customer.subscription.trial_will_end',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.voided',
  'invoice.marked_uncollectible',
  'customer.updated',
  'customer.deleted',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.refunded',
  'refund.failed',
] as const;

export const isEventType = (type: string): boolean =>
  EVENT_TYPES.some((allowed) => allowed === type);

/** Whom a snapshot event names: the customer if it can, else a charge or subscription to ask about. */
export const subjectOf = (event: unknown): Pick<Subject, 'kind' | 'id'> | undefined => {
  const object = fieldOf(fieldOf(event, 'data'), 'object');
  return (
    subjectAt('customer', object) ??
    subjectAt('charge', object) ??
    subjectAt('subscription', object)
  );
};

/** Ids become keys, groups and paths: anything else in one of them is not Stripe's. */
const ID = /^[A-Za-z0-9_-]{1,255}$/;

const subjectAt = (
  kind: Subject['kind'],
  object: unknown,
): Pick<Subject, 'kind' | 'id'> | undefined => {
  const isItself = fieldOf(object, 'object') === kind;
  const id = referenceOf(isItself ? object : fieldOf(object, kind));
  return id !== undefined && ID.test(id) ? { kind, id } : undefined;
};
