import type { EpochSeconds } from './time.ts';

const REVOCATIONS_MIN = 3;
const REVOCATIONS_PERCENT = 5;

/** How many customers may lose access on Stripe's evidence in today and yesterday together. */
export const revocationsMax = (customersWithAccess: number): number =>
  Math.max(REVOCATIONS_MIN, Math.floor((customersWithAccess * REVOCATIONS_PERCENT) / 100));

type Day = {
  readonly day: string;
  readonly customers: readonly string[];
  readonly liftedAt?: EpochSeconds;
};

/**
 * How large today's set may grow, or `lifted`. A lifted day counts for nothing afterwards: what the
 * operator has seen and let pass must not block the day after.
 */
export const allowanceOf = (
  today: Day,
  yesterday: Day,
  customersWithAccess: number,
): number | 'lifted' => {
  if (today.liftedAt !== undefined) return 'lifted';
  const before = yesterday.liftedAt === undefined ? yesterday.customers.length : 0;
  return Math.max(0, revocationsMax(customersWithAccess) - before);
};
