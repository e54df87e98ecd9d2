import { type Bound, boundsOf } from '../../simulation/oracle/measured.ts';
import type { Wrong } from '../../simulation/search.ts';
import type { Answer } from './messages.ts';

/** What was found so far. */
export type Tally = {
  readonly failures: { readonly seed: number; readonly wrong: Wrong }[];
  bounds: readonly Bound[];
  seeds: number;
  calls: number;
  cpuSeconds: number;
  readonly empty: { calls: number; cpuSeconds: number };
};

export const emptyTally = (): Tally => ({
  failures: [],
  bounds: [],
  seeds: 0,
  calls: 0,
  cpuSeconds: 0,
  empty: { calls: 0, cpuSeconds: 0 },
});

export const count = (tally: Tally, answer: Answer): void => {
  if (answer.kind === 'empty') {
    tally.empty.calls += answer.calls;
    tally.empty.cpuSeconds += answer.cpuSeconds;
    return;
  }
  const { seed, tried, cpuSeconds } = answer;
  tally.seeds += 1;
  tally.calls += tried.calls;
  tally.cpuSeconds += cpuSeconds;
  tally.bounds = boundsOf([tally.bounds, tried.bounds]);
  if (tried.wrong !== undefined) tally.failures.push({ seed, wrong: tried.wrong });
};
