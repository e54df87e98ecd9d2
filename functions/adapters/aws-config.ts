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

/**
 * For the webhook: Stripe waits for its answer, and sends again. Secret and queue together give up
 * before its Lambda's time-out, after which nothing would be logged or counted.
 */
export const QUICK_AWS_CONFIG = {
  maxAttempts: 2,
  requestHandler: { ...AWS_CONFIG.requestHandler, requestTimeout: 2_000, socketTimeout: 2_000 },
} as const;
