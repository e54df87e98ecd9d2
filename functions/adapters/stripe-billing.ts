import { EVENT_TYPES, subjectOf } from '../core/event-types.ts';
import { fieldOf, referenceOf, textField } from '../core/field.ts';
import { parseTime } from '../core/time.ts';
import type { Billing, EventPage } from '../ports.ts';
import { type CustomerOptions, readCustomer } from './stripe-customer.ts';
import { type EdgeOptions, type StripeEdge, stripeEdge } from './stripe-edge.ts';
import { StripeUnreadable } from './stripe-failure.ts';
import { parsePage } from './stripe-pages.ts';
import { pageFrom, type StripeReads } from './stripe-reads.ts';
import { listSubscriptions } from './stripe-subscriptions.ts';

/** Everything Stripe is asked. What it does not answer is `unavailable`: none of these throws for it. */
export const stripeBilling = (options: EdgeOptions & CustomerOptions): Billing =>
  billingOver(stripeEdge(options), options);

/** The same over another way to Stripe. */
export const billingOver = (
  answer: StripeEdge,
  options: CustomerOptions & Pick<EdgeOptions, 'report'>,
): Billing => {
  return {
    readCustomer: (id) =>
      answer({ operation: 'readCustomer', id }, (reads) => readCustomer(reads, id, options)),
    resolveSubject: async ({ kind, id }) =>
      kind === 'customer'
        ? { kind, id }
        : answer({ operation: 'resolveSubject', id }, (reads) => resolveSubject(reads, kind, id)),
    listEvents: (since, next) =>
      answer({ operation: 'listEvents' }, (reads) => listEvents(reads, since, next)),
    listSubscriptions: (next) =>
      answer({ operation: 'listSubscriptions' }, (reads) =>
        listSubscriptions(reads, options.report, next),
      ),
  };
};

const resolveSubject = async (
  reads: StripeReads,
  kind: 'charge' | 'subscription',
  id: string,
): ReturnType<Billing['resolveSubject']> => {
  const value = await reads.one((stripe) =>
    kind === 'charge' ? stripe.charges.retrieve(id) : stripe.subscriptions.retrieve(id),
  );
  const customer = referenceOf(fieldOf(value, 'customer'));
  return customer === undefined ? { kind: 'none' } : { kind: 'customer', id: customer };
};

const listEvents = async (
  reads: StripeReads,
  since: number,
  startingAfter: string | undefined,
): Promise<EventPage> => {
  const answer = await reads.raw((stripe) =>
    stripe.events.list({
      ...pageFrom(startingAfter),
      types: [...EVENT_TYPES],
      created: { gte: since },
    }),
  );
  const { items, next } = parsePage(answer, startingAfter);
  return {
    kind: 'page',
    events: items.map((item) => parseEvent(reads.ours(item))),
    ...(next === undefined ? {} : { next }),
  };
};

const parseEvent = (value: unknown): EventPage['events'][number] => {
  const eventId = textField(value, 'id');
  const createdAt = parseTime(fieldOf(value, 'created'));
  if (eventId === undefined || createdAt === undefined) {
    throw new StripeUnreadable('malformed', 'an event without created');
  }
  return { eventId, createdAt, subject: subjectOf(value) };
};
