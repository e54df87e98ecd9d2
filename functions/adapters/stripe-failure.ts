import { fieldOf, textField } from '../core/field.ts';
import type { Unavailable } from '../ports.ts';

type Because = Unavailable['because'];

/** Thrown inside the adapter when Stripe told us nothing; it becomes `Unavailable` at the adapter's edge. */
export class StripeUnreadable extends Error {
  readonly because: Because;

  constructor(because: Because, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StripeUnreadable';
    this.because = because;
  }
}

/** What an error of the Stripe SDK says about the reason. */
export const becauseOf = (error: unknown): Because => {
  if (textField(error, 'code') === 'resource_missing') return 'missing';
  const status = fieldOf(error, 'statusCode');
  if (typeof status === 'number') return becauseOfStatus(status);
  const type = textField(error, 'type');
  if (type === 'StripeConnectionError') return 'timeout';
  // An answer that is not JSON: a proxy's page, mostly.
  return type === 'StripeAPIError' ? 'server' : 'malformed';
};

export const becauseOfStatus = (status: number): Because => {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404) return 'missing';
  if (status === 429 || status === 409) return 'rate_limited';
  return status >= 500 ? 'server' : 'malformed';
};
