import { dayOf } from './calendar.ts';
import { type EpochSeconds, HOUR, MINUTE } from './time.ts';

/** Progress of one of the sweep's cadences. */
export type Cursor = {
  readonly name: 'due' | 'events' | 'subscriptions' | 'members';
  /** When the last complete run began. 0: never. */
  readonly doneAt: EpochSeconds;
  /** A run is under way since then; a second one stays away for a while. 0: none. */
  readonly startedAt: EpochSeconds;
  /** Events: created of the newest one seen. */
  readonly position: EpochSeconds;
  /** Events seen inside the overlap, or customers found different by the last run. */
  readonly seen: readonly string[];
  /** Subscriptions: customers with access when the last run ended. */
  readonly customersWithAccess: number;
  /** Stripe reads the sweep knows of in `month` (`2026-11`). */
  readonly reads: number;
  readonly month: string;
  readonly revision: number;
};

export const freshCursor = (name: Cursor['name']): Cursor => ({
  name,
  doneAt: 0,
  startedAt: 0,
  position: 0,
  seen: [],
  customersWithAccess: 0,
  reads: 0,
  month: '',
  revision: 0,
});

/** A run that has not come back by then died: its Lambda's time-out is shorter. */
const ABANDONED_AFTER_SECONDS = 20 * MINUTE;

/** Not before `period` seconds after the last run began, and not while another one is at it. */
export const isCursorDue = (cursor: Cursor, period: number, now: EpochSeconds): boolean =>
  now >= cursor.doneAt + period && now >= cursor.startedAt + ABANDONED_AFTER_SECONDS;

export const started = (cursor: Cursor, now: EpochSeconds): Cursor => ({
  ...cursor,
  startedAt: now,
  revision: cursor.revision + 1,
});

/** Also after a failure: the next tick may try again, from where the cursor was. */
export const released = (cursor: Cursor): Cursor => ({
  ...cursor,
  startedAt: 0,
  revision: cursor.revision + 1,
});

/** Counts Stripe reads in the month they were made. */
export const withReads = (cursor: Cursor, reads: number, now: EpochSeconds): Cursor => {
  const month = dayOf(now).slice(0, 7);
  return { ...cursor, month, reads: (cursor.month === month ? cursor.reads : 0) + reads };
};

/** Asking Stripe about one customer: who it is, and all its subscriptions. */
export const READS_PER_SYNC = 2;

/** Stripe: at least 10,000 reads a month, and on average 500 for each transaction. */
const READS_MIN = 10_000;

/** A yearly subscription makes one transaction in twelve months: 500 / 12, rounded down. */
const READS_PER_CUSTOMER = 40;

export const readsPercentOf = (
  cursors: readonly Cursor[],
  readsMax: number,
  now: EpochSeconds,
): number => {
  const month = dayOf(now).slice(0, 7);
  const reads = cursors.reduce((sum, each) => sum + (each.month === month ? each.reads : 0), 0);
  const customers = Math.max(0, ...cursors.map(({ customersWithAccess }) => customersWithAccess));
  const cap = readsMax > 0 ? readsMax : Math.max(READS_MIN, READS_PER_CUSTOMER * customers);
  return Math.ceil((100 * reads) / cap);
};

/** At 80 % of the month's reads the sweep asks Stripe a quarter as often. */
const SLOW_AT_PERCENT = 80;
const SLOW_FACTOR = 4;

export const everyPeriod = (usual: number, readsPercent: number): number =>
  readsPercent >= SLOW_AT_PERCENT ? usual * SLOW_FACTOR : usual;

/** How far back events are listed again: one may appear in the list late. */
export const OVERLAP_SECONDS = HOUR;
