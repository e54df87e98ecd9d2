import type { PolicyRecord } from '../core/policy.ts';
import {
  POLICY_SIZE_MAX,
  type PolicyDocument,
  type PolicyStatement,
} from '../core/policy-document.ts';
import { recordOf, sameRecord } from '../core/policy-record.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { Report } from '../ports.ts';
import type { PolicyRun } from './policy-run.ts';

/** How an apply ended. */
export type PolicyNote = Pick<PolicyRecord, 'quarantined' | 'appliedAt'> & {
  /** As it reads back. */
  readonly document: PolicyDocument;
  /** Vendor's statements that this apply left out. */
  readonly dead: readonly PolicyStatement[];
  readonly driftAt: EpochSeconds | undefined;
  readonly change: 'written' | 'unchanged';
};

const USED_PERCENT_MAX = 80;
/** Enough to start looking; all of them are in the POLICY item. */
const NAMED_MAX = 20;

/** Saves the POLICY item if it says anything new, and reports what somebody should look at. */
export const notePolicy = async (run: PolicyRun, note: PolicyNote): Promise<void> => {
  const { deps, repository, record, plan } = run;
  const next = recordOf(record, { ...note, overflow: plan.overflow });
  if (!sameRecord(next, record)) {
    const outcome = await deps.members.savePolicy(repository, next);
    if (outcome === 'conflict') {
      // Two applies ran at once. ECR has what one of them wrote; the next run notes what it finds.
      deps.report.log('somebody else applied this policy meanwhile', { repository });
    }
  }
  reportState(run, next, note.change);
};

/** Once for each account and each day on which ECR refuses it. */
export const countQuarantined = (
  report: Report,
  repository: string,
  accounts: readonly string[],
): void => {
  for (const account of accounts) report.count('AccountQuarantined', { repository, account });
};

const reportState = (
  { deps: { report }, repository }: PolicyRun,
  { applied, size, overflow, dead }: PolicyRecord,
  change: PolicyNote['change'],
): void => {
  const usedPercent = Math.ceil((size * 100) / POLICY_SIZE_MAX);
  if (change === 'written') {
    report.log('policy applied', { repository, accounts: applied.length, size });
    if (dead.length > 0) {
      report.count(
        'VendorStatementDead',
        { repository, sids: dead.slice(0, NAMED_MAX).map(sidOf) },
        dead.length,
      );
    }
  }
  if (change === 'written' || usedPercent > USED_PERCENT_MAX) {
    report.count('PolicyUsedPercent', { repository }, usedPercent);
  }
  if (overflow.length > 0) {
    const accounts = overflow.slice(0, NAMED_MAX);
    report.count('PolicyOverflow', { repository, accounts }, overflow.length);
  }
};

const sidOf = (text: string): string => {
  const { Sid: sid }: PolicyStatement = JSON.parse(text);
  return typeof sid === 'string' ? sid : 'a statement without Sid';
};
