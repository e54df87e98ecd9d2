import { expect, it } from 'vitest';
import { allowanceOf, revocationsMax } from '../../functions/core/breaker.ts';

const day = (ids: number, liftedAt?: number) => ({
  day: '2026-11-21',
  customers: Array.from({ length: ids }, (_, index) => `cus_${index}`),
  ...(liftedAt === undefined ? {} : { liftedAt }),
});

it.each([
  [0, 3],
  [79, 3],
  [80, 4],
  [10_000, 500],
])('of %i customers with access %i may lose it', (customersWithAccess, max) => {
  expect(revocationsMax(customersWithAccess)).toBe(max);
});

it('yesterday takes from what is left for today', () => {
  expect(allowanceOf(day(0), day(1), 0)).toBe(2);
});

it('today takes nothing from its own limit: the set is what is limited', () => {
  expect(allowanceOf(day(3), day(0), 0)).toBe(3);
});

it('is never less than nothing', () => {
  expect(allowanceOf(day(0), day(9), 0)).toBe(0);
});

it('a lifted day has no limit', () => {
  expect(allowanceOf(day(9, 1), day(9), 0)).toBe('lifted');
});

it('a lifted yesterday does not block today', () => {
  expect(allowanceOf(day(0), day(9, 1), 0)).toBe(3);
});
