import { DAY } from './calendar.ts';
import { badParameter, missing, type StripeFailure } from './errors.ts';
import { EVENT_DAYS, eventObject } from './events.ts';
import { findAnswer, type StripeObject } from './objects.ts';
import { itemObject } from './objects-billing.ts';
import { type Query, valuesOf } from './query.ts';
import type { StripeState } from './state.ts';
import { recordOf } from './state.ts';

/** Rendered only when the page needs it: there may be 10,000. */
type Listed = {
  readonly id: string;
  readonly object: () => StripeObject;
  /** Where it is known without rendering: what lies outside of a range is then passed over. */
  readonly createdAt?: number;
};

/** What a list route is: its own parameters, what is wrong with them, and what it lists. */
export type List = {
  readonly params: readonly string[];
  readonly refuse: (state: StripeState, query: Query) => StripeFailure | undefined;
  /**
   * Everything there is for those parameters that never change their answer, newest first. A cursor
   * is looked up here, so that one whose object has changed since still works.
   */
  readonly all: (state: StripeState, query: Query, now: number) => readonly Listed[];
  /** The parameters about what may change. */
  readonly matches: (object: StripeObject, query: Query) => boolean;
};

const newestFirst = (state: StripeState, ids: readonly string[]): readonly Listed[] =>
  ids.map((id) => ({ id, object: () => findAnswer(state, id) ?? {} })).reverse();

const idsOf = <T extends { readonly id: string }>(
  table: Readonly<Record<string, T>>,
  isChosen: (record: T) => boolean,
): readonly string[] =>
  Object.values(table)
    .filter(isChosen)
    .map(({ id }) => id);

/** A filter on a field that is absent, or equal to the parameter. */
const same = (query: Query, name: string, value: unknown): boolean =>
  !query.has(name) || query.get(name) === value;

const refuseUnknownCustomer = (state: StripeState, query: Query): StripeFailure | undefined => {
  const id = query.get('customer');
  return id === null || state.customers[id] !== undefined
    ? undefined
    : missing('customer', id, 'customer');
};

const STATUSES = [
  'active',
  'all',
  'canceled',
  'ended',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
];

const subscriptions: List = {
  params: ['customer', 'status', 'created'],
  refuse: (state, query) => {
    const status = query.get('status');
    return status === null || STATUSES.includes(status)
      ? refuseUnknownCustomer(state, query)
      : badParameter('status', `Invalid status: must be one of ${STATUSES.join(', ')}`);
  },
  all: (state, query) => {
    const customerId = query.get('customer');
    return newestFirst(
      state,
      customerId === null
        ? Object.keys(state.subscriptions)
        : recordOf(state.customers, customerId).subscriptionIds,
    );
  },
  matches: ({ status }, query) => {
    const wanted = query.get('status') ?? 'not_canceled';
    if (wanted === 'all') return true;
    if (wanted === 'not_canceled') return status !== 'canceled';
    if (wanted === 'ended') return status === 'canceled' || status === 'incomplete_expired';
    return status === wanted;
  },
};

const subscriptionItems: List = {
  params: ['subscription'],
  refuse: (state, query) => {
    const id = query.get('subscription');
    if (id === null) return badParameter('subscription', 'Missing required param: subscription.');
    return state.subscriptions[id] === undefined
      ? missing('subscription', id, 'subscription')
      : undefined;
  },
  all: (state, query) => {
    const { items, id } = recordOf(state.subscriptions, query.get('subscription') ?? '');
    return items.map((item) => ({
      id: item.id,
      object: () => ({ ...itemObject(state, item, id) }),
    }));
  },
  matches: () => true,
};

const TYPES_MAX = 20;

