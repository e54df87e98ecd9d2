import type { Customer } from './customer.ts';
import { shardOf } from './fingerprint.ts';
import { DAY, type EpochSeconds, HOUR, MINUTE } from './time.ts';

/** One read after a change, to see past a stale answer. */
export const CONFIRM_AFTER_SECONDS = 10 * MINUTE;

/** A customer with a live subscription, an open window or a grant and nothing to wait for is still looked at. */
const IDLE_SECONDS = 30 * DAY;

type Timed = Pick<Customer, 'windows' | 'subscriptions' | 'grants' | 'sealed'> &
  Pick<Customer, 'isHeld' | 'isDeleted' | 'confirmAt' | 'retryAt'>;

/** When to look at this customer again: always later than `now`, or never. */
export const dueAtOf = (customer: Timed, now: EpochSeconds): EpochSeconds | undefined => {
  const { windows, subscriptions, grants, sealed, isHeld, isDeleted } = customer;
  const { confirmAt, retryAt } = customer;
  if (isDeleted) return undefined;
  // Who is due is also for whom another catalog is decided: it may sell what a grant names.
  const isWatched =
    subscriptions.length > 0 ||
    windows.some(({ endsAt }) => endsAt > now) ||
    grants.some(({ until }) => until > now);
  const times = [
    ...windows.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt - DAY, endsAt]),
    ...sealed.map(({ until }) => until),
    ...(isHeld ? [now + HOUR] : []),
    ...(isWatched ? [now + IDLE_SECONDS] : []),
    ...(confirmAt === undefined ? [] : [confirmAt]),
    ...(retryAt === undefined ? [] : [retryAt]),
  ].filter((at) => at > now);
  return times.length === 0 ? undefined : Math.min(...times);
};

/** After failed reads: a minute, doubling up to `longest`, spread so that an outage's end is no stampede. */
export const retryDelaySeconds = (
  customerId: string,
  retries: number,
  longest: number = HOUR,
): number => {
  const delay = Math.min(longest, MINUTE * 2 ** Math.min(retries, 16));
  return delay + Math.floor((delay * shardOf(`${customerId}:${retries}`)) / 64);
};
