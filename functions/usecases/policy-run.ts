import type { PolicyRecord } from '../core/policy.ts';
import { NO_POLICY, type PolicyDocument, parsePolicy } from '../core/policy-document.ts';
import type { PolicyPlan } from '../core/policy-plan.ts';
import type { AwsDoor } from '../core/policy-statements.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { Clock, MemberStore, Report, RepositoryPolicies } from '../ports.ts';
import type { Probe } from './probe-repository.ts';

export type PolicyDeps = {
  readonly members: MemberStore;
  readonly policies: RepositoryPolicies;
  readonly report: Report;
  readonly clock: Clock;
};

/** One apply of one repository: what was read, and what follows from it. */
export type PolicyRun = {
  readonly deps: PolicyDeps;
  readonly repository: string;
  readonly door: AwsDoor;
  readonly now: EpochSeconds;
  readonly record: PolicyRecord;
  readonly live: PolicyDocument;
  readonly plan: PolicyPlan;
  readonly probe: Probe;
};

/** The policy that a repository has now; `undefined` when there is no such repository. */
export const findLivePolicy = async (
  policies: RepositoryPolicies,
  repository: string,
  stage: string,
): Promise<PolicyDocument | undefined> => {
  const answer = await policies.findPolicy(repository);
  if (answer.kind === 'no_repository') return undefined;
  if (answer.kind === 'none') return NO_POLICY;
  const live = parsePolicy(answer.text, stage);
  if (live === undefined) {
    throw new Error(
      `the policy of repository ${repository} is not a list of statements in JSON: it is left as it is, since it may hold statements of the vendor`,
    );
  }
  return live;
};
