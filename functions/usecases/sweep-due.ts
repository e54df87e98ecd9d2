import type { SweepDeps } from './sweep.ts';

/** A tick's worth; the rest is due at the next one, earliest first. */
const DUE_MAX = 10_000;

/** Customers whose time has come. The message is named by that time, so that a tick repeats nothing. */
export const sweepDue =
  ({ due, subjects, clock, report }: Pick<SweepDeps, 'due' | 'subjects' | 'clock' | 'report'>) =>
  async (): Promise<void> => {
    const customers = await due.listDue(clock(), DUE_MAX);
    await subjects.sendSubjects(
      customers.map(({ customerId, dueAt }) => ({
        kind: 'customer',
        id: customerId,
        because: 'due',
        occasion: `${customerId}:${dueAt}`,
      })),
    );
    report.log('customers due', { count: customers.length });
  };
