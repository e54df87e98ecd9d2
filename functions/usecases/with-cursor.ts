import {
  type Cursor,
  everyPeriod,
  freshCursor,
  isCursorDue,
  readsPercentOf,
  released,
  started,
} from '../core/cursor.ts';
import type { SweepDeps, SweepSettings } from './sweep.ts';

/**
 * Runs `work` when its time has come and nobody else is at it, and saves the cursor that it answers:
 * only after the last page. A failure leaves the cursor where it was.
 */
export const withCursor = async (
  deps: Pick<SweepDeps, 'stage' | 'clock' | 'report'>,
  { readsMax }: Pick<SweepSettings, 'readsMax'>,
  { name, usualPeriod }: { readonly name: Cursor['name']; readonly usualPeriod: number },
  work: (cursor: Cursor) => Promise<Cursor>,
): Promise<void> => {
  const now = deps.clock();
  const cursor = (await deps.stage.findCursor(name)) ?? freshCursor(name);
  if (!isCursorDue(cursor, usualPeriod, now)) return;
  const percent = await readsPercent(deps, cursor, readsMax);
  deps.report.count('StripeReadsPercent', { cursor: name }, percent);
  if (!isCursorDue(cursor, everyPeriod(usualPeriod, percent), now)) return;
  const own = started(cursor, now);
  if ((await deps.stage.saveCursor(own)) === 'conflict') return;
  let next = released(own);
  try {
    next = { ...(await work(own)), doneAt: now, startedAt: 0, revision: own.revision + 1 };
  } finally {
    await deps.stage.saveCursor(next);
  }
};

/** Whose work makes Stripe be read. */
const READERS = ['due', 'events', 'subscriptions'] as const satisfies readonly Cursor['name'][];

const readsPercent = async (
  { stage, clock }: Pick<SweepDeps, 'stage' | 'clock'>,
  cursor: Cursor,
  readsMax: number,
): Promise<number> => {
  const others = READERS.filter((name) => name !== cursor.name);
  const found = await Promise.all(others.map((name) => stage.findCursor(name)));
  const cursors = [cursor, ...found.filter((other) => other !== undefined)];
  return readsPercentOf(cursors, readsMax, clock());
};
