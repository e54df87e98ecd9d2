import type { Catalog } from '../core/catalog.ts';
import { errorFields } from '../core/error-fields.ts';
import type {
  Billing,
  Clock,
  CustomerStore,
  DueIndex,
  MemberStore,
  PolicyQueue,
  Report,
  StageStore,
  SubjectQueue,
} from '../ports.ts';
import { sweepCatalog } from './sweep-catalog.ts';
import { sweepDue } from './sweep-due.ts';
import { sweepEvents } from './sweep-events.ts';
import { sweepMembers } from './sweep-members.ts';
import { sweepRepositories } from './sweep-repositories.ts';
import { sweepSubscriptions } from './sweep-subscriptions.ts';

export type SweepDeps = {
  readonly billing: Pick<Billing, 'listEvents' | 'listSubscriptions'>;
  readonly customers: Pick<CustomerStore, 'findCustomer'>;
  readonly due: DueIndex;
  readonly members: Pick<MemberStore, 'readRepository'>;
  readonly stage: StageStore;
  readonly subjects: SubjectQueue;
  readonly policies: PolicyQueue;
  readonly report: Report;
  readonly clock: Clock;
};

export type SweepSettings = {
  /** The catalog of this bundle. */
  readonly catalog: Catalog;
  readonly catalogHash: string;
  /** Stripe reads a month; 0 takes the default. */
  readonly readsMax: number;
};

/**
 * One tick, every five minutes. With every event lost it alone still gets everything right, only
 * later. What needs no Stripe goes first, and a step that fails stops none of the others.
 */
export const sweep = (deps: SweepDeps, settings: SweepSettings) => async (): Promise<void> => {
  const own = await failuresOf(deps, {
    due: sweepDue(deps),
    repositories: sweepRepositories(deps, settings),
    catalog: sweepCatalog(deps, settings),
  });
  // An outage at Stripe has its own alarm: the deadlines are kept without it.
  if (own.length === 0) deps.report.count('SweepCompleted', {});
  const stripes = await failuresOf(deps, {
    events: sweepEvents(deps, settings),
    subscriptions: sweepSubscriptions(deps, settings),
    members: sweepMembers(deps, settings),
  });
  const failures = [...own, ...stripes];
  if (failures.length > 0) {
    throw new AggregateError(failures, `${failures.length} steps of the sweep failed`);
  }
};

const failuresOf = async (
  { report }: Pick<SweepDeps, 'report'>,
  steps: Readonly<Record<string, () => Promise<void>>>,
): Promise<readonly unknown[]> => {
  const failures: unknown[] = [];
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (cause) {
      // Lambda's own line says how many failed, and of none of them why.
      report.log('sweep step failed', { step: name, ...errorFields(cause) });
      failures.push(cause);
    }
  }
  return failures;
};
