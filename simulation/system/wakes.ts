import type { Cursor } from '../../functions/core/cursor.ts';
import type { Customer } from '../../functions/core/customer.ts';
import type { PolicyRecord } from '../../functions/core/policy.ts';
import type { IndexState } from '../../functions/core/release.ts';
import { DAY, type EpochSeconds, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { CatalogState, Member } from '../../functions/ports.ts';
import { repositoriesOf } from '../../functions/usecases/sweep-repositories.ts';
import { isDeceptive } from '../kernel/faults.ts';
import type { ProcessName } from '../kernel/process.ts';
import type { World } from '../world/world.ts';

/*
 * When time alone gives the schedules something to do. Each rule is one of functions/ that compares
 * a stored time with the clock, and the clock is that of the function which does.
 */

export const TICK_SECONDS = 5 * MINUTE;
/** How often the sweep reads its lists. */
export const PERIOD_SECONDS = { events: 15 * MINUTE, subscriptions: DAY, members: DAY } as const;
/** How often the index of a repository is compared with ECR. */
export const LISTING_PERIOD_SECONDS = 6 * HOUR;

/** The last look, and when anything last changed or went wrong. */
export type Seen = { readonly lookedAt: number; readonly changedAt: number };

/** The earliest time at which a look could find something, as long as nothing changes. */
export const wakesAt = (world: World, seen: Seen): number => {
  const { table, itemAt } = world.far.stores;
  let earliest = Math.min(deceptionAt(world, seen), mondayAfter(world, seen));
  for (const key of table.keys()) {
    const rule = RULES.find(({ keys }) => keys.test(key));
    if (rule === undefined) continue;
    for (const time of rule.timesOf(world, itemAt(key), seen)) earliest = Math.min(earliest, time);
  }
  return earliest;
};

/** When this process's clock shows this time. */
export const when = ({ plan }: World, process: ProcessName, time: EpochSeconds): number =>
  time - (plan.skewSeconds[process] ?? 0);

const WEEK_SECONDS = 7 * DAY;
/** 5 January 1970. */
const FIRST_MONDAY = 4 * DAY;

/** In the first second after a Monday's midnight a lease has another date. */
const mondayAfter = (world: World, { lookedAt }: Seen): number => {
  const week = Math.floor((world.far.kernel.now() - FIRST_MONDAY) / WEEK_SECONDS);
  const mondays = [week, week + 1].map((weeks) =>
    when(world, 'apply-policy', FIRST_MONDAY + weeks * WEEK_SECONDS + 1),
  );
  return mondays.find((at) => at > lookedAt) ?? Number.POSITIVE_INFINITY;
};

type Rule = {
  readonly keys: RegExp;
  readonly timesOf: (world: World, item: unknown, seen: Seen) => readonly number[];
};

/** What is overdue has not been dealt with: then no look is left out. */
const dueTimes: Rule['timesOf'] = (world, item) => {
  const { dueAt } = item as Customer;
  return dueAt === undefined ? [] : [when(world, 'sweep', dueAt)];
};

const IN_FLIGHT_SECONDS = 2 * MINUTE;
const ABANDONED_AFTER_SECONDS = 20 * MINUTE;

/** A list that was read when all was as it is now would be the same again. The cursor `due` only counts. */
const cursorTimes: Rule['timesOf'] = (world, item, { changedAt }) => {
  const { name, doneAt, startedAt } = item as Cursor;
  if (name === 'due') return [];
  const listedAt =
    name === 'events'
      ? when(world, 'sweep', lastEventAt(world) + IN_FLIGHT_SECONDS)
      : Math.max(changedAt, world.laterChangedAt) + world.plan.indexLagSeconds;
  const changed = Math.max(listedAt, world.far.wire.troubledAt());
  const freeAt = startedAt === 0 ? 0 : startedAt + ABANDONED_AFTER_SECONDS;
  const nextAt = when(world, 'sweep', Math.max(doneAt + PERIOD_SECONDS[name], freeAt));
  const isKnown = startedAt === 0 && when(world, 'sweep', doneAt) > changed;
  return isKnown && !isDeceived(world, nextAt) ? [] : [nextAt];
};

const lastEventAt = ({ far }: World): number =>
  far.stripe.state.events.at(-1)?.created ?? Number.NEGATIVE_INFINITY;

/** While a window like this is open, even a list of what is known already may show something else. */
const deceptionsOf = ({ plan }: World) =>
  plan.faults
    .filter(({ fault, process = 'sweep' }) => process === 'sweep' && isDeceptive(fault))
    .map(({ from, until }) => ({ from: plan.startsAt + from, until: plan.startsAt + until }));

const isDeceived = (world: World, at: number): boolean =>
  deceptionsOf(world).some(({ from, until }) => from <= at + TICK_SECONDS && at < until);

/** When the next one begins. */
const deceptionAt = (world: World, { lookedAt }: Seen): number =>
  Math.min(...deceptionsOf(world).flatMap(({ from }) => (from > lookedAt ? [from] : [])));

/** A refused account is tried again after a day. */
const quarantineTimes: Rule['timesOf'] = (world, item, { lookedAt }) =>
  Object.values((item as PolicyRecord).quarantined)
    .map(({ triedAt }) => when(world, 'apply-policy', triedAt + DAY))
    .filter((at) => at > lookedAt);

const memberTimes: Rule['timesOf'] = (world, item, { lookedAt }) =>
  [when(world, 'apply-policy', (item as Member).until)].filter((at) => at > lookedAt);

const LISTING_LEASE_SECONDS = 15 * MINUTE;

const listingTimes: Rule['timesOf'] = (world, item) => {
  const { repository, completeAt = 0, rulesHash, startedAt } = item as IndexState;
  const isKnown =
    rulesHash !== undefined &&
    startedAt === undefined &&
    when(world, 'index-release', completeAt) > listedWrongAt(world);
  if (isKnown || !isServed(world, repository)) return [];
  const dueAt = rulesHash === undefined ? 0 : completeAt + LISTING_PERIOD_SECONDS;
  const freeAt = startedAt === undefined ? 0 : startedAt + LISTING_LEASE_SECONDS;
  return [when(world, 'index-release', Math.max(dueAt, freeAt))];
};

const listedWrongAt = ({ far, imagesChangedAt }: World): number =>
  Math.max(imagesChangedAt, far.wire.troubledAt());

const isServed = ({ far, system }: World, repository: string): boolean => {
  const { catalog } = system.bundle();
  const state = far.stores.itemAt('STAGE CATALOG') as CatalogState | undefined;
  return repositoriesOf(catalog, state?.accepted ?? catalog).includes(repository);
};

const RULES: readonly Rule[] = [
  { keys: / CUSTOMER$/, timesOf: dueTimes },
  { keys: /^STAGE CURSOR#/, timesOf: cursorTimes },
  { keys: / POLICY$/, timesOf: quarantineTimes },
  { keys: /^MEMBERS#\S+ MEMBER#/, timesOf: memberTimes },
  { keys: /^RELEASES#\S+ INDEX$/, timesOf: listingTimes },
];
