import type { EpochSeconds } from './time.ts';

/** What became of a payload and its `Stripe-Signature`. The event is only known to be JSON. */
export type Verification =
  | { readonly kind: 'verified'; readonly event: unknown; readonly with: 'current' | 'previous' }
  | { readonly kind: 'refused'; readonly because: 'header' | 'time' | 'body' | 'signature' };

/** How far Stripe's clock and ours may be apart. */
export const TOLERANCE_SECONDS = 300;

const TIMESTAMP = /^t=(\d{1,12})$/;

/**
 * When Stripe signed, if the header says so exactly once. Lambda and `Headers` both join two header
 * lines into one, and of two timestamps the SDK would believe the last.
 */
export const signedAtOf = (header: string): EpochSeconds | undefined => {
  const parts = header.split(',').filter((part) => part.trimStart().startsWith('t='));
  const [timestamp = '', ...others] = parts;
  const digits = others.length === 0 ? TIMESTAMP.exec(timestamp)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
};

/** Two-sided: the SDK alone would accept a signature from next year. */
export const isTimely = (signedAt: EpochSeconds, now: EpochSeconds): boolean =>
  Math.abs(now - signedAt) <= TOLERANCE_SECONDS;
