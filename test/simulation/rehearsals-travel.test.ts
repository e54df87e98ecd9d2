import { describe, it } from 'vitest';
import { allLost, expectFine, shuffled } from './rehearsal-variants.ts';
import { SHIPPED } from './shipped-rehearsals.ts';

/** Each file gets one of them. */
const SEEDS = 3;

describe('with its events shuffled', () => {
  it.each(
    SHIPPED.map(({ file, rehearsal }, index) => [file, 1 + (index % SEEDS), rehearsal] as const),
  )('%s comes to the same, seed %i', (_file, seed, rehearsal) =>
    expectFine(shuffled(rehearsal, seed)),
  );
});

describe('with all events lost', () => {
  const reachable = SHIPPED.filter((each) => each.reachable === true);

  it.each(reachable.map(({ file, rehearsal }) => [file, rehearsal] as const))(
    '%s comes to the same',
    (_file, rehearsal) => expectFine(allLost(rehearsal)),
  );
});
