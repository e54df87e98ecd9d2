import { expect, it } from 'vitest';
import { dayOf, isoOf } from '../../functions/core/calendar.ts';

it('writes an instant as IAM does, without milliseconds', () => {
  expect(isoOf(1_795_262_400)).toBe('2026-11-21T12:00:00Z');
});

it.each([
  [1_795_219_199, '2026-11-20'],
  [1_795_219_200, '2026-11-21'],
])('%i is on the UTC day %s', (at, day) => {
  expect(dayOf(at)).toBe(day);
});
