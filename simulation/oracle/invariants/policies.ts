import { DAY } from '../../../functions/core/time.ts';
import { NO_POLICY, type Scene } from '../scene.ts';
import { foreignTextOf, membersIn, type Policy, policyRecordIn } from '../table.ts';
import { ago, at } from '../text.ts';

/** One change of a repository's policy at ECR. */
export type PolicyChange = {
  readonly scene: Scene;
  readonly repository: string;
  readonly before: Policy;
  readonly after: Policy;
  /** Written by us; otherwise a hand was there. */
  readonly isOurs: boolean;
};

const CHARACTERS_MAX = 10_240;

/** I11: ECR would refuse more. */
export const isSmallEnough = ({ scene, repository }: PolicyChange): string | undefined => {
  const { length } = scene.world.far.ecr.fake.stored.get(repository) ?? '';
  return length > CHARACTERS_MAX
    ? `I11 size: the policy of ${repository} has ${length} characters (allowed: ${CHARACTERS_MAX})`
    : undefined;
};

/** Longer than an apply may run between its read and its write. */
const APPLY_SECONDS = 150;

/** I10: no write of ours leaves out a vendor's statement, unless ECR refuses it and we say so. */
export const vendorWatch = () => {
  const since = new Map<string, number>();
  return ({ scene, repository, before, after, isOurs }: PolicyChange): string | undefined => {
    const { far, plan } = scene.world;
    const now = far.kernel.now();
    for (const text of after.foreign) {
      const key = `${repository} ${text}`;
      if (!before.foreign.includes(text)) since.set(key, now);
    }
    const landsLate = Math.max(0, ...plan.faults.map(({ fault }) => lateOf(fault)));
    const lost = before.foreign.filter(
      (text) =>
        !after.foreign.includes(text) &&
        now - (since.get(`${repository} ${text}`) ?? 0) >
          APPLY_SECONDS + landsLate + plan.latency.stallSeconds,
    );
    const dead = (policyRecordIn(far, repository)?.dead ?? []).map(foreignTextOf);
    const unsaid = lost.filter((text) => !dead.includes(text));
    if (!isOurs || unsaid.length === 0) return undefined;
    return `I10 blast radius: our write at ${at(scene.world, now)} left the vendor's statement ${unsaid[0]} out of the policy of ${repository}`;
  };
};

const lateOf = (fault: object): number => Number((fault as { seconds?: number }).seconds ?? 0);

/** I10: who is entitled in the table and was let in stays in every document that we write. */
export const keepsMembers = (change: PolicyChange): string | undefined => {
  const { scene, repository, before, after, isOurs } = change;
  const { far, plan } = scene.world;
  const now = far.kernel.now();
  const gone = [...before.untils].filter(
    ([account, until]) => until > now && !after.untils.has(account),
  );
  if (!isOurs || gone.length === 0 || isLate(change)) return undefined;
  const entitled = membersIn(far, repository).filter(({ until }) => until > now + 300);
  const record = policyRecordIn(far, repository);
  const left = gone.filter(
    ([account]) =>
      entitled.some((member) => member.account === account) &&
      !far.ecr.fake.dead.has(account) &&
      record?.quarantined[account] === undefined &&
      !isJustNow(scene, account),
  );
  if (left.length === 0 || plan.faults.some(({ fault }) => fault.kind === 'late')) return undefined;
  return `I10 blast radius: account ${left[0]?.[0]} is entitled to ${repository} and was left out of the policy written at ${at(scene.world, now)}`;
};

/** The table moved between the read and the write of this apply. */
const isJustNow = ({ subjects, world }: Scene, account: string): boolean =>
  [...subjects.values()].some(
    ({ stored, storedAt }) =>
      storedAt + APPLY_SECONDS + world.plan.latency.stallSeconds > world.far.kernel.now() &&
      (stored?.accounts.includes(account) === true ||
        stored?.projected.accounts.includes(account) === true),
  );

const isLate = ({ scene }: PolicyChange): boolean =>
  scene.world.isStopped || scene.world.far.kernel.now() < scene.restoredAt + 7_200;

/** I2: even with nothing of ours at work, no statement outlives the day after the last end that was promised. */
export const deadlineWatch = () => {
  const promised = new Map<string, number>();
  return {
    promise: (account: string, repository: string, until: number): void => {
      const key = `${account} ${repository}`;
      const endOfDay = Math.ceil(until / DAY) * DAY;
      promised.set(key, Math.max(endOfDay, promised.get(key) ?? 0));
    },
    check: (scene: Scene, repository: string): string | undefined => {
      const now = scene.world.far.kernel.now();
      const { length } = scene.world.far.ecr.fake.stored.get(repository) ?? '';
      // With every account in one statement the lease alone is the end.
      if (length > LEASE_CHARACTERS) return undefined;
      for (const [account, until] of (scene.policies.get(repository) ?? NO_POLICY).untils) {
        const end = promised.get(`${account} ${repository}`);
        if (end === undefined || until <= end || now <= end) continue;
        return `I2 policy safety: account ${account} may pull ${repository} at ECR's policy ${ago(now - end)} after the last day that was ever promised`;
      }
      return undefined;
    },
  };
};

const LEASE_CHARACTERS = 9_000;
