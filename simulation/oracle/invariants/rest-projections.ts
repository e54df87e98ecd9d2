import { throughDoor } from '../doors.ts';
import type { Scene, Subject } from '../scene.ts';
import { distinctOf, membersIn, policyRecordIn } from '../table.ts';

const UNDER_WAY_SECONDS = 1_800;

/** I6: members are what their customers' windows and accounts make them; nobody else is there. */
export const atRestMembers = (scene: Scene): string | undefined => {
  const { world, repositories } = scene;
  const now = world.far.kernel.now();
  for (const repository of repositories) {
    const stored = new Map(
      membersIn(world.far, repository)
        .filter(({ until }) => until > now + UNDER_WAY_SECONDS)
        .map(({ account, customerId, until }) => [`${customerId} ${account}`, until]),
    );
    const desired = desiredIn(scene, repository);
    for (const key of new Set([...stored.keys(), ...desired.keys()])) {
      const [has, should] = [stored.get(key), desired.get(key)];
      const [customerId = ''] = key.split(' ');
      if (has === should || isMoving(scene, customerId) || isUnsold(scene, repository, key))
        continue;
      return `I6 final access by the rules: at rest the member ${key} of ${repository} is open until ${has ?? 'never'}; its customer gives it until ${should ?? 'never'}`;
    }
  }
  return undefined;
};

const desiredIn = (scene: Scene, repository: string): ReadonlyMap<string, number> => {
  const now = scene.world.far.kernel.now();
  const desired = new Map<string, number>();
  for (const { customerId, stored } of scene.subjects.values()) {
    for (const account of stored?.accounts ?? []) {
      const until = untilOf(scene, stored, repository);
      if (until > now + UNDER_WAY_SECONDS) desired.set(`${customerId} ${account}`, until);
    }
  }
  return desired;
};

const untilOf = ({ catalogs }: Scene, stored: Subject['stored'], repository: string): number =>
  Math.max(
    0,
    ...(stored?.windows ?? []).map(({ offerId, endsAt, held }) => {
      const both = distinctOf(catalogs);
      const own = held === 'catalog' ? [catalogs.accepted] : [catalogs.deployed];
      const read = held === 'breaker' ? both : own;
      return throughDoor('ecr', read, [new Map([[offerId, endsAt]])]).get(repository) ?? 0;
    }),
  );

const isMoving = ({ subjects, world, catalogAt }: Scene, customerId: string): boolean => {
  const recent = world.far.kernel.now() - UNDER_WAY_SECONDS;
  return (subjects.get(customerId)?.storedAt ?? 0) > recent || catalogAt > recent;
};

/** A hand wrote it where no policy of ours is made: it opens nothing, and is found once that is sold. */
const isUnsold = (scene: Scene, repository: string, key: string): boolean =>
  !isSold(scene, repository) &&
  scene.world.plan.acts.some(
    ({ act }) =>
      act.who === 'aws' &&
      act.does === 'tamper_member' &&
      act.repository === repository &&
      key === `${act.customer} ${act.account}`,
  );

const isSold = ({ catalogs }: Scene, repository: string): boolean =>
  distinctOf(catalogs).some(({ offers }) =>
    Object.values(offers).some(({ repositories }) => repositories.includes(repository)),
  );

/** I2: who may pull from ECR is who is a member, but for those whom ECR refuses or who wait for room. */
export const atRestPolicies = (scene: Scene): string | undefined => {
  const { world, repositories } = scene;
  const { far } = world;
  const now = far.kernel.now();
  for (const repository of repositories) {
    const members = membersIn(far, repository);
    if (members.some(({ customerId }) => isMoving(scene, customerId))) continue;
    const allowed = new Set(far.ecr.allowed(repository));
    const record = policyRecordIn(far, repository);
    const open = new Set(members.filter(({ until }) => until > now).map(({ account }) => account));
    const isNear = (account: string): boolean =>
      members.some((member) => member.account === account && isAbout(member.until, now));
    const stranger = [...allowed].find((account) => !open.has(account) && !isNear(account));
    if (stranger !== undefined) {
      return `I2 policy safety: at rest account ${stranger} may pull ${repository} and is no member of it`;
    }
    const missing = [...open].find(
      (account) =>
        !allowed.has(account) &&
        isSold(scene, repository) &&
        !isNear(account) &&
        !far.ecr.fake.dead.has(account) &&
        record?.quarantined[account] === undefined &&
        record?.overflow.includes(account) !== true,
    );
    if (missing !== undefined) {
      return `I3 liveness: at rest account ${missing} is a member of ${repository} and ECR's policy does not let it in`;
    }
  }
  return undefined;
};

const isAbout = (until: number, now: number): boolean => Math.abs(until - now) < UNDER_WAY_SECONDS;

/** I5: noted as applied is what a read of ECR showed. */
export const atRestApplied = (scene: Scene): string | undefined => {
  const { world, repositories, policies } = scene;
  const recent = world.far.kernel.now() - UNDER_WAY_SECONDS;
  for (const repository of repositories) {
    const record = policyRecordIn(world.far, repository);
    if (record === undefined || record.appliedAt > recent || !isSold(scene, repository)) continue;
    const shown = [...(policies.get(repository)?.untils.keys() ?? [])].sort();
    if (JSON.stringify(shown) === JSON.stringify([...record.applied].sort())) continue;
    return `I5 monotonicity: at rest ${record.applied.join(', ')} are noted as applied to ${repository}, and its policy names ${shown.join(', ')}`;
  }
  return undefined;
};
