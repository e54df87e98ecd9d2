import type { IndexState } from './release.ts';
import { type EpochSeconds, HOUR, MINUTE } from './time.ts';

const LISTING_PERIOD_SECONDS = 6 * HOUR;
/** As long as a function can live. */
const LEASE_SECONDS = 15 * MINUTE;

/** Another function is at it, or died at it a moment ago. */
export const isListingUnderWay = (state: IndexState | undefined, now: EpochSeconds): boolean =>
  state?.startedAt !== undefined && now < state.startedAt + LEASE_SECONDS;

/** Never listed, not for a while, or stamped by other rules than these. */
export const isListingDue = (
  state: IndexState | undefined,
  rulesHash: string,
  now: EpochSeconds,
): boolean =>
  state?.completeAt === undefined ||
  state.rulesHash !== rulesHash ||
  now >= state.completeAt + LISTING_PERIOD_SECONDS;
