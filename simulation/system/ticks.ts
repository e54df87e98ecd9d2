import { MINUTE } from '../../functions/core/time.ts';
import type { World } from '../world/world.ts';
import { noteLeftOut, tickFrom } from './left-out.ts';
import { type Seen, TICK_SECONDS, wakesAt } from './wakes.ts';

const TICK_EVENT = { source: 'aws.events', 'detail-type': 'Scheduled Event' };

/**
 * The schedules. Every five minutes the sweep and the index look. With `jumps` the looks that could
 * find nothing are left out: after one that began when all was settled, that met no trouble and after
 * which nothing changed, the next finds something only when something changes, or when time itself
 * brings something due.
 */
export const startTicks = (world: World, jumps: boolean): void => {
  const { kernel } = world.far;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let plannedAt = Number.POSITIVE_INFINITY;
  let knownAtJump: number | undefined;
  let isLeftOut = false;

  const planTick = (at: number): void => {
    plannedAt = at;
    kernel.at(at, () => {
      // Another one took its place.
      if (plannedAt === at) tick();
    });
  };
  const look = (): void => {
    if (world.isStopped) return;
    if (isLeftOut) noteLeftOut(world);
    isLeftOut = false;
    lookedAt = kernel.now();
    void world.system.functions.sweep.invoke(undefined);
    void world.system.functions.indexRelease.invoke(TICK_EVENT);
  };
  const tick = (): void => {
    const now = kernel.now();
    const seen = { lookedAt, changedAt: changedAt(world) };
    const next = jumps && isQuiet(world, seen) ? tickFrom(world, wakesAt(world, seen)) : now;
    if (next > now) {
      knownAtJump = stirredAt(world);
      isLeftOut = true;
      planTick(next);
      return;
    }
    knownAtJump = undefined;
    look();
    planTick(now + TICK_SECONDS);
  };
  kernel.watch(() => {
    if (knownAtJump === undefined || stirredAt(world) === knownAtJump) return;
    knownAtJump = undefined;
    planTick(tickFrom(world, kernel.now()));
  });
  planTick(tickFrom(world, world.plan.startsAt));
};

const changedAt = (world: World): number => Math.max(world.changedAt, world.far.wire.troubledAt());

/** After any of these another time may be the next that matters. */
const stirredAt = (world: World): number =>
  Math.max(changedAt(world), world.laterChangedAt, world.imagesChangedAt);

/** So long a process may act on a catalog it has read before. */
const REMEMBERED_SECONDS = MINUTE;

/**
 * The last look saw everything as it is. What it sent is dealt with whenever a queue comes to it, and
 * says itself when it changes anything.
 */
const isQuiet = (world: World, seen: Seen): boolean => {
  const { system, plan, isStopped } = world;
  const rememberedSeconds = plan.catalogs.length > 1 ? REMEMBERED_SECONDS : 0;
  return (
    !isStopped &&
    seen.lookedAt > seen.changedAt + Math.max(rememberedSeconds, plan.indexLagSeconds) &&
    world.far.kernel.now() > world.laterChangedAt + plan.indexLagSeconds &&
    system.functions.sweep.running() + system.functions.indexRelease.running() === 0
  );
};
