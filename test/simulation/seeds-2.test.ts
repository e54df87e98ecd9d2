import { expect, it } from 'vitest';
import { wrongsIn } from './seed-range.ts';

const EACH = 100;

/* The other half is in a file of its own, so that two workers share them. */
it.each(Array.from({ length: 4 }, (_, part) => 401 + part * EACH))(
  'in 100 seeds from %i on every invariant holds',
  { timeout: 120_000 },
  async (from) => {
    expect(await wrongsIn(from, EACH)).toEqual([]);
  },
);
