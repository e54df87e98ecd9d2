import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { INVARIANTS } from '../../../simulation/oracle/invariants.ts';

it('numbers every invariant once, and says where each is shown', () => {
  expect(INVARIANTS.map(({ number }) => number)).toEqual(
    Array.from({ length: 21 }, (_, index) => index + 1),
  );
  for (const { watched, elsewhere = [], number } of INVARIANTS) {
    expect(watched ?? elsewhere[0], `I${number}`).toBeDefined();
  }
});

it('names tests that exist', () => {
  const named = INVARIANTS.flatMap(({ elsewhere = [] }) => elsewhere);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});
