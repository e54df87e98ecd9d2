import { isoOf } from '../../functions/core/calendar.ts';

/** `2026-11-21 09:30:15 UTC` */
export const timeText = (at: number): string =>
  `${isoOf(Math.floor(at)).slice(0, 19).replace('T', ' ')} UTC`;

/** `nova`, as the file calls it. */
export const nameOf = (customerId: string): string => customerId.replace(/^cus_/, '');

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** `+3d12h`, as the file writes times. */
export const sinceText = (seconds: number): string => {
  let left = Math.floor(seconds);
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return `+${parts.length === 0 ? '0s' : parts.join('')}`;
};
