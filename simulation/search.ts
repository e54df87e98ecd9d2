import type { Bound } from './oracle/measured.ts';
import { watchOf } from './oracle/watcher.ts';
import { generate } from './plan/generate.ts';
import type { Plan } from './plan/plan.ts';
import { type RunOptions, runPlan, type Watcher } from './run.ts';
import type { World } from './world/world.ts';

/** What was wrong in a run, by the invariant that does not hold. */
export type Wrong = { readonly invariant: string; readonly text: string };

export type Tried = {
  readonly wrong: Wrong | undefined;
  readonly calls: number;
  /** What was measured, if nothing was wrong. */
  readonly bounds: readonly Bound[];
};

type Watch = Watcher & { readonly bounds?: () => readonly Bound[] };
export type TryOptions = Omit<RunOptions, 'watch'> & { readonly watch?: (world: World) => Watch };

export const trySeed = (seed: number): Promise<Tried> => tryPlan(generate(seed));

/** Lives through a plan under the eyes of the oracle. A world that breaks is wrong as well. */
export const tryPlan = async (plan: Plan, options: TryOptions = {}): Promise<Tried> => {
  const { watch = watchOf, ...rest } = options;
  let watcher: Watch | undefined;
  try {
    const { wrong, calls } = await runPlan(plan, {
      ...rest,
      watch: (world) => {
        watcher = watch(world);
        return watcher;
      },
    });
    if (wrong !== undefined) return { wrong: wrongOf(wrong), calls, bounds: [] };
    return { wrong: undefined, calls, bounds: watcher?.bounds?.() ?? [] };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { wrong: { invariant: BROKEN, text }, calls: 0, bounds: [] };
  }
};

const BROKEN = 'broken world';

/** `I1 gateway safety: …` is about `I1 gateway safety`. */
export const wrongOf = (text: string): Wrong => ({
  invariant: /^[^:\n]{1,60}(?=:)/.exec(text)?.[0] ?? BROKEN,
  text,
});
