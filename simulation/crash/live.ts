import { MINUTE } from '../../functions/core/time.ts';
import { runPlan, type Watcher } from '../run.ts';
import type { World } from '../world/world.ts';
import type { People } from './people.ts';
import { begin, OVER, type Prepared, planOf } from './prepare.ts';
import { type AtRest, atRest, differences, isQuiet } from './rest.ts';
import { safety } from './safety.ts';

/** The process that makes this call dies, before it has any effect or after it. */
export type Crash = { readonly call: number; readonly side: 'before' | 'after' };

/** `done`: the run ends when everything is as it must be, since from there on it is the undisturbed one. */
export type Until = 'done' | 'end';

/** Each death delays it by no more: a message is invisible for a quarter of an hour, and the schedules look every five minutes. */
const DELAY_SECONDS = 20 * MINUTE;

type Lived = {
  /** A text when something was wrong on the way, or when it did not come out as it must. */
  readonly wrong: string | undefined;
  readonly calls: number;
  /** How many of the crashes happened: nobody dies after a call that was answered with an error. */
  readonly crashed: number;
  /** From the flow's beginning until it was done, or until the end. */
  readonly seconds: number;
};

/** The same flow once more, with crashes. */
export const live = async (
  prepared: Prepared,
  crashes: readonly Crash[],
  until: Until,
): Promise<Lived> => {
  const { flow, start, secondsUntilDone } = prepared;
  let crashed = 0;
  const watch = (each: World): Watcher => {
    const who = begin(each, flow, start);
    each.far.wire.crashAt = (_call, number, side) => {
      const isHit = crashes.some((crash) => crash.call === number && crash.side === side);
      if (isHit) crashed += 1;
      return isHit;
    };
    const dueAt = start.at + secondsUntilDone + crashes.length * DELAY_SECONDS;
    return until === 'done' ? untilDone(each, who, prepared, dueAt) : untilEnd(each, who, prepared);
  };
  const { world, wrong, calls } = await runPlan(planOf(flow, start), { watch });
  const seconds = world.far.kernel.now() - start.at;
  return { wrong: wrong === OVER ? undefined : wrong, calls, crashed, seconds };
};

const isOver = (world: World, who: People): boolean => isQuiet(world) && who.isDone();

const untilDone = (
  world: World,
  who: People,
  { bounds, should }: Prepared,
  dueAt: number,
): Watcher => {
  const { kernel, wire } = world.far;
  const guard = safety(world, bounds);
  let looked = -1;
  const isDone = (): boolean => {
    if (wire.calls() === looked || !isOver(world, who)) return false;
    looked = wire.calls();
    return differences(should, atRest(world)).length === 0;
  };
  const lateness = (): string | undefined =>
    kernel.now() > dueAt ? (notAs(should, world, who) ?? 'done too late') : undefined;
  return {
    step: () => guard() ?? (isDone() ? OVER : lateness()),
    rest: () => 'it was never done',
  };
};

const untilEnd = (world: World, who: People, { bounds, shouldAtEnd }: Prepared): Watcher => ({
  step: safety(world, bounds),
  rest: () => notAs(shouldAtEnd, world, who),
});

const notAs = (should: AtRest, world: World, who: People): string | undefined => {
  const left = differences(should, atRest(world));
  const open = isOver(world, who) ? left : [...left, 'something is still under way'];
  return open.length === 0 ? undefined : `not as it must be:\n  ${open.join('\n  ')}`;
};
