import { missingSequences } from '../core/audit-gaps.ts';
import type { Customer, Members, Transition } from '../core/customer.ts';
import { fingerprintOfStored } from '../core/listing.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { CustomerStore } from '../ports.ts';
import { atOnce } from './at-once.ts';

export type SurveyDeps = { readonly customers: Pick<CustomerStore, 'findCustomer' | 'listAudit'> };

/** What a comparison needs of a customer, small enough to hold for everybody. */
export type Surveyed = {
  readonly customerId: string;
  readonly fingerprint: string;
  readonly members: Members;
  readonly sealed: readonly string[];
  readonly dueAt?: EpochSeconds;
  readonly effects: 'done' | 'unfinished';
  /** Audit entries that ought to be there and are not. */
  readonly missingAudits: readonly number[];
};

const READS_AT_ONCE = 10;

/** Reads these customers' own items, since the index lags behind them. Those without one are left out. */
export const surveyCustomers =
  ({ customers }: SurveyDeps, onProgress: (done: number, total: number) => void) =>
  async (customerIds: readonly string[]): Promise<ReadonlyMap<string, Surveyed>> => {
    const surveyed = new Map<string, Surveyed>();
    let done = 0;
    await atOnce(READS_AT_ONCE, customerIds, async (customerId) => {
      const customer = await customers.findCustomer(customerId);
      if (customer !== undefined) {
        const audits = await customers.listAudit(customerId);
        surveyed.set(customerId, { ...surveyOf(customer), ...gapsOf(customer, audits) });
      }
      done += 1;
      onProgress(done, customerIds.length);
    });
    return surveyed;
  };

const surveyOf = (customer: Customer): Omit<Surveyed, 'missingAudits'> => ({
  customerId: customer.customerId,
  fingerprint: fingerprintOfStored(customer),
  members: customer.members,
  sealed: customer.sealed.map(({ credentialId }) => credentialId),
  ...(customer.dueAt === undefined ? {} : { dueAt: customer.dueAt }),
  effects: customer.effectsDone < customer.version ? 'unfinished' : 'done',
});

/** The last one is an effect of its version: until those are done it may still be missing. */
const gapsOf = (
  { transition, effectsDone, version }: Customer,
  audits: readonly Transition[],
): Pick<Surveyed, 'missingAudits'> => {
  const isWritten = effectsDone === version || transition?.version !== version;
  const last = (transition?.sequence ?? 0) - (isWritten ? 0 : 1);
  const written = audits.map(({ sequence }) => sequence);
  return { missingAudits: missingSequences(written, last) };
};
