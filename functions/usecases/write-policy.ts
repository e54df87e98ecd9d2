import type { PolicyRecord } from '../core/policy.ts';
import { samePolicy } from '../core/policy-compare.ts';
import {
  isEmptyPolicy,
  type PolicyDocument,
  type PolicyStatement,
  textOf,
} from '../core/policy-document.ts';
import { policyOf } from '../core/policy-plan.ts';
import { appliedAtOf, quarantineOf } from '../core/policy-record.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { PolicyRefusal } from '../ports.ts';
import { countQuarantined, notePolicy } from './note-policy.ts';
import { findLivePolicy, type PolicyRun } from './policy-run.ts';

/** What one write should bring about. */
export type Wanted = {
  readonly accounts: readonly string[];
  readonly quarantined: PolicyRecord['quarantined'];
  /** Vendor's statements to leave out because ECR refuses them. */
  readonly dead: readonly PolicyStatement[];
  readonly driftAt: EpochSeconds | undefined;
};

/**
 * `complete`: the policy is as wanted, less what ECR refuses. `incomplete`: the search for what ECR refuses
 * has to go on in another run.
 */
export type Written = 'complete' | 'incomplete' | 'no_repository';

/**
 * Writes one complete document to the product repository. When ECR refuses it, the reason is
 * searched on the probe repository while the product keeps the policy it has, and one more complete
 * document follows.
 */
export const writePolicy = async (run: PolicyRun, wanted: Wanted): Promise<Written> => {
  const answer = await put(run, wanted);
  if (answer.kind !== 'refused') return conclude(run, wanted, answer);
  const found = await searchRefused(run, wanted, answer.because);
  const rest = { ...wanted, ...found };
  if (found.state === 'unfinished') {
    // Nothing was written; what was found is noted, so that the next run finds more.
    await note(run, rest, { kind: 'kept', document: run.live });
    return 'incomplete';
  }
  const second = await put(run, rest);
  if (second.kind === 'refused') {
    throw new Error(
      `ECR refused the policy of ${run.repository} again (${second.because}), without the accounts and statements that it refuses alone`,
    );
  }
  return conclude(run, rest, second);
};

type Put =
  | { readonly kind: 'kept' | 'set'; readonly document: PolicyDocument }
  | { readonly kind: 'no_repository' }
  | { readonly kind: 'refused'; readonly because: PolicyRefusal };

const put = async (run: PolicyRun, { accounts, dead }: Wanted): Promise<Put> => {
  const { deps, repository, door, plan, live } = run;
  const document = policyOf(door, run, { ...plan, accounts, without: dead });
  if (samePolicy(document, live)) return { kind: 'kept', document };
  if (isEmptyPolicy(document)) {
    await deps.policies.deletePolicy(repository);
  } else {
    const answer = await deps.policies.setPolicy(repository, textOf(document));
    if (answer.kind !== 'set') return answer;
  }
  const readBack = await findLivePolicy(deps.policies, repository, door.stage);
  if (readBack === undefined || !samePolicy(document, readBack)) {
    throw new Error(
      `the policy of ${repository} does not read back as it was written: somebody else writes it too, or ECR has not caught up`,
    );
  }
  return { kind: 'set', document: readBack };
};

const conclude = async (
  run: PolicyRun,
  wanted: Wanted,
  answer: Exclude<Put, { readonly kind: 'refused' }>,
): Promise<Written> => {
  if (answer.kind === 'no_repository') {
    run.deps.report.count('RepositoryMissing', { repository: run.repository });
    return 'no_repository';
  }
  await note(run, wanted, answer);
  return 'complete';
};

const note = async (
  run: PolicyRun,
  { quarantined, dead, driftAt }: Wanted,
  { kind, document }: Extract<Put, { readonly document: PolicyDocument }>,
): Promise<void> => {
  const isWritten = kind === 'set';
  await notePolicy(run, {
    document,
    quarantined,
    dead,
    driftAt,
    appliedAt: isWritten ? run.deps.clock() : appliedAtOf(run.record, document, run.now),
    change: isWritten ? 'written' : 'unchanged',
  });
};

type Found = Pick<Wanted, 'accounts' | 'quarantined' | 'dead'> & {
  readonly state: 'finished' | 'unfinished';
};

/** When ECR accepts nobody at all and refuses more than this, it is ECR that is broken, not the accounts. */
const CONDEMNED_MAX = 3;

const searchRefused = async (
  { deps, repository, live, now, probe }: PolicyRun,
  { accounts, quarantined }: Wanted,
  because: PolicyRefusal,
): Promise<Found> => {
  const dead = await probe.findDeadStatements(live);
  const { accepted, refused, untried } = await probe.sortAccounts(accounts);
  if (refused.length > CONDEMNED_MAX && accepted.length === 0) {
    throw new Error(
      `ECR finds none of the ${refused.length} accounts of ${repository} that were tried: nobody is removed on such an answer`,
    );
  }
  if (dead.length + refused.length + untried.length === 0) {
    throw new Error(
      `ECR refused the policy of ${repository} (${because}) and accepts each account and statement of it alone`,
    );
  }
  countQuarantined(deps.report, repository, refused);
  return {
    accounts: accounts.filter((account) => !refused.includes(account)),
    quarantined: quarantineOf(quarantined, { refused, accepted: [] }, now),
    dead,
    state: untried.length > 0 ? 'unfinished' : 'finished',
  };
};
