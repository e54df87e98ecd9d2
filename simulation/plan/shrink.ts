import { HOUR } from '../../functions/core/time.ts';
import type { FaultWindow } from '../kernel/faults.ts';
import type { Plan, TimedAct } from './plan.ts';

/** Asks whether a smaller plan goes wrong in the same way. */
export type Fails = (plan: Plan) => Promise<boolean>;

export type ShrinkLimits = {
  readonly runsMax: number;
  /** Asked before each run; a caller with a clock ends it. */
  readonly mayGoOn: () => boolean;
};

export type Shrunk = { readonly plan: Plan; readonly runs: number };

/**
 * Leaves out whatever is not needed for the same failure: customers, acts, faults, days, and what is
 * unusual about the rest. What a call meets hangs on the call alone, so that leaving one thing out
 * leaves the others as they were.
 */
export const shrink = async (
  plan: Plan,
  fails: Fails,
  { runsMax, mayGoOn }: ShrinkLimits,
): Promise<Shrunk> => {
  let runs = 0;
  const isOver = (): boolean => runs >= runsMax || !mayGoOn();
  const stillFails = async (smaller: Plan): Promise<boolean> => {
    if (isOver()) return false;
    runs += 1;
    return fails(smaller);
  };
  let smallest = plan;
  for (;;) {
    const before = sizeOf(smallest);
    for (const step of STEPS) smallest = await step(smallest, stillFails);
    if (isOver() || sizeOf(smallest) === before) return { plan: smallest, runs };
  }
};

const sizeOf = (plan: Plan): number => JSON.stringify(plan).length;

type Step = (plan: Plan, fails: Fails) => Promise<Plan>;

const customers: Step = async (plan, fails) => {
  const all = [...new Set(plan.acts.flatMap(({ act }) => customerOf(act) ?? []))];
  const kept = await fewest(all, (names) => fails(withCustomers(plan, names)));
  return kept.length === all.length ? plan : withCustomers(plan, kept);
};

const withCustomers = (plan: Plan, names: readonly string[]): Plan => {
  const gone = plan.acts.filter(({ act }) => !names.includes(customerOf(act) ?? names[0] ?? ''));
  const subscriptions = gone.flatMap(({ act }) =>
    'subscription' in act ? [act.subscription] : [],
  );
  const isKept = ({ act }: TimedAct): boolean =>
    names.includes(customerOf(act) ?? names[0] ?? '') &&
    !('subscription' in act && subscriptions.includes(act.subscription));
  return { ...plan, acts: plan.acts.filter(isKept) };
};

const customerOf = (act: TimedAct['act']): string | undefined =>
  'customer' in act ? act.customer : undefined;

const acts: Step = async (plan, fails) => ({
  ...plan,
  acts: await fewest(plan.acts, (kept) => fails({ ...plan, acts: kept })),
});

const faults: Step = async (plan, fails) => ({
  ...plan,
  faults: await fewest(plan.faults, (kept) => fails({ ...plan, faults: kept })),
});

const travel: Step = async (plan, fails) => ({
  ...plan,
  travel: await fewest(plan.travel, (kept) => fails({ ...plan, travel: kept })),
});

/** Half of a window, again and again. Whoever else its share strikes, its name stays out of it. */
const windows: Step = async (plan, fails) => {
  let smallest = plan;
  for (const [place] of plan.faults.entries()) {
    for (const part of ['first', 'second'] as const) {
      const halved = withWindow(smallest, place, part);
      if (halved !== undefined && (await fails(halved))) smallest = halved;
    }
  }
  return smallest;
};

const SHORTEST_SECONDS = 60;

const withWindow = (plan: Plan, place: number, part: 'first' | 'second'): Plan | undefined => {
  const window = plan.faults[place];
  if (window === undefined || window.until - window.from < SHORTEST_SECONDS) return undefined;
  const middle = Math.round((window.from + window.until) / 2);
  const halved: FaultWindow =
    part === 'first' ? { ...window, until: middle } : { ...window, from: middle };
  return { ...plan, faults: plan.faults.with(place, halved) };
};

/** Ends earlier: right after the last act or fault, else after a part of the time. */
const days: Step = async (plan, fails) => {
  const lastAt = Math.max(
    0,
    ...plan.acts.map(({ at }) => at),
    ...[...plan.faults, ...plan.travel].map(({ until }) => until),
  );
  const ends = [0.25, 0.5, 0.75].map((part) => Math.ceil((plan.seconds * part) / HOUR) * HOUR);
  for (const seconds of [...ends, Math.ceil(lastAt / HOUR) * HOUR]) {
    if (seconds <= 0 || seconds >= plan.seconds) continue;
    const shorter = { ...plan, seconds, acts: plan.acts.filter(({ at }) => at < seconds) };
    if (await fails(shorter)) return shorter;
  }
  return plan;
};

const USUAL: readonly Partial<Plan>[] = [
  { skewSeconds: {} },
  { latency: { usualSeconds: 0.02, stallShare: 0, stallSeconds: 0 } },
  { indexLagSeconds: 0 },
  { redeliveredShare: 0 },
  { lostNewsShare: 0 },
  { readsBackAs: 'written' },
];

const settings: Step = async (plan, fails) => {
  let smallest = plan;
  for (const usual of USUAL) {
    const plainer = { ...smallest, ...usual };
    const isPlain = JSON.stringify(plainer) === JSON.stringify(smallest);
    if (!isPlain && (await fails(plainer))) smallest = plainer;
  }
  return smallest;
};

/** Those that nobody deploys any more. */
const catalogs: Step = async (plan, fails) => {
  const last = Math.max(
    0,
    ...plan.acts.map(({ act }) => (act.does === 'deploy' ? act.catalog : 0)),
  );
  const fewer = { ...plan, catalogs: plan.catalogs.slice(0, last + 1) };
  return fewer.catalogs.length < plan.catalogs.length && (await fails(fewer)) ? fewer : plan;
};

const STEPS: readonly Step[] = [customers, faults, travel, acts, windows, days, settings, catalogs];

/** Leaves out halves, then quarters, and so on down to single items, as long as it still fails. */
const fewest = async <Item>(
  items: readonly Item[],
  fails: (kept: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> => {
  let kept = items;
  for (
    let size = Math.ceil(kept.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = 0; from < kept.length; ) {
      const without = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await fails(without)) kept = without;
      else from += size;
    }
  }
  return kept;
};
