import { setImmediate as aTurnOfTheEventLoop } from 'node:timers/promises';
import { agenda } from './agenda.ts';
import { type Random, randomOf } from './random.ts';

/** Virtual time, and the one place where it passes. Times are epoch seconds with fractions. */
export type Kernel = {
  readonly seed: number;
  now(): number;
  at(time: number, run: () => void): void;
  after(seconds: number, run: () => void): void;
  /** When something is planned next; undefined: never. */
  nextAt(): number | undefined;
  /** Lives through everything that is planned up to this time, and until `isOver`. */
  run(until: number, isOver?: () => boolean): Promise<void>;
  /** Called after each thing that happened, when everybody waits again. */
  watch(step: () => void): void;
  /** A stream of its own for every name. */
  randomOf(name: string): Random;
};

/** More than the longest rehearsal needs; a world that never rests is found. */
const HAPPENINGS_MAX = 20_000_000;

/**
 * One thing happens at a time. After it the real code runs until all of it waits for an answer that is
 * still on its way: real code only waits for what the virtual world answers.
 */
export const kernel = (seed: number, startsAt: number): Kernel => {
  const plan = agenda();
  const watchers: (() => void)[] = [];
  let now = startsAt;
  const nextAt = (): number => plan.nextAt() ?? Number.POSITIVE_INFINITY;
  const at = (time: number, run: () => void): void => plan.add(Math.max(time, now), run);
  const look = (): void => {
    for (const step of watchers) step();
  };
  return {
    seed,
    now: () => now,
    at,
    after: (seconds, run) => at(now + seconds, run),
    nextAt: plan.nextAt,
    watch: (step) => watchers.push(step),
    randomOf: (name) => randomOf(seed, name),
    run: async (until, isOver = () => false) => {
      // Whoever else lives in this process has its turn between two runs.
      await aTurnOfTheEventLoop();
      for (let count = 0; count < HAPPENINGS_MAX; count += 1) {
        if (isOver()) return;
        const next = nextAt();
        now = Math.max(now, Math.min(next, until));
        if (next > until) return;
        plan.take()?.run();
        await everythingIsStill();
        look();
      }
      throw new Error(`the virtual world did not rest within ${HAPPENINGS_MAX} happenings`);
    },
  };
};

/** Node calls this when no promise is left that could go on: nothing here waits for the real world. */
const everythingIsStill = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
