import type { EpochSeconds } from './time.ts';

/** `2026-11-21T09:30:00Z`, as IAM and Kubernetes write it. */
export const isoOf = (at: EpochSeconds): string =>
  // biome-ignore lint/style/noRestrictedGlobals: formatting an instant that was passed in reads no clock
  new Date(at * 1_000).toISOString().replace('.000Z', 'Z');

/** The UTC day, `2026-11-21`. */
export const dayOf = (at: EpochSeconds): string => isoOf(at).slice(0, 10);
