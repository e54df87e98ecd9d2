import type { Stripe } from 'stripe';
import { fieldOf, textField } from '../core/field.ts';
import type { Report, Unavailable } from '../ports.ts';
import { StripeUnreadable } from './stripe-failure.ts';
import { parseKey, type StripeReads, stripeClient, stripeReads } from './stripe-reads.ts';

export type EdgeOptions = {
  /** The restricted key's text; asked for at each operation, so that a rotated key needs no deployment. */
  readonly readKey: () => Promise<string>;
  readonly livemode: boolean;
  /** Where Stripe's API is; only a local run says. */
  readonly apiBase?: string | undefined;
  readonly report: Report;
  /** For one attempt of one call. */
  readonly timeoutMs?: number;
};

type About = { readonly operation: string; readonly id?: string };

const STRIPE = 'https://api.stripe.com';
const TIMEOUT_MS = 10_000;
/** An operation is several calls, each with up to three attempts. */
const OPERATION_TIMEOUTS = 4;

/** Runs an operation and turns every way of learning nothing into `unavailable`. */
export type StripeEdge = <Value>(
  about: About,
  read: (reads: StripeReads) => Promise<Value>,
) => Promise<Value | Unavailable>;

/** Over the SDK, with a time-out for the whole operation, and a log line for what was not answered. */
export const stripeEdge = (options: EdgeOptions): StripeEdge => {
  const { livemode, report, timeoutMs = TIMEOUT_MS } = options;
  const clientOf = clientByKey(options.apiBase ?? STRIPE, timeoutMs);
  return async (about, read) => {
    try {
      const key = parseKey(await keyOf(options), livemode);
      const reading = read(stripeReads(clientOf(key), livemode));
      return await within(OPERATION_TIMEOUTS * timeoutMs, reading);
    } catch (error) {
      if (!(error instanceof StripeUnreadable)) throw error;
      reportFailure(report, about, error);
      return { kind: 'unavailable', because: error.because };
    }
  };
};

const keyOf = ({ readKey }: EdgeOptions): Promise<string> =>
  readKey().catch((cause: unknown) => {
    throw new StripeUnreadable('unauthorized', 'the key could not be read', { cause });
  });

/** A client keeps its connections, so there is one until the key changes. */
const clientByKey = (apiBase: string, timeoutMs: number): ((key: string) => Stripe) => {
  let last: { readonly key: string; readonly client: Stripe } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, client: stripeClient(key, { apiBase, timeoutMs }) };
    return last.client;
  };
};

const within = async <Value>(milliseconds: number, reading: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new StripeUnreadable('timeout', `the operation took over ${milliseconds} ms`));
    }, milliseconds);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Stripe's messages may name customers and keys: the code and the request's id are enough to find them. */
const reportFailure = (
  report: Report,
  { operation, id }: About,
  { because, message, cause }: StripeUnreadable,
): void => {
  const fields = {
    operation,
    id,
    because,
    detail: message,
    code: textField(cause, 'code'),
    requestId: textField(cause, 'requestId'),
    status: statusOf(cause),
    error: cause instanceof Error ? cause.name : undefined,
  };
  if (because === 'unauthorized') report.count('StripeUnauthorized', fields);
  else report.log('Stripe told us nothing', fields);
};

const statusOf = (cause: unknown): number | undefined => {
  const status = fieldOf(cause, 'statusCode');
  return typeof status === 'number' ? status : undefined;
};
