import { pairs, type Tally } from '../../simulation/crash/crash-points.ts';
import type { Flow } from '../../simulation/crash/flow.ts';
import { prepare } from '../../simulation/crash/prepare.ts';

/*
 * All pairs are tens of thousands of runs: `WHARFAGE_CRASHES=all` lives through them. Otherwise each
 * day has its share, and `WHARFAGE_CRASHES=<number>` is that share again.
 */
const asked = process.env.WHARFAGE_CRASHES;
const isAll = asked === 'all';
const SHARES = 500;
const DAY_MILLISECONDS = 86_400_000;
const number = Number(isAll ? 0 : (asked ?? Math.floor(Date.now() / DAY_MILLISECONDS) % SHARES));

export const seconds = isAll ? 3 * 3_600 : 180;

/** Says how many there were: a number of runs that shrinks should be seen. */
export const liveThroughPairs = async (flow: Flow): Promise<Tally> => {
  const prepared = await prepare(flow);
  const points = 2 * prepared.callsUntilDone;
  // Of a flow with few points each share has at least one.
  const of = isAll ? 1 : Math.min(SHARES, points);
  const tally = await pairs(prepared, { of, number });
  const which = isAll ? 'all' : `share ${number} of ${of}:`;
  process.stdout.write(
    `${flow.name}: ${points} crash points, ${which} ${tally.runs} pairs of crashes, ${tally.failures.length} wrong, done within ${Math.round(tally.seconds)} s (undisturbed: ${Math.round(prepared.secondsUntilDone)} s)\n`,
  );
  return tally;
};
