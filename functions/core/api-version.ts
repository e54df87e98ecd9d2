/** The version of Stripe's API that `adapters/stripe-parse.ts` is written for, whatever the account's default. */
export const API_VERSION = '2026-10-28.endive';
