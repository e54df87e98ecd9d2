import { expect, it } from 'vitest';
import { isOpen, parseTime } from '../../functions/core/time.ts';

it.each([
  [1_795_262_400, 1_795_262_400],
  [946_684_800, 946_684_800],
  [4_102_444_799, 4_102_444_799],
  [946_684_799, undefined],
  [4_102_444_800, undefined],
  [1_795_262_400_000, undefined], // milliseconds
  [0, undefined],
  [-1, undefined],
  [1_795_262_400.5, undefined],
  [Number.NaN, undefined],
  ['1795262400', undefined],
  [null, undefined],
])('reads %j as the time %j', (value, expected) => {
  expect(parseTime(value)).toBe(expected);
});

it.each([
  [99, false],
  [100, true],
  [199, true],
  [200, false],
])('a window from 100 to 200 is open at %i: %s', (now, expected) => {
  expect(isOpen({ startsAt: 100, endsAt: 200 }, now)).toBe(expected);
});
