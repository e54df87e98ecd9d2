import { isValid } from '../../functions/core/credential-state.ts';
import type { Transition } from '../../functions/core/customer.ts';
import type { Member } from '../../functions/ports.ts';
import { watchOf } from '../oracle/watcher.ts';
import { customersIn } from '../stores/customer-items.ts';
import type { World } from '../world/world.ts';
import { type Doors, doorsOf, endsAtMaxOf } from './doors.ts';
import { memo } from './memo.ts';
import { credentialsIn } from './rest.ts';

/*
 * What may never be seen on the way, whoever died: judged only by who had access before the flow and
 * who has it after the undisturbed one. Both doors change once and in one direction, nobody else is
 * touched, and what was written down stays as it is.
 */

export type Bounds = {
  readonly before: Doors;
  readonly after: Doors;
  /** The last end of any window, before and after. */
  readonly endsAtMax: number;
};

type Guard = () => string | undefined;

/**
 * The invariants that hold in every run. What was before the flow is put in place as after a backup:
 * they judge what happens from then on.
 */
const invariants = (world: World): Guard => {
  const watch = watchOf(world);
  world.isStopped = true;
  watch.step(world);
  world.isStopped = false;
  for (const repository of world.far.ecr.fake.stored.keys()) {
    world.changes.repositories.add(repository);
  }
  watch.step(world);
  return () => watch.step(world);
};

/** Answers what is wrong after each thing that happened. */
export const safety = (world: World, bounds: Bounds): Guard => {
  const { far, hands } = world;
  const guards = [
    doorsGuard(world, bounds),
    trailGuard(world),
    membersGuard(world),
    credentialsGuard(world),
  ];
  const always = invariants(world);
  let seen = '';
  return () => {
    // Nothing of ours changes without a write, which has its own instant, or a secret in new hands.
    const now = `${world.changedAt} ${hands.shown.size}`;
    if (now === seen && far.kernel.now() !== world.changedAt) return always();
    seen = now;
    return firstOf(guards) ?? always();
  };
};

const firstOf = (guards: readonly Guard[]): string | undefined => {
  for (const guard of guards) {
    const wrong = guard();
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

const doorsGuard = (world: World, { before, after, endsAtMax }: Bounds): Guard => {
  const all = [...new Set([...before, ...after])];
  const untouched = all.filter((door) => before.has(door) && after.has(door));
  const changed = new Set<string>();
  return () => {
    const open = doorsOf(world);
    const isAsAfter = (door: string): boolean => open.has(door) === after.has(door);
    const never = [...open].find((door) => !all.includes(door));
    const cutOff = untouched.find((door) => !open.has(door));
    for (const door of all.filter(isAsAfter)) changed.add(door);
    const back = [...changed].find((door) => !isAsAfter(door));
    return saidOf({
      'open to somebody who never had access': never,
      'closed to somebody whom nothing happened to': cutOff,
      'opened or closed again': back,
      'a window ends later than it ever should':
        endsAtMaxOf(world) > endsAtMax ? 'the last one' : undefined,
    });
  };
};

const saidOf = (found: Readonly<Record<string, string | undefined>>): string | undefined =>
  Object.entries(found).flatMap(([what, where]) =>
    where === undefined ? [] : [`${what}: ${where}`],
  )[0];

const keysWith = ({ far }: World, part: string): readonly string[] =>
  [...far.stores.table.keys()].filter((key) => key.includes(part));

/** The trail only grows, without a gap, and no line of it changes. */
const trailGuard = (world: World): Guard => {
  const { table } = world.far.stores;
  const written = new Map<string, string>();
  return () => {
    const changed = [...written].find(([key, text]) => table.get(key) !== text);
    if (changed !== undefined) return `an audit line was changed or removed: ${changed[0]}`;
    const lines = keysWith(world, ' AUDIT#');
    for (const key of lines) written.set(key, table.get(key) ?? '');
    const gap = lines.find((key) => {
      const [start = ''] = key.split(' AUDIT#');
      const { sequence } = transitionOf(written.get(key) ?? '');
      return lines.filter((each) => each.startsWith(`${start} `)).length < sequence;
    });
    return gap === undefined ? undefined : `an audit line is missing before ${gap}`;
  };
};

const transitionOf = memo((text): Transition => JSON.parse(text));
const memberOf = memo((text): Member => JSON.parse(text));

/** Ended members stay as tombstones: whoever comes too late must find a higher version there. */
const membersGuard = (world: World): Guard => {
  const { table } = world.far.stores;
  const versions = new Map<string, number>();
  return () => {
    const gone = [...versions.keys()].find((key) => !table.has(key));
    if (gone !== undefined) return `a member was deleted instead of ended: ${gone}`;
    const members = keysWith(world, ' MEMBER#').map(
      (key) => [key, memberOf(table.get(key) ?? '').version] as const,
    );
    const older = members.find(([key, version]) => version < (versions.get(key) ?? 0));
    if (older !== undefined) return `a member went back to an older version: ${older[0]}`;
    for (const [key, version] of members) versions.set(key, version);
    return undefined;
  };
};

/** Of those in somebody's hands. A rotation that is cut off and run again mints one more, and withdraws it. */
const CLAIMED_MAX = 2;
const VALID_MAX = CLAIMED_MAX + 1;

const credentialsGuard = (world: World): Guard => {
  const hadOne = new Set<string>();
  return () => {
    if ([...world.hands.shown.values()].some((times) => times > 1)) {
      return 'a secret was shown twice';
    }
    const wrong = customersIn(world.far.stores).map(({ customerId }) =>
      wrongCredentials(world, customerId, hadOne),
    );
    return wrong.find((each) => each !== undefined);
  };
};

const wrongCredentials = (
  { far, hands }: World,
  customerId: string,
  hadOne: Set<string>,
): string | undefined => {
  const now = Math.floor(far.kernel.now());
  const valid = credentialsIn(far.stores.table, customerId).filter((each) => isValid(each, now));
  const claimed = valid.filter(({ claimedAt }) => claimedAt !== undefined);
  if (claimed.length > CLAIMED_MAX || valid.length > VALID_MAX) {
    return `${customerId} has ${valid.length} valid credentials, ${claimed.length} of them claimed`;
  }
  const held = (hands.held.get(customerId) ?? []).map(({ credentialId }) => credentialId);
  const works = claimed.some(({ credentialId }) => held.includes(credentialId));
  if (works) hadOne.add(customerId);
  else if (hadOne.has(customerId)) return `${customerId} is left without a credential that works`;
  return undefined;
};
