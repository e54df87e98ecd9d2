import type { EpochSeconds } from '../../functions/core/time.ts';

/** `2026-11-30`, `2026-11-30T09:00Z` or `2026-11-30T09:00:00Z`; NaN for anything else. */
export const secondsOf = (text: string): EpochSeconds =>
  ISO.test(text) ? Date.parse(text) / 1_000 : Number.NaN;

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/;
