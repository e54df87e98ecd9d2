import { afterEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';

afterEach(() => vi.restoreAllMocks());

it('tells the time in whole seconds, rounded down', () => {
  vi.spyOn(Date, 'now').mockReturnValue(1_780_000_000_999);
  expect(systemClock()).toBe(1_780_000_000);
});
