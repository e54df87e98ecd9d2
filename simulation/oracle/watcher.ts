import type { Watcher } from '../run.ts';
import { customersIn } from '../stores/customer-items.ts';
import type { World } from '../world/world.ts';
import { worstOf } from './excuses.ts';
import { breakerWatch } from './invariants/breaker.ts';
import { deadlineWatch, isSmallEnough, keepsMembers, vendorWatch } from './invariants/policies.ts';
import { pullWatch } from './invariants/pulls.ts';
import { atRest } from './invariants/rest.ts';
import { isAudited, isMonotone, isOneTransition } from './invariants/versions.ts';
import { obeysRules, type Write } from './invariants/writes.ts';
import type { Bound } from './measured.ts';
import {
  isSameCatalog,
  lookAtCatalogs,
  lookAtCustomer,
  lookAtPolicy,
  lookAtTruth,
  NO_POLICY,
  newScene,
  type Scene,
} from './scene.ts';
import { doorWatch } from './watch-doors.ts';

export type Watch = Watcher & {
  /** What was measured in this run. */
  bounds(): readonly Bound[];
};

/** How often the clock is looked at while nothing changes. */
const EVERY_SECONDS = 60;

/** Checks the invariants after each thing that happened, and the whole world at rest. */
export const watchOf = (world: World): Watch => {
  const scene = newScene(world);
  const doors = doorWatch(scene);
  const parts: Parts = { scene, doors, pulls: pullWatch(), onWrite: writeChecks(scene) };
  const policies = policiesLook(parts);
  const restore = restoreLook(parts);
  const { changes, far } = world;
  let nextAt = 0;
  const isQuiet = (): boolean =>
    !changes.isTruthChanged &&
    changes.customers.size === 0 &&
    changes.repositories.size === 0 &&
    far.kernel.now() < nextAt &&
    !parts.pulls.pending(scene) &&
    world.isStopped === restore.isUnderWay();
  const look = (): string | undefined => {
    if (far.kernel.now() >= nextAt) nextAt = far.kernel.now() + EVERY_SECONDS;
    lookAtChangedCatalogs(parts);
    lookAtChangedTruth(parts);
    if (restore.look()) return undefined;
    return (
      customersLook(parts) ??
      policies() ??
      parts.pulls.check(scene) ??
      doors.clock() ??
      parts.onWrite.clock()
    );
  };
  return {
    step: () => (isQuiet() ? undefined : look()),
    rest: () => look() ?? atRest(scene),
    bounds: doors.bounds,
  };
};

type Parts = {
  readonly scene: Scene;
  readonly doors: ReturnType<typeof doorWatch>;
  readonly pulls: ReturnType<typeof pullWatch>;
  readonly onWrite: ReturnType<typeof writeChecks>;
};

const lookAtChangedCatalogs = ({ scene, doors, pulls }: Parts): void => {
  if (isSameCatalog(scene)) return;
  const known = [...scene.subjects.values()];
  for (const { customerId } of known) pulls.stood(scene, customerId);
  if (!lookAtCatalogs(scene)) return;
  for (const subject of known) doors.customer(subject, 'catalog');
};

const lookAtChangedTruth = ({ scene, doors }: Parts): void => {
  const { changes } = scene.world;
  if (!changes.isTruthChanged) return;
  changes.isTruthChanged = false;
  for (const subject of lookAtTruth(scene)) doors.customer(subject, worstOf(subject.change));
};

const customersLook = ({ scene, doors, pulls, onWrite }: Parts): string | undefined => {
  const { changes } = scene.world;
  for (const customerId of changes.customers) {
    pulls.stood(scene, customerId);
    const seen = lookAtCustomer(scene, customerId);
    pulls.stood(scene, customerId);
    const after = seen?.subject.stored;
    if (seen === undefined || after === undefined) continue;
    doors.customer(seen.subject, 'clock');
    onWrite.promise(after);
    const wrong = onWrite.check({ scene, ...seen, after });
    if (wrong !== undefined) return wrong;
  }
  changes.customers.clear();
  return undefined;
};

const policiesLook = ({ scene, doors }: Parts) => {
  const { changes, far } = scene.world;
  const vendor = vendorWatch();
  let callsSeen = 0;
  return (): string | undefined => {
    const ours = new Set(far.ecr.fake.calls.slice(callsSeen));
    callsSeen = far.ecr.fake.calls.length;
    for (const repository of changes.repositories) {
      // The probe repository is empty, and nobody's.
      if (!scene.repositories.includes(repository)) continue;
      const before = lookAtPolicy(scene, repository);
      const after = scene.policies.get(repository) ?? NO_POLICY;
      doors.repository(repository);
      const isOurs = ours.has(`setPolicy ${repository}`) || ours.has(`deletePolicy ${repository}`);
      const change = { scene, repository, before, after, isOurs };
      const wrong = firstOf([isSmallEnough, vendor, keepsMembers], change);
      if (wrong !== undefined) return wrong;
    }
    changes.repositories.clear();
    return undefined;
  };
};

/** While a backup is put in place the table is nobody's; afterwards it is another one. */
const restoreLook = ({ scene, doors }: Parts) => {
  const { world } = scene;
  let stoppedAt: number | undefined;
  const resume = (from: number): void => {
    const now = world.far.kernel.now();
    stoppedAt = undefined;
    scene.restoredAt = now;
    doors.restored(from, now);
    lookAtCatalogs(scene);
    for (const { customerId } of customersIn(world.far.stores)) lookAtCustomer(scene, customerId);
    for (const subject of scene.subjects.values()) {
      lookAtCustomer(scene, subject.customerId);
      doors.customer(subject, 'clock');
    }
    world.changes.customers.clear();
  };
  return {
    isUnderWay: (): boolean => stoppedAt !== undefined,
    /** Whether nothing else can be looked at now. */
    look: (): boolean => {
      if (world.isStopped) stoppedAt ??= world.far.kernel.now();
      else if (stoppedAt !== undefined) resume(stoppedAt);
      return world.isStopped;
    },
  };
};

const WRITES: readonly ((write: Write) => string | undefined)[] = [
  isMonotone,
  isOneTransition,
  isAudited,
  obeysRules,
];

const writeChecks = (scene: Scene) => {
  const breaker = breakerWatch();
  const deadline = deadlineWatch();
  return {
    check: (write: Write): string | undefined => firstOf([...WRITES, breaker], write),
    promise: ({ members }: Write['after']): void => {
      for (const account of members.accounts) {
        for (const [repository, until] of Object.entries(members.untils)) {
          deadline.promise(account, repository, until);
        }
      }
    },
    clock: (): string | undefined => {
      for (const repository of scene.repositories) {
        const wrong = deadline.check(scene, repository);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
  };
};

const firstOf = <About>(
  checks: readonly ((about: About) => string | undefined)[],
  about: About,
): string | undefined => {
  for (const check of checks) {
    const wrong = check(about);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};
