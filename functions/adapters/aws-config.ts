/**
 * Settings of every AWS client. Without them the SDK waits for ever, and a hang until Lambda's own
 * time-out is a crash at an unknown point. Three short attempts fit well inside any of our functions.
 */
export const AWS_CONFIG = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    // Without this the SDK only logs a warning when `requestTimeout` has passed.
    throwOnRequestTimeout: true,
    // `requestTimeout` ends with the headers; a body that stops midway is caught here.
    socketTimeout: 3_000,
  },
} as const;

/** For the webhook's queue: Stripe must have its 5xx within five seconds, and will send again. */
export const QUICK_AWS_CONFIG = {
  maxAttempts: 2,
  requestHandler: { ...AWS_CONFIG.requestHandler, requestTimeout: 2_000, socketTimeout: 2_000 },
} as const;
