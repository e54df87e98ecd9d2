import { badParameter, missing, type StripeFailure, unknownRoute } from './errors.ts';
import { eventObject } from './events.ts';
import { expand } from './expand.ts';
import type { Fault, Resource } from './faults.ts';
import { LISTS, type List } from './lists.ts';
import { findAnswer, type StripeObject } from './objects.ts';
import {
  isInRange,
  limitOf,
  type Query,
  refuseExpand,
  refuseLimit,
  refuseRange,
  refuseUnknown,
  valuesOf,
} from './query.ts';
import type { StripeState } from './state.ts';

type Answer = { readonly kind: 'answer'; readonly object: StripeObject } | StripeFailure;

/** Where a request goes, and under which name it is counted and limited. */
export type Route = {
  /** `GET /v1/customers/:id` */
  readonly name: string;
  readonly resource: Resource;
  readonly answer: (
    state: StripeState,
    query: Query,
    context: { readonly now: number; readonly fault: Fault | undefined },
  ) => Answer;
};

const SINGLE: Readonly<Record<string, { readonly noun: string; readonly prefix: string }>> = {
  charges: { noun: 'charge', prefix: 'ch_' },
  customers: { noun: 'customer', prefix: 'cus_' },
  disputes: { noun: 'dispute', prefix: 'du_' },
  events: { noun: 'event', prefix: 'evt_' },
  invoice_payments: { noun: 'invoice_payment', prefix: 'inpay_' },
  invoices: { noun: 'invoice', prefix: 'in_' },
  prices: { noun: 'price', prefix: 'price_' },
  products: { noun: 'product', prefix: 'prod_' },
  subscriptions: { noun: 'subscription', prefix: 'sub_' },
};

const ACCOUNT_ID = 'acct_1StandIn000000000';

const PATH = /^\/v1\/([a-z_]+)(?:\/([^/]+))?$/;

/** A failure when there is no such address. */
export const routeOf = (path: string): Route | StripeFailure => {
  const [, resource = '', id] = PATH.exec(path) ?? [];
  if (path === '/v1/account') return ACCOUNT;
  const list = Object.hasOwn(LISTS, resource) ? LISTS[resource as keyof typeof LISTS] : undefined;
  if (id === undefined && list !== undefined) {
    return {
      name: `GET /v1/${resource}`,
      resource: resource as Resource,
      answer: (state, query, context) => listAnswer(state, query, { ...context, list, path }),
    };
  }
  const single = SINGLE[resource];
  if (id === undefined || single === undefined) return unknownRoute('GET', path);
  return {
    name: `GET /v1/${resource}/:id`,
    resource: resource as Resource,
    answer: (state, query) =>
      refuseUnknown(query, ['expand']) ?? finish(state, query, singleAnswer(state, id, single)),
  };
};

const singleAnswer = (
  state: StripeState,
  id: string,
  { noun, prefix }: { readonly noun: string; readonly prefix: string },
): Answer => {
  const found = noun === 'event' ? findEvent(state, id) : findAnswer(state, id);
  return found !== undefined && id.startsWith(prefix)
    ? { kind: 'answer', object: found }
    : missing(noun, id, 'id');
};

const findEvent = (state: StripeState, id: string): StripeObject | undefined => {
  const event = state.events.find((one) => one.id === id);
  return event === undefined ? undefined : eventObject(state, event);
};

const ACCOUNT: Route = {
  name: 'GET /v1/account',
  resource: 'account',
  answer: () => ({
    kind: 'answer',
    object: {
      id: ACCOUNT_ID,
      object: 'account',
      charges_enabled: true,
      country: 'US',
      default_currency: 'usd',
      details_submitted: true,
      email: null,
      payouts_enabled: true,
      type: 'standard',
    },
  }),
};

type ListContext = {
  readonly now: number;
  readonly fault: Fault | undefined;
  readonly list: List;
  readonly path: string;
};

const PAGING = ['limit', 'starting_after', 'expand'];

const listAnswer = (state: StripeState, query: Query, context: ListContext): Answer => {
  const { list, path, fault, now } = context;
  const refused =
    refuseUnknown(query, [...PAGING, ...list.params]) ??
    refuseLimit(query) ??
    refuseRange(query, 'created') ??
    list.refuse(state, query);
  if (refused !== undefined) return refused;
  const all = list.all(state, query, now);
  const repeats = fault?.kind === 'brokenPaging' && fault.how === 'repeats';
  const cursor = repeats ? null : query.get('starting_after');
  const start = cursor === null ? 0 : all.findIndex(({ id }) => id === cursor) + 1;
  if (cursor !== null && start === 0) return missing('object', cursor, 'starting_after');
  const found = take(query, list, all.slice(start));
  const limit = limitOf(query);
  return finish(state, query, {
    kind: 'answer',
    object: {
      object: 'list',
      data: isEmptied(fault) ? [] : found.slice(0, limit),
      has_more: fault?.kind === 'brokenPaging' || (found.length > limit && !isEmptied(fault)),
      url: path,
    },
  });
};

const isEmptied = (fault: Fault | undefined): boolean =>
  fault?.kind === 'emptyPage' || (fault?.kind === 'brokenPaging' && fault.how === 'empty');

/** One more than the page holds tells whether there is another. */
const take = (
  query: Query,
  list: List,
  listed: ReturnType<List['all']>,
): readonly StripeObject[] => {
  const found: StripeObject[] = [];
  for (const { object, createdAt } of listed) {
    if (found.length > limitOf(query)) break;
    if (createdAt !== undefined && !isInRange(query, 'created', createdAt)) continue;
    const rendered = object();
    const isListed =
      list.matches(rendered, query) && isInRange(query, 'created', Number(rendered.created));
    if (isListed) found.push(rendered);
  }
  return found;
};

/** Every answer was rendered for this request alone, so expanding it in place changes nothing stored. */
const finish = (state: StripeState, query: Query, answer: Answer): Answer => {
  const refused = refuseExpand(query);
  if (answer.kind === 'failure' || refused !== undefined) return refused ?? answer;
  for (const path of valuesOf(query, 'expand')) {
    const failure = expand(state, answer.object, path);
    if (failure !== undefined) return failure;
  }
  return answer;
};

/** An API version that this stand-in does not speak is refused, so that a changed pin is noticed. */
export const refuseVersion = (
  given: string | undefined,
  spoken: string,
): StripeFailure | undefined =>
  given === undefined || given === spoken
    ? undefined
    : badParameter(
        'Stripe-Version',
        `Invalid Stripe API version: ${given}; spoken here: ${spoken}`,
      );
