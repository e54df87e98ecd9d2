import { describe, expect, it } from 'vitest';
import { singles } from '../../simulation/crash/crash-points.ts';
import { FLOWS } from '../../simulation/crash/flows.ts';
import { prepare } from '../../simulation/crash/prepare.ts';

/** `all`: at every call of the day that follows too, and each run lived to its end. */
const isAll = process.env.WHARFAGE_CRASHES === 'all';

const flows = await Promise.all(FLOWS.map(prepare));
const lanes = flows.map((prepared) => ({
  name: prepared.flow.name,
  prepared,
  calls: isAll ? prepared.calls.length : prepared.callsUntilDone,
}));

describe('one process dies', () => {
  it.each(lanes)(
    '$name comes out the same, wherever it is: before and after each of $calls calls',
    async ({ prepared, calls }) => {
      const tally = await singles(prepared, calls, isAll ? 'end' : 'done');
      expect(tally.failures).toEqual([]);
      expect(tally.runs).toBe(2 * calls);
      expect(tally.survived).toBe(0);
    },
    isAll ? 3_600_000 : 180_000,
  );

  it('every function and the operator die somewhere', () => {
    const processes = new Set(
      flows.flatMap(({ calls, callsUntilDone }) =>
        calls.slice(0, callsUntilDone).map(({ process }) => process),
      ),
    );
    expect([...processes].sort()).toEqual([
      'apply-policy',
      'gateway',
      'index-release',
      'operator',
      'sweep',
      'sync',
      'webhook',
    ]);
  });
});