const events: List = {
  params: ['type', 'types', 'created', 'delivery_success'],
  refuse: (_, query) => {
    const types = valuesOf(query, 'types');
    if (types.length > TYPES_MAX) {
      return badParameter('types', `You may pass at most ${TYPES_MAX} types, got ${types.length}.`);
    }
    return types.length > 0 && query.has('type')
      ? badParameter('types', 'You may pass either type or types, but not both.')
      : undefined;
  },
  all: (state, query, now) => {
    const isWanted = wantedBy(query);
    return state.events
      .filter((event) => event.created >= now - EVENT_DAYS * DAY && isWanted(event.type))
      .map((event) => ({
        id: event.id,
        object: () => eventObject(state, event),
        createdAt: event.created,
      }))
      .reverse();
  },
  matches: ({ pending_webhooks }, query) =>
    same(query, 'delivery_success', String(pending_webhooks === 0)),
};

const wantedBy = (query: Query) => {
  const types = valuesOf(query, 'types');
  const wanted = query.get('type');
  return (type: string): boolean =>
    (types.length === 0 || types.includes(type)) && isOfType(type, wanted);
};

const isOfType = (type: string, wanted: string | null): boolean =>
  wanted === null ||
  type === wanted ||
  (wanted.endsWith('*') && type.startsWith(wanted.slice(0, -1)));

const charges: List = {
  params: ['customer', 'payment_intent', 'created'],
  refuse: refuseUnknownCustomer,
  all: (state, query) =>
    newestFirst(
      state,
      idsOf(
        state.charges,
        ({ customerId, paymentIntentId }) =>
          same(query, 'customer', customerId) && same(query, 'payment_intent', paymentIntentId),
      ),
    ),
  matches: () => true,
};

const disputes: List = {
  params: ['charge', 'payment_intent', 'created'],
  refuse: () => undefined,
  all: (state) => newestFirst(state, Object.keys(state.disputes)),
  matches: (dispute, query) =>
    same(query, 'charge', dispute.charge) && same(query, 'payment_intent', dispute.payment_intent),
};

const PAYMENT_TYPES = ['payment_intent', 'payment_record'];

const invoicePayments: List = {
  params: ['invoice', 'payment', 'status', 'created'],
  refuse: (_, query) => {
    const type = query.get('payment[type]');
    if (type !== null && !PAYMENT_TYPES.includes(type)) {
      return badParameter(
        'payment[type]',
        `Invalid payment[type]: must be one of ${PAYMENT_TYPES.join(' or ')}`,
      );
    }
    return type === null && query.has('payment[payment_intent]')
      ? badParameter('payment[type]', 'Missing required param: payment[type].')
      : undefined;
  },
  all: (state, query) =>
    newestFirst(
      state,
      idsOf(
        state.invoicePayments,
        ({ invoiceId, paymentIntentId }) =>
          same(query, 'invoice', invoiceId) &&
          same(query, 'payment[payment_intent]', paymentIntentId),
      ),
    ),
  // Every payment here has a payment intent; none has a payment record.
  matches: ({ status }, query) =>
    query.get('payment[type]') !== 'payment_record' && same(query, 'status', status),
};

const invoices: List = {
  params: ['customer', 'subscription', 'status', 'created'],
  refuse: refuseUnknownCustomer,
  all: (state, query) =>
    newestFirst(
      state,
      idsOf(
        state.invoices,
        ({ customerId, subscriptionId }) =>
          same(query, 'customer', customerId) && same(query, 'subscription', subscriptionId),
      ),
    ),
  matches: ({ status }, query) => same(query, 'status', status),
};

const products: List = {
  params: ['active', 'ids', 'created'],
  refuse: () => undefined,
  all: (state) => newestFirst(state, Object.keys(state.products)),
  matches: (product, query) => {
    const ids = valuesOf(query, 'ids');
    return (
      same(query, 'active', String(product.active)) &&
      (ids.length === 0 || ids.includes(String(product.id)))
    );
  },
};

/** Every list there is, by the last part of its path. */
export const LISTS = {
  charges,
  disputes,
  events,
  invoice_payments: invoicePayments,
  invoices,
  products,
  subscription_items: subscriptionItems,
  subscriptions,
} as const satisfies Record<string, List>;
