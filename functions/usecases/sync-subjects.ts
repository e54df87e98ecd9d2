import { looksAtPayments } from '../core/catalog-change.ts';
import type { Subject } from '../core/subject.ts';
import type { Billing, SubjectQueue } from '../ports.ts';
import { type SyncDeps, syncCustomer } from './sync-customer.ts';

export type SubjectDeps = SyncDeps & {
  readonly billing: Pick<Billing, 'readCustomer' | 'resolveSubject'>;
  readonly subjects: SubjectQueue;
};

/** One queue group: subjects that all name the same customer, charge or subscription. One sync serves them all. */
export const syncSubjects =
  (deps: SubjectDeps) =>
  async (subjects: readonly Subject[]): Promise<void> => {
    const subject = mergedOf(subjects);
    if (subject === undefined) return;
    if (subject.kind !== 'customer') return forward(deps, subject);
    const { id: customerId, because, strays } = subject;
    await syncCustomer(deps)({ customerId, because, strays });
  };

/**
 * A re-decision for the catalog's sake does not ask Stripe, so any other trigger goes before it; after
 * a restore members are written again, and after a payment's event Stripe is asked twice, which no
 * other trigger does.
 */
const mergedOf = (subjects: readonly Subject[]): Subject | undefined => {
  const asking =
    subjects.find(({ because }) => because === 'restore') ??
    subjects.find(({ because }) => because === 'payment') ??
    subjects.find(({ because }) => because !== 'catalog') ??
    subjects[0];
  return asking && { ...asking, strays: subjects.flatMap(({ strays }) => strays ?? []) };
};

/** Sends a charge or subscription on under its customer's id, so that one customer stays one group. */
const forward = async (deps: SubjectDeps, subject: Subject): Promise<void> => {
  if (subject.kind === 'charge' && !looksAtPayments(await deps.catalogs())) return;
  const resolved = await deps.billing.resolveSubject(subject);
  if (resolved.kind === 'unavailable') {
    // There is no item yet whose `dueAt` could remember this; the queue does, and after it the event list.
    throw new Error(`Stripe could not name the customer of ${subject.id}: ${resolved.because}`);
  }
  if (resolved.kind === 'none') return;
  await deps.subjects.sendSubjects([
    {
      kind: 'customer',
      id: resolved.id,
      because:
        subject.kind === 'charge' && subject.because === 'event' ? 'payment' : subject.because,
      // Another id than the first message's: the queue drops a second one with the same id.
      occasion: `${subject.occasion}:${resolved.id}`,
    },
  ]);
};
