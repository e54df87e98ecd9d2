import {
  composePolicy,
  type PolicyDocument,
  type PolicyStatement,
  textOf,
} from '../core/policy-document.ts';
import { type AwsDoor, trialStatementOf } from '../core/policy-statements.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { RepositoryPolicies } from '../ports.ts';
import { bisect, type Sorted } from './bisect.ts';

export type Probe = {
  /** Which of these accounts ECR accepts as principals. */
  sortAccounts(accounts: readonly string[]): Promise<Sorted<string>>;
  /** Which of the vendor's statements ECR refuses, each tried alone. */
  findDeadStatements(live: PolicyDocument): Promise<readonly PolicyStatement[]>;
};

/** Bounds one run: a run that stops here goes on where it stopped, since what it found is noted. */
const TRIALS_MAX = 60;

/**
 * The stack's own empty repository, where a policy can be tried without cutting anybody off. Only
 * ECR's answer counts, never what is there afterwards, so applies of several repositories may use it at once.
 */
export const probeRepository = (
  policies: RepositoryPolicies,
  {
    repository,
    door,
    now,
  }: {
    readonly repository: string;
    readonly door: AwsDoor;
    readonly now: EpochSeconds;
  },
): Probe => {
  const tryPolicy = async (
    document: PolicyDocument,
  ): Promise<'accepted' | 'principal_not_found' | 'invalid_policy'> => {
    const answer = await policies.setPolicy(repository, textOf(document));
    if (answer.kind === 'no_repository') {
      throw new Error(`the probe repository ${repository} does not exist: deploy the stack again`);
    }
    return answer.kind === 'set' ? 'accepted' : answer.because;
  };

  /** The trial's statement ends at midnight by itself, so it is left there and costs no second call. */
  const acceptsAccounts = async (accounts: readonly string[]): Promise<boolean> => {
    const trial = composePolicy({}, [], [trialStatementOf(door, accounts, now)]);
    const answer = await tryPolicy(trial);
    if (answer === 'invalid_policy') {
      // Our own form is at fault, which says nothing about an account: nobody is condemned for it.
      throw new Error(`ECR called a trial policy on ${repository} invalid`);
    }
    return answer === 'accepted';
  };

  return {
    sortAccounts: (accounts) => bisect(accounts, acceptsAccounts, TRIALS_MAX),
    findDeadStatements: async ({ header, foreign }) => {
      const dead: PolicyStatement[] = [];
      for (const statement of foreign) {
        const answer = await tryPolicy(composePolicy(header, [statement], []));
        if (answer !== 'accepted') dead.push(statement);
      }
      // The vendor's statements carry no date of ours and must not stay on this repository.
      if (foreign.length > 0) await policies.deletePolicy(repository);
      return dead;
    },
  };
};
