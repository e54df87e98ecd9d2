import type { Customer } from '../../../functions/core/customer.ts';
import { boundSecondsOf, worstOf } from '../excuses.ts';
import type { Scene, Subject } from '../scene.ts';
import { ago, at } from '../text.ts';
import { atRestAudit } from './rest-audit.ts';
import { atRestKept } from './rest-kept.ts';
import { atRestApplied, atRestMembers, atRestPolicies } from './rest-projections.ts';
import { atRestSecrets } from './rest-secrets.ts';
import { isWithin, rangeOf, storedRights } from './rules.ts';
import { textOf } from './writes.ts';

/** Everything is calm: what is stored agrees exactly with the rules, and every projection with what is stored. */
export const atRest = (scene: Scene): string | undefined => {
  for (const check of CHECKS) {
    const wrong = check(scene);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

/** Longer than any work that somebody has just begun. */
const UNDER_WAY_SECONDS = 1_800;

/** I6: what is stored is what the rules make of what is true now and of what was stored. */
const atRestAccess = (scene: Scene): string | undefined => {
  for (const subject of scene.subjects.values()) {
    if (!isSettled(scene, subject)) continue;
    const wrong = wrongAccess(scene, subject);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

const isSettled = ({ world, catalogAt }: Scene, { change, truth }: Subject): boolean => {
  const { plan, far } = world;
  const now = far.kernel.now();
  // A deletion that nobody was told of shows in no list.
  if (worstOf(change) === 'unseen') return false;
  const from = Math.max(change.at, catalogAt);
  return (
    from + boundSecondsOf('ecr', change.fate, plan) + UNDER_WAY_SECONDS < now && truth !== undefined
  );
};

const wrongAccess = (scene: Scene, { customerId, stored, truth }: Subject): string | undefined => {
  const { catalogs, world } = scene;
  const now = world.far.kernel.now();
  const sources = new Set([
    ...(stored?.windows ?? []).map(({ source }) => source),
    ...truth.subscriptions.map(({ id }) => id),
  ]);
  sources.delete('manual');
  for (const source of sources) {
    const rights = storedRights(stored, source);
    const isHeld = stored?.windows.some(
      (each) => each.source === source && each.held === 'breaker',
    );
    const subscription = truth.subscriptions.find(({ id }) => id === source);
    const range = rangeOf(stored, subscription, catalogs, now);
    if (isHeld === true || isWithin(rights, range, now + UNDER_WAY_SECONDS)) continue;
    return `I6 final access by the rules: at rest ${customerId} has ${textOf(rights)} from ${source}; the rules give ${textOf(range.lower)} (at most ${textOf(range.upper)}) for ${JSON.stringify(subscription)}`;
  }
  const accounts = JSON.stringify(stored?.accounts ?? []);
  if (stored === undefined || stored.isHeld || accounts === JSON.stringify(truth.accounts)) {
    return undefined;
  }
  return `I6 final access by the rules: at rest ${customerId} has the accounts ${accounts}, and Stripe says ${JSON.stringify(truth.accounts)}`;
};

/** I5: nobody's effects are left undone. */
const atRestEffects = (scene: Scene): string | undefined => {
  const now = scene.world.far.kernel.now();
  for (const { customerId, stored, storedAt } of scene.subjects.values()) {
    if (stored === undefined || storedAt + UNDER_WAY_SECONDS > now) continue;
    if (stored.effectsDone < stored.version) {
      return `I5 monotonicity: at rest the effects of version ${stored.version} of ${customerId} are not done (only ${stored.effectsDone}), ${ago(now - storedAt)} after it was written`;
    }
  }
  return undefined;
};

/** I3: whoever has something open has been given a credential. */
const atRestCredentials = (scene: Scene): string | undefined => {
  const { table } = scene.world.far.stores;
  const now = scene.world.far.kernel.now();
  const hasNone = ({ customerId, windows }: Customer): boolean =>
    windows.some(({ startsAt, endsAt }) => startsAt + UNDER_WAY_SECONDS < now && endsAt > now) &&
    ![...table.keys()].some((key) => key.startsWith(`CUSTOMER#${customerId} CREDENTIAL#`));
  const found = [...scene.subjects.values()].find(
    ({ stored, storedAt }) =>
      stored !== undefined && storedAt + UNDER_WAY_SECONDS < now && hasNone(stored),
  );
  return found === undefined
    ? undefined
    : `I3 liveness: at rest ${found.customerId} has something open and no pull credential`;
};

/** I21: every message was handled, or is a dead letter that somebody was told of. */
const atRestQueues = ({ world }: Scene): string | undefined => {
  const { queues, kernel, said } = world.far;
  for (const [name, queue] of Object.entries(queues)) {
    const old = queue.waiting().find(({ sentAt }) => sentAt + 2 * UNDER_WAY_SECONDS < kernel.now());
    if (old !== undefined) {
      return `I21 termination: a message to ${old.groupId} has been in the ${name} queue since ${at(world, old.sentAt)}: ${old.body}`;
    }
    const isSaid = said.some(
      ({ text }) => text === 'message failed' || text === 'unparsable message',
    );
    if (queue.dead().length > 0 && !isSaid && !hasDied(world)) {
      return `I21 termination: a message of the ${name} queue is dead, and nothing ever said that it failed`;
    }
  }
  return undefined;
};

/** Who dies says nothing; Lambda counts it. */
const hasDied = ({ plan }: Scene['world']): boolean => plan.faults.length > 0;

const CHECKS: readonly ((scene: Scene) => string | undefined)[] = [
  atRestAccess,
  atRestEffects,
  atRestCredentials,
  atRestMembers,
  atRestPolicies,
  atRestApplied,
  atRestKept,
  atRestAudit,
  atRestSecrets,
  atRestQueues,
];
