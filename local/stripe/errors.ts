/** An answer that is not the object: Stripe's status and the fields of its error object. */
export type StripeFailure = {
  readonly kind: 'failure';
  readonly status: number;
  readonly error: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
};

const failure = (
  status: number,
  message: string,
  more: { readonly code?: string; readonly param?: string } = {},
): StripeFailure => ({
  kind: 'failure',
  status,
  error: {
    ...more,
    ...(more.code === undefined
      ? {}
      : { doc_url: `https://stripe.com/docs/error-codes/${more.code.replaceAll('_', '-')}` }),
    message,
    type: status >= 500 ? 'api_error' : 'invalid_request_error',
  },
});

export const badParameter = (param: string, message: string, code?: string): StripeFailure =>
  failure(400, message, { ...(code === undefined ? {} : { code }), param });

/** In the path it is a 404, in a parameter a 400. */
export const missing = (noun: string, id: string, param: string): StripeFailure =>
  failure(param === 'id' ? 404 : 400, `No such ${noun}: '${id}'`, {
    code: 'resource_missing',
    param,
  });

export const unknownRoute = (method: string, path: string): StripeFailure =>
  failure(404, `Unrecognized request URL (${method}: ${path}).`);

/** Only the ends of a key are ever shown. */
const masked = (key: string): string =>
  key.length < 12 ? '***' : `${key.slice(0, 8)}***${key.slice(-4)}`;

export const noKey = (): StripeFailure => failure(401, 'You did not provide an API key.');

export const wrongKey = (key: string): StripeFailure =>
  failure(401, `Invalid API Key provided: ${masked(key)}`);

export const expiredKey = (key: string): StripeFailure =>
  failure(401, `Expired API Key provided: ${masked(key)}`, { code: 'api_key_expired' });

export const forbidden = (key: string, what: string): StripeFailure =>
  failure(
    403,
    `The provided key '${masked(key)}' does not have the required permissions for this endpoint: ${what}.`,
    { code: 'more_permissions_required' },
  );

export const rateLimited = (reason: string): StripeFailure => ({
  ...failure(429, 'Request rate limit exceeded.', { code: 'rate_limit' }),
  headers: { 'Stripe-Rate-Limited-Reason': reason },
});

export const withStatus = (status: number): StripeFailure =>
  failure(status, `The stand-in was told to answer ${status}.`);
