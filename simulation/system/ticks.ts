import type { Cursor } from '../../functions/core/cursor.ts';
import type { Customer } from '../../functions/core/customer.ts';
import { DAY, MINUTE } from '../../functions/core/time.ts';
import type { World } from '../world/world.ts';

const TICK_SECONDS = 5 * MINUTE;
/** Longer than anything of ours is still on its way. */
const SETTLED_AFTER_SECONDS = 2 * TICK_SECONDS;
const WEEK_SECONDS = 7 * DAY;
/** 1970 began on a Thursday; leases end on Mondays. */
const FIRST_MONDAY = 4 * DAY;

/**
 * The schedules. Every five minutes the sweep and the index look; as long as a look could find nothing,
 * `jumps` leaves it out, up to the next instant at which time itself changes something.
 */
export const startTicks = (world: World, jumps: boolean): void => {
  const { kernel } = world.far;
  const look = (): void => {
    if (!world.isStopped) {
      void world.system.functions.sweep.invoke(undefined);
      void world.system.functions.indexRelease.invoke(TICK_EVENT);
    }
    kernel.after(TICK_SECONDS, tick);
  };
  const tick = (): void => {
    const next = jumps && isQuiet(world) ? tickAfter(world, wakesAt(world)) : kernel.now();
    if (next <= kernel.now()) look();
    else kernel.at(next, tick);
  };
  kernel.after(FIRST_TICK_SECONDS, tick);
};

const FIRST_TICK_SECONDS = MINUTE;

const TICK_EVENT = { source: 'aws.events', 'detail-type': 'Scheduled Event' };

/** The first tick at or after this time, of those that would have been without a jump. */
const tickAfter = ({ plan }: World, at: number): number => {
  const first = plan.startsAt + FIRST_TICK_SECONDS;
  return first + Math.max(0, Math.ceil((at - first) / TICK_SECONDS)) * TICK_SECONDS;
};

const isQuiet = ({ far, system, changedAt }: World): boolean =>
  far.kernel.now() > changedAt + SETTLED_AFTER_SECONDS &&
  far.queues.customers.waiting().length === 0 &&
  far.queues.policies.waiting().length === 0 &&
  far.stripe.pending() === 0 &&
  Object.values(system.functions).every((each) => each.running() === 0);

/** When a tick could find something again. */
const wakesAt = (world: World): number => {
  const { plan, far, changedAt } = world;
  const now = far.kernel.now();
  const planned = plan.acts.map(({ at }) => plan.startsAt + at);
  const windows = [...plan.faults, ...plan.travel];
  const edges = windows.flatMap(({ from, until }) => [plan.startsAt + from, plan.startsAt + until]);
  const inTheWorld = [
    ...planned,
    ...edges,
    plan.startsAt + plan.seconds,
    far.stripe.acts.nextAt() ?? Number.POSITIVE_INFINITY,
    mondayAfter(now),
  ].filter((at) => at > now);
  // What is overdue has not been looked at yet. The daily lists must look once after the last change:
  // after that they find what they found.
  const ours = cursorTimes(world).flatMap(({ doneAt, at }) =>
    doneAt <= changedAt + SETTLED_AFTER_SECONDS ? [at] : [],
  );
  return Math.min(...inTheWorld, ...dueTimes(world), ...ours);
};

const mondayAfter = (now: number): number =>
  FIRST_MONDAY + Math.ceil((now - FIRST_MONDAY + 1) / WEEK_SECONDS) * WEEK_SECONDS;

const CUSTOMER_ITEM = / CUSTOMER$/;
const CURSOR_ITEM = /^STAGE CURSOR#/;

const dueTimes = ({ far }: World): readonly number[] =>
  itemsOf<Customer>(far.stores.table, CUSTOMER_ITEM).flatMap(({ dueAt }) => dueAt ?? []);

/** The cursor `due` only counts reads. */
const cursorTimes = ({ far }: World) =>
  itemsOf<Cursor>(far.stores.table, CURSOR_ITEM)
    .filter(({ name }) => name !== 'due')
    .map(({ name, doneAt }) => ({
      doneAt,
      at: doneAt + (name === 'events' ? 15 * MINUTE : DAY),
    }));

const itemsOf = <Item>(table: ReadonlyMap<string, string>, key: RegExp): readonly Item[] =>
  [...table].filter(([name]) => key.test(name)).map(([, text]) => JSON.parse(text) as Item);
