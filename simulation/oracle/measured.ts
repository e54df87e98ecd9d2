import type { World } from '../world/world.ts';
import { boundSecondsOf, type Concerned, excusesOf, unexcused, worstOf } from './excuses.ts';
import type { Subject } from './scene.ts';
import { ago, at } from './text.ts';
import type { Lateness } from './tracks.ts';

/** A bound of time: how long it took at worst, in which run, and how long it may take. */
export type Bound = {
  readonly name: string;
  readonly worstSeconds: number;
  readonly seed: number;
  readonly boundSeconds: number;
};

/** The worst of all runs. What never happened is not in it. */
export const boundsOf = (runs: readonly (readonly Bound[])[]): readonly Bound[] => {
  const worst = new Map<string, Bound>();
  for (const bound of runs.flat()) {
    const before = worst.get(bound.name);
    if (before === undefined || bound.worstSeconds > before.worstSeconds) {
      worst.set(bound.name, bound);
    }
  }
  return [...worst.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
};

const NEWS = {
  arrived: 'told by its event',
  listed: 'its event lost or late',
  never: 'its event never generated',
  unseen: 'its event never generated, and in no list',
  catalog: 'by another catalog',
  clock: 'by the clock',
} as const;
const DOORS = { gateway: 'the gateway', ecr: "ECR's policy" } as const;
const KINDS = {
  revocation: 'revocation to refusal',
  access: 'payment to access',
} as const;

/** Measures every lateness, and says which is more than the design allows. */
export const measuring = (world: World, subjectsOf: (lateness: Lateness) => readonly Subject[]) => {
  const { plan } = world;
  const excuses = excusesOf(plan);
  const worst = new Map<string, Bound>();
  let stopped: { from: number; until: number }[] = [];

  // What a slow network does to a time is a figure of its own.
  const slow = isSlow(plan) ? ', calls stall or messages come again' : '';
  const concernOf = (lateness: Lateness): Concerned => ({
    door: lateness.track.door,
    customers: subjectsOf(lateness).map(({ customerId }) => customerId),
    repository: lateness.track.repository,
  });
  const note = (
    { track, kind, late }: Lateness,
    worstSeconds: number,
    boundSeconds: number,
  ): void => {
    const name = `${KINDS[kind]}, ${DOORS[track.door]}, ${NEWS[late.fate]}${slow}`;
    if (worstSeconds <= (worst.get(name)?.worstSeconds ?? -1)) return;
    worst.set(name, { name, worstSeconds, seed: plan.seed, boundSeconds });
  };
  return {
    bounds: (): readonly Bound[] => [...worst.values()],
    /** A backup was restored: until then everything stood still. */
    stood: (from: number, until: number): void => {
      stopped = [...stopped, { from, until: until + RESTORED_SECONDS }];
    },
    late: (lateness: Lateness): string | undefined => {
      const { track, late, until, isOver } = lateness;
      const all = [...excuses.of(concernOf(lateness)), ...stopped];
      const since = (from: number): number =>
        unexcused(from - plan.startsAt, until - plan.startsAt, all);
      const seconds = since(late.since);
      const boundSeconds = boundSecondsOf(track.door, late.fate, plan);
      if (isOver && seconds === until - late.since) note(lateness, seconds, boundSeconds);
      if (seconds <= boundSeconds) return undefined;
      // What the clock ended may be late because of news that are still on their way.
      const isExplained = subjectsOf(lateness).some(
        ({ change }) => since(change.at) <= boundSecondsOf(track.door, worstOf(change), plan),
      );
      return isExplained ? undefined : textOf(world, lateness, boundSeconds);
    },
  };
};

const isSlow = ({ latency, redeliveredShare }: World['plan']): boolean =>
  latency.stallShare > 0 || redeliveredShare > 0;

/** Everybody was read again, but policies and events follow with the next sweeps. */
const RESTORED_SECONDS = 2 * 3_600;

const textOf = (world: World, lateness: Lateness, boundSeconds: number): string => {
  const { track, kind, late, until } = lateness;
  const who = track.door === 'ecr' ? `account ${track.who}` : track.who;
  const after = `${ago(until - late.since)} after ${at(world, late.since)} (${NEWS[late.fate]}; allowed: ${ago(boundSeconds)})`;
  if (kind === 'access') {
    return `I3 liveness: ${who} may not pull ${track.repository} at ${DOORS[track.door]} ${after}, and has paid for it`;
  }
  const invariant = track.door === 'ecr' ? 'I2 policy safety' : 'I1 gateway safety';
  return `${invariant}: ${who} may still pull ${track.repository} at ${DOORS[track.door]} ${after}`;
};
