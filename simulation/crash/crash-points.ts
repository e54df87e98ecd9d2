import { type Crash, live, type Until } from './live.ts';
import type { Prepared } from './prepare.ts';

export type Tally = {
  /** How many there are. */
  readonly points: number;
  /** How many were lived through, and in how many of them somebody did not die as planned. */
  runs: number;
  survived: number;
  /** The longest that one of them took. */
  seconds: number;
  readonly failures: { readonly crashes: readonly Crash[]; readonly wrong: string }[];
};

/** Which part of the first crashes: those that leave this remainder. */
export type Share = { readonly of: number; readonly number: number };

/** One process dies once: before and after each of the calls up to this one. */
export const singles = async (prepared: Prepared, to: number, until: Until): Promise<Tally> => {
  const points = pointsIn(1, to);
  const tally = { points: points.length, runs: 0, survived: 0, seconds: 0, failures: [] };
  for (const crash of points) await attempt(tally, prepared, [crash], until);
  return tally;
};

/**
 * Two processes die, or one twice: the first wherever the undisturbed run could until it was done, the
 * second wherever the run that follows can until it is done. Beyond that it is a single crash.
 */
export const pairs = async (prepared: Prepared, { of, number }: Share): Promise<Tally> => {
  const points = pointsIn(1, prepared.callsUntilDone);
  const tally = { points: points.length, runs: 0, survived: 0, seconds: 0, failures: [] };
  for (const first of points.filter((_, index) => index % of === number % of)) {
    const { calls } = await live(prepared, [first], 'done');
    for (const second of pointsIn(first.call + 1, calls)) {
      await attempt(tally, prepared, [first, second], 'done');
    }
  }
  return tally;
};

const SIDES = ['before', 'after'] as const;

const pointsIn = (from: number, to: number): readonly Crash[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index).flatMap((call) =>
    SIDES.map((side): Crash => ({ call, side })),
  );

const attempt = async (
  tally: Tally,
  prepared: Prepared,
  crashes: readonly Crash[],
  until: Until,
): Promise<void> => {
  const { wrong, crashed, seconds } = await live(prepared, crashes, until);
  tally.runs += 1;
  tally.seconds = Math.max(tally.seconds, seconds);
  if (crashed < crashes.length) tally.survived += 1;
  if (wrong !== undefined) tally.failures.push({ crashes, wrong });
};
