import { expect, it } from 'vitest';
import { trySeed } from '../../simulation/search.ts';

/* Thousands more run in processes of their own (scripts/simulate.ts); in these the canaries are looked for. */
const SEEDS = 100;

it(`in ${SEEDS} seeds every invariant holds`, { timeout: 120_000 }, async () => {
  const wrongs: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { wrong } = await trySeed(seed);
    if (wrong !== undefined) wrongs.push(`${wrong.text}\nnpm run simulate -- --seed ${seed}`);
  }
  expect(wrongs).toEqual([]);
});
