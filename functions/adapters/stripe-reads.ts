import { Stripe } from 'stripe';
import { API_VERSION } from '../core/api-version.ts';
import { fieldOf } from '../core/field.ts';
import { becauseOf, becauseOfStatus, StripeUnreadable } from './stripe-failure.ts';
import { everyPage } from './stripe-pages.ts';

/** Reads of one stage's mode. Every answer is unknown until it is parsed; a failure is a `StripeUnreadable`. */
export type StripeReads = {
  /** One object, which must be of this stage's mode (a deleted one has none). */
  readonly one: (call: Call) => Promise<unknown>;
  readonly every: (call: ListCall, pagesMax: number) => Promise<readonly unknown[]>;
  /** One page's answer as it came. */
  readonly raw: (call: Call) => Promise<unknown>;
  /** The object itself, if it is of this stage's mode. */
  readonly ours: (value: unknown) => unknown;
};

type Call = (stripe: Stripe) => Promise<unknown>;
type ListCall = (
  stripe: Stripe,
  page: { readonly limit: number; readonly starting_after?: string },
) => Promise<unknown>;

const PAGE_SIZE = 100;

export const stripeReads = (stripe: Stripe, livemode: boolean): StripeReads => {
  const raw = async (call: Call): Promise<unknown> => {
    const answer = await call(stripe).catch((cause: unknown) => {
      throw new StripeUnreadable(becauseOf(cause), 'the call failed', { cause });
    });
    // The SDK takes a status for an error only if the body has a field `error`.
    const status = fieldOf(Reflect.get(Object(answer), 'lastResponse'), 'statusCode');
    if (typeof status === 'number' && status >= 400) {
      throw new StripeUnreadable(becauseOfStatus(status), `status ${status} without an error`);
    }
    return answer;
  };
  const ours = (value: unknown): unknown => {
    const mode = fieldOf(value, 'livemode');
    if (mode === livemode) return value;
    throw typeof mode === 'boolean'
      ? new StripeUnreadable('wrong_mode', `an object with livemode ${mode}`)
      : new StripeUnreadable('malformed', 'an object without livemode');
  };
  return {
    raw,
    ours,
    one: async (call) => {
      const value = await raw(call);
      return fieldOf(value, 'deleted') === true ? value : ours(value);
    },
    every: (call, pagesMax) =>
      everyPage(
        (startingAfter) => raw((client) => call(client, pageFrom(startingAfter))),
        pagesMax,
      ),
  };
};

export const pageFrom = (
  startingAfter: string | undefined,
): { readonly limit: number; readonly starting_after?: string } => ({
  limit: PAGE_SIZE,
  ...(startingAfter === undefined ? {} : { starting_after: startingAfter }),
});

type ClientOptions = { readonly apiBase: string; readonly timeoutMs: number };

/** Newer defaults of the account or the SDK change nothing: version, time-out and retries are ours. */
export const stripeClient = (key: string, { apiBase, timeoutMs }: ClientOptions): Stripe => {
  const { protocol, hostname, port } = new URL(apiBase);
  return new Stripe(key, {
    apiVersion: API_VERSION,
    timeout: timeoutMs,
    maxNetworkRetries: 2,
    telemetry: false,
    // Its time-out covers the whole answer; that of Node's client starts again with every byte.
    httpClient: Stripe.createFetchHttpClient((url, init) =>
      // The key goes to Stripe's host and to no other.
      fetch(url, { ...init, redirect: 'error' }),
    ),
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    port: port === '' ? DEFAULT_PORTS[protocol === 'http:' ? 'http' : 'https'] : port,
  });
};

const DEFAULT_PORTS = { http: '80', https: '443' } as const;

const KEY = /^(?:rk|sk)_(live|test)_[A-Za-z0-9_]+$/;

/** The key itself if it is one and of this stage's mode. */
export const parseKey = (text: string, livemode: boolean): string => {
  const key = text.trim();
  const mode = KEY.exec(key)?.[1];
  if (mode === (livemode ? 'live' : 'test')) return key;
  throw new StripeUnreadable(
    'unauthorized',
    mode === undefined
      ? 'the key must look like rk_live_… or rk_test_…'
      : `a ${mode} key where livemode is ${livemode}`,
  );
};
