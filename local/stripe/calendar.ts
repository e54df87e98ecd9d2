import type { Interval } from './state.ts';

export const HOUR = 3_600;
export const DAY = 86_400;

const daysIn = (year: number, month: number): number =>
  new Date(Date.UTC(year, month + 1, 0)).getUTCDate();

/** One interval after `at`, on the anchor's day of the month, or its last one: 31 January, 28 February, 31 March. */
export const calendarEndOf = (at: number, interval: Interval, anchorAt = at): number => {
  const from = new Date(at * 1000);
  const months = from.getUTCMonth() + (interval === 'year' ? 12 : 1);
  const year = from.getUTCFullYear() + Math.floor(months / 12);
  const month = months % 12;
  const day = Math.min(new Date(anchorAt * 1000).getUTCDate(), daysIn(year, month));
  return Date.UTC(year, month, day) / 1000 + (at % DAY);
};
