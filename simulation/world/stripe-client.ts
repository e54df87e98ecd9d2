import type { Stripe } from 'stripe';
import type { Fault as ListFault } from '../../local/stripe/faults.ts';
import { routeOf } from '../../local/stripe/routes.ts';
import type { StripeState } from '../../local/stripe/state.ts';
import type { Process } from '../kernel/process.ts';
import type { Manner, Wire } from '../kernel/wire.ts';

/*
 * The SDK's client as the adapter uses it, one method for each request it makes, answered by the
 * routes of the local stand-in (local/stripe/server.ts lists what they imitate, and from where).
 */

export type StripeSide = {
  /** What was true so many seconds ago; 0: now. */
  stateAsOf(staleSeconds: number): StripeState;
  now(): number;
};

type Params = Readonly<Record<string, unknown>>;

export const stripeClientOver = (wire: Wire, process: Process, side: StripeSide): Stripe => {
  const get = (path: string, key: string, params: Params = {}): Promise<unknown> => {
    const about = { service: 'stripe', operation: operationOf(path), key } as const;
    return wire.call(process, about, (manner) => answerTo(side, path, params, manner));
  };
  const single = (resource: string) => ({
    retrieve: (id: string, params?: Params) => get(`/v1/${resource}/${id}`, id, params),
  });
  const list = (resource: string) => ({
    list: (params: Params = {}) =>
      get(`/v1/${resource}`, typeof params.customer === 'string' ? params.customer : '', params),
  });
  return {
    customers: single('customers'),
    charges: { ...single('charges'), ...list('charges') },
    subscriptions: { ...single('subscriptions'), ...list('subscriptions') },
    subscriptionItems: list('subscription_items'),
    invoicePayments: list('invoice_payments'),
    disputes: list('disputes'),
    events: list('events'),
  } as unknown as Stripe;
};

/** `GET /v1/customers/:id` */
const operationOf = (path: string): string => {
  const [, version = '', resource = '', id] = path.split('/');
  return `GET /${version}/${resource}${id === undefined ? '' : '/:id'}`;
};

const answerTo = (side: StripeSide, path: string, params: Params, manner: Manner): unknown => {
  const route = routeOf(path);
  if ('kind' in route) throw sdkErrorOf(route.status, route.error.code);
  const query = new URLSearchParams(pairsOf(params));
  const context = { now: side.now(), fault: listFaultOf(manner) };
  const answer = route.answer(side.stateAsOf(manner.staleSeconds), query, context);
  if (answer.kind === 'failure') throw sdkErrorOf(answer.status, answer.error.code);
  return answer.object;
};

const listFaultOf = ({ brokenPaging }: Manner): ListFault | undefined => {
  if (brokenPaging === undefined) return undefined;
  return brokenPaging === 'emptied'
    ? { kind: 'emptyPage' }
    : { kind: 'brokenPaging', how: brokenPaging };
};

/** What the SDK throws, as far as anybody looks at it. */
export const sdkErrorOf = (status: number, code?: string): Error =>
  Object.assign(new Error(`Stripe answered ${status}`), {
    type: status === 0 ? 'StripeConnectionError' : 'StripeAPIError',
    ...(status === 0 ? {} : { statusCode: status }),
    ...(code === undefined ? {} : { code }),
  });

/** As the SDK writes them: `created[gte]`, `types[0]`. */
const pairsOf = (params: Params, within = ''): [string, string][] =>
  Object.entries(params).flatMap(([name, value]) => {
    const full = within === '' ? name : `${within}[${name}]`;
    if (typeof value === 'object' && value !== null) return pairsOf(value as Params, full);
    return value === undefined ? [] : [[full, String(value)] as [string, string]];
  });
