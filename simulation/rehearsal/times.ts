import { DAY, HOUR, MINUTE, parseTime } from '../../functions/core/time.ts';
import { secondsOf } from '../kernel/calendar.ts';
import { type Reader, textOf } from './readers.ts';
import { note } from './reading.ts';

const UNIT_SECONDS = { w: 7 * DAY, d: DAY, h: HOUR, m: MINUTE, s: 1 } as const;
const PARTS = '(?:\\d{1,4}w)?(?:\\d{1,5}d)?(?:\\d{1,6}h)?(?:\\d{1,7}m)?(?:\\d{1,8}s)?';
const DURATION = new RegExp(`^(?=.)${PARTS}$`);
const SIGNED = new RegExp(`^-?(?=\\d)${PARTS}$`);
const DURATION_ALLOWED = 'a length of time is needed, such as 14d, 36h, 5m, 30s or 1d12h';

const lengthOf = (written: string): number =>
  [...written.matchAll(/(\d+)([wdhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS],
    0,
  );

/** In seconds. */
export const duration: Reader<number> = textOf(DURATION, DURATION_ALLOWED, lengthOf);

/** Seconds; a clock may also be behind. */
export const skew: Reader<number> = textOf(
  SIGNED,
  'a length of time is needed, such as 10m or -10m',
  (written) => (written.startsWith('-') ? -lengthOf(written) : lengthOf(written)),
);

const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/;
const DATE_ALLOWED = 'a UTC day or instant is needed, such as 2026-11-01 or 2026-11-01T12:00Z';

/** A day that is not in the calendar is refused, and not taken for one of the next month. */
const instantOf = (written: string): number | undefined => {
  const day = Number(written.slice(8, 10));
  const at = secondsOf(written);
  const isReal = day <= daysIn(Number(written.slice(0, 4)), Number(written.slice(5, 7)));
  return isReal ? parseTime(at) : undefined;
};

const daysIn = (year: number, month: number): number => {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
};

/** Epoch seconds. */
export const date: Reader<number> = textOf(
  DATE,
  DATE_ALLOWED,
  (written, place) =>
    instantOf(written) ?? note(place, `${place.path} is "${written}": that is not in the calendar`),
);

const MOMENT = new RegExp(`(?:^\\+(?=.)${PARTS}$)|(?:${DATE.source})`);

/** In seconds since the beginning. */
export const moment: Reader<number> = textOf(
  MOMENT,
  'a time since the beginning such as +3d or +1d12h, or a UTC date such as 2026-11-04 or 2026-11-04T09:00Z, is needed',
  (written, place) => {
    if (written.startsWith('+')) return lengthOf(written);
    const at = instantOf(written);
    if (at === undefined) {
      return note(place, `${place.path} is "${written}": that is not in the calendar`);
    }
    const since = at - place.reading.startsAt;
    if (since >= 0) return since;
    return note(place, `${place.path} is "${written}": that is before the rehearsal starts`);
  },
);
