import { HOUR } from '../../functions/core/time.ts';
import type { Call, Fault } from '../kernel/faults.ts';
import type { Plan } from '../plan/plan.ts';
import { runPlan, type Watcher } from '../run.ts';
import type { World } from '../world/world.ts';
import { type Doors, doorsOf, endsAtMaxOf } from './doors.ts';
import type { Flow } from './flow.ts';
import { BEGINS_AT } from './flows.ts';
import { type People, people } from './people.ts';
import { type AtRest, atRest, differences, isQuiet } from './rest.ts';
import type { Bounds } from './safety.ts';
import { restore, type Snapshot, snapshotOf } from './snapshot.ts';

/** A flow that was lived through undisturbed: where it starts, and what must come out each time. */
export type Prepared = {
  readonly flow: Flow;
  readonly start: Snapshot;
  readonly bounds: Bounds;
  /** When it is done. */
  readonly should: AtRest;
  /** A day later: Stripe's time has gone on. */
  readonly shouldAtEnd: AtRest;
  /** From the flow's beginning to the end of its calm. */
  readonly calls: readonly Call[];
  /** How many of them were made until everything was as it must be. */
  readonly callsUntilDone: number;
  readonly secondsUntilDone: number;
};

/** Ends a run early; nothing is wrong. */
export const OVER = 'over';

const USUAL: Omit<Plan, 'seed' | 'startsAt' | 'seconds' | 'catalogs' | 'acts'> = {
  faults: [],
  travel: [],
  skewSeconds: {},
  latency: { usualSeconds: 0.02, stallShare: 0, stallSeconds: 0 },
  indexLagSeconds: 1,
  redeliveredShare: 0,
  lostNewsShare: 0,
  readsBackAs: 'written',
};

/** Of a share of nothing: which calls are meant is said elsewhere, and the bounds of time know that somebody dies. */
const DIES: Fault = { kind: 'dies', when: 'before' };

/** Another seed than that of what was before, else the same credentials would be minted again. */
export const planOf = ({ catalogs, acts, doneBy }: Flow, { at }: Snapshot): Plan => ({
  ...USUAL,
  seed: 2,
  faults: [{ from: 0, until: doneBy + HOUR, share: 0, fault: DIES }],
  startsAt: at,
  seconds: doneBy,
  catalogs,
  acts,
});

export const begin = (world: World, flow: Flow, start: Snapshot): People => {
  restore(world, start);
  return people(world, flow);
};

/** What was before, and then the flow itself, undisturbed. */
export const prepare = async (flow: Flow): Promise<Prepared> => {
  const start = await beginning(flow);
  const seen: Seen = { calls: [], quiet: [] };
  const { world } = await runPlan(planOf(flow, start), {
    watch: (each) => observer(each, { flow, start, seen }),
  });
  const { before, should, calls, quiet } = seen;
  const done = should && quiet.find(({ found }) => differences(should, found).length === 0);
  if (
    before === undefined ||
    should === undefined ||
    done === undefined ||
    world.notDone.length > 0
  ) {
    throw new Error(`${flow.name} is not done undisturbed: ${JSON.stringify(world.notDone)}`);
  }
  const bounds = {
    before: before.doors,
    after: doorsOf(world),
    endsAtMax: Math.max(before.endsAtMax, endsAtMaxOf(world)),
  };
  return {
    flow,
    start,
    bounds,
    should,
    shouldAtEnd: atRest(world),
    calls,
    callsUntilDone: done.calls,
    secondsUntilDone: done.at - start.at,
  };
};

const beginning = async ({ catalogs, before, mark, name }: Flow): Promise<Snapshot> => {
  const plan = { ...USUAL, seed: 1, startsAt: BEGINS_AT, seconds: mark, catalogs, acts: before };
  let start: Snapshot | undefined;
  const { world } = await runPlan(plan, {
    watch: (each) => {
      each.far.kernel.at(BEGINS_AT + mark, () => {
        start = snapshotOf(each);
      });
      return { step: () => (start === undefined ? undefined : OVER), rest: () => undefined };
    },
  });
  if (start === undefined || world.notDone.length > 0 || !isQuiet(world)) {
    throw new Error(`what was before ${name} is not at rest: ${JSON.stringify(world.notDone)}`);
  }
  return start;
};

type Seen = {
  readonly calls: Call[];
  /** What was there each time that nothing was under way. */
  readonly quiet: { readonly calls: number; readonly at: number; readonly found: AtRest }[];
  before?: { readonly doors: Doors; readonly endsAtMax: number };
  should?: AtRest;
};

type Observed = { readonly flow: Flow; readonly start: Snapshot; readonly seen: Seen };

const observer = (world: World, { flow, start, seen }: Observed): Watcher => {
  const { kernel, wire } = world.far;
  const who = begin(world, flow, start);
  seen.before = { doors: doorsOf(world), endsAtMax: endsAtMaxOf(world) };
  wire.crashAt = (call, _number, side) => {
    if (side === 'before') seen.calls.push(call);
    return false;
  };
  kernel.at(start.at + flow.doneBy, () => {
    seen.should = atRest(world);
  });
  return {
    step: () => {
      const isNew = seen.calls.length !== seen.quiet.at(-1)?.calls;
      if (isNew && isQuiet(world) && who.isDone()) {
        seen.quiet.push({ calls: seen.calls.length, at: kernel.now(), found: atRest(world) });
      }
      return undefined;
    },
    rest: () => undefined,
  };
};
