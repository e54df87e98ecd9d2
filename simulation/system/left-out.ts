import type { Cursor } from '../../functions/core/cursor.ts';
import type { IndexState } from '../../functions/core/release.ts';
import type { EpochSeconds } from '../../functions/core/time.ts';
import type { ProcessName } from '../kernel/process.ts';
import type { World } from '../world/world.ts';
import { LISTING_PERIOD_SECONDS, PERIOD_SECONDS, TICK_SECONDS, when } from './wakes.ts';

const CURSOR_ITEM = /^STAGE CURSOR#(?:events|subscriptions|members)$/;
const INDEX_ITEM = /^RELEASES#\S+ INDEX$/;

/**
 * The lists that a jump left out would have found nothing and noted when they were read. Without that
 * note each would be overdue after a jump, and find what comes next sooner than it ever does.
 */
export const noteLeftOut = (world: World): void => {
  const { table, itemAt } = world.far.stores;
  for (const key of table.keys()) {
    const noted = CURSOR_ITEM.test(key)
      ? cursorNoted(world, itemAt(key) as ListCursor)
      : INDEX_ITEM.test(key) && listingNoted(world, itemAt(key) as IndexState);
    if (noted) table.set(key, JSON.stringify(noted));
  }
};

type ListCursor = Cursor & { readonly name: keyof typeof PERIOD_SECONDS };

const cursorNoted = (world: World, cursor: ListCursor): Cursor | undefined => {
  const { name, doneAt, startedAt } = cursor;
  if (startedAt !== 0 || doneAt === 0) return undefined;
  return {
    ...cursor,
    doneAt: lastRunAt(world, 'sweep', { doneAt, period: PERIOD_SECONDS[name] }),
  };
};

const listingNoted = (world: World, state: IndexState): IndexState | undefined => {
  const { completeAt: doneAt, startedAt } = state;
  if (doneAt === undefined || startedAt !== undefined) return undefined;
  const period = LISTING_PERIOD_SECONDS;
  return { ...state, completeAt: lastRunAt(world, 'index-release', { doneAt, period }) };
};

type Done = { readonly doneAt: EpochSeconds; readonly period: number };

/** By the process's clock, at the last tick before this one at which its time had come. */
const lastRunAt = (world: World, process: ProcessName, { doneAt, period }: Done): EpochSeconds => {
  const first = tickFrom(world, when(world, process, doneAt + period));
  const now = world.far.kernel.now();
  if (first >= now) return doneAt;
  const runs = Math.ceil((now - first) / period) - 1;
  const clockAhead = doneAt - when(world, process, doneAt);
  return Math.floor(first + runs * period + clockAhead);
};

const FIRST_TICK_SECONDS = 60;

/** The first tick at or after this time. */
export const tickFrom = ({ plan }: World, at: number): number => {
  const first = plan.startsAt + FIRST_TICK_SECONDS;
  return first + Math.max(0, Math.ceil((at - first) / TICK_SECONDS)) * TICK_SECONDS;
};
