import { expect, it } from 'vitest';
import { missingSequences } from '../../functions/core/audit-gaps.ts';

it.each([
  [[], 0, []],
  [[1, 2, 3], 3, []],
  [[1, 3], 3, [2]],
  [[], 2, [1, 2]],
  [[1, 2, 3], 2, []],
])('of %j up to %i, %j are missing', (written, last, missing) => {
  expect(missingSequences(written, last)).toStrictEqual(missing);
});
