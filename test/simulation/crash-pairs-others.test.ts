import { describe, expect, it } from 'vitest';
import { FLOWS } from '../../simulation/crash/flows.ts';
import { liveThroughPairs, seconds } from './crash-share.ts';

/** The others are in a file of their own, so that two workers share them. */
const flows = FLOWS.filter((_, index) => index % 2 === 1);

describe('two processes die, or one twice', () => {
  it.each(flows)(
    '$name comes out the same',
    async (flow) => {
      const { failures, runs, survived } = await liveThroughPairs(flow);
      expect(failures).toEqual([]);
      // Of two calls that one process makes at once it dies at one only.
      expect(survived).toBeLessThan(runs / 10);
    },
    seconds * 1_000,
  );
});
