import { isoOf } from '../core/calendar.ts';
import type { Catalogs } from '../core/members-of.ts';
import type { PolicyRecord } from '../core/policy.ts';
import type { PolicyDocument } from '../core/policy-document.ts';
import { planPolicy } from '../core/policy-plan.ts';
import { driftOf, NOTHING_APPLIED } from '../core/policy-record.ts';
import { accessOf } from '../core/policy-statements.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { Clock, Member, RepositoryPolicies } from '../ports.ts';
import type { Finding } from './finding.ts';
import { findLivePolicy } from './policy-run.ts';

export type PolicyDiagnosisDeps = {
  readonly repositories: RepositoryPolicies;
  readonly clock: Clock;
};

export type PolicyScope = {
  readonly stage: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly catalogs: Catalogs;
};

type Stored = {
  readonly repository: string;
  readonly members: readonly Member[];
  readonly policy: PolicyRecord | undefined;
};

/** One repository's policy as ECR has it against the one that would be rendered now. Writes nothing. */
export const diagnosePolicy =
  ({ repositories, clock }: PolicyDiagnosisDeps, { stage, partition, catalogs }: PolicyScope) =>
  async ({ repository, members, policy }: Stored): Promise<readonly Finding[]> => {
    const live = await liveOrFinding(repositories, repository, stage);
    if ('area' in live) return [live];
    const now = clock();
    const record = policy ?? NOTHING_APPLIED;
    const door = { stage, partition, access: accessOf(catalogs, repository) };
    const { step } = planPolicy(door, { members, record, live, now });
    return [
      ...(step.kind === 'keep' ? [] : [pendingFinding(repository, record, live, now)]),
      ...recordFindings(repository, record),
    ];
  };

const liveOrFinding = async (
  repositories: RepositoryPolicies,
  repository: string,
  stage: string,
): Promise<PolicyDocument | Finding> => {
  const live = await findLivePolicy(repositories, repository, stage);
  return (
    live ?? {
      area: 'ecr',
      what: `repository ${repository} does not exist in this account and Region`,
      cause: 'it was deleted or renamed, or the catalog has a typing error',
      mend: 'create it, or change bin/catalog.ts and deploy',
    }
  );
};

const pendingFinding = (
  repository: string,
  record: PolicyRecord,
  live: PolicyDocument,
  now: EpochSeconds,
): Finding => ({
  area: 'ecr',
  what: `the policy of ${repository} is not what it should be`,
  cause:
    driftOf(record, live, now) === 'none'
      ? 'a change has not been applied yet'
      : 'our statements in it were edited outside Wharfage',
  mend: 'wait for the next sweep, at most 5 minutes; if it stays, read the log of the apply-policy function',
});

const recordFindings = (
  repository: string,
  { quarantined, overflow, dead }: PolicyRecord,
): readonly Finding[] => [
  ...Object.entries(quarantined).map(
    ([account, { since }]): Finding => ({
      area: 'ecr',
      what: `account ${account} is quarantined for ${repository} since ${isoOf(since)}`,
      cause: 'ECR refuses it: it does not exist, is closed, or has not enabled this Region',
      mend: 'ask the customer; correct aws_account_ids in the Stripe customer’s metadata. It is tried again daily',
    }),
  ),
  ...overflow.map(
    (account): Finding => ({
      area: 'ecr',
      what: `account ${account} waits because the policy of ${repository} is full`,
      cause: 'a repository policy holds 10,240 characters',
      mend: 'point the customer to a pull credential, or split the repository',
    }),
  ),
  ...dead.map(
    (statement): Finding => ({
      area: 'ecr',
      what: `a statement of your own was left out of the policy of ${repository}: ${statement}`,
      cause: 'ECR refuses it, most likely because a principal in it was deleted',
      mend: 'put a corrected statement with the same Sid into the policy',
    }),
  ),
];
