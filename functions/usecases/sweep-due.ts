import { freshCursor, READS_PER_SYNC, withReads } from '../core/cursor.ts';
import type { SweepDeps } from './sweep.ts';

type Deps = Pick<SweepDeps, 'due' | 'subjects' | 'stage' | 'clock' | 'report'>;

/** A tick's worth; the rest is due at the next one, earliest first. */
const DUE_MAX = 10_000;

/** Customers whose time has come. The message is named by that time, so that a tick repeats nothing. */
export const sweepDue = (deps: Deps) => async (): Promise<void> => {
  const customers = await deps.due.listDue(deps.clock(), DUE_MAX);
  await deps.subjects.sendSubjects(
    customers.map(({ customerId, dueAt }) => ({
      kind: 'customer',
      id: customerId,
      because: 'due',
      occasion: `${customerId}:${dueAt}`,
    })),
  );
  deps.report.log('customers due', { count: customers.length });
  if (customers.length > 0) await countReads(deps, READS_PER_SYNC * customers.length);
};

/** When two ticks overlap, one of them is not counted: the number guards a monthly cap, and nobody's access. */
const countReads = async ({ stage, clock }: Deps, reads: number): Promise<void> => {
  const cursor = (await stage.findCursor('due')) ?? freshCursor('due');
  await stage.saveCursor({
    ...withReads(cursor, reads, clock()),
    revision: cursor.revision + 1,
  });
};
