import type { Act, Plan } from './plan/plan.ts';
import { doCustomerAct } from './system/customer-acts.ts';
import { doOperatorAct } from './system/operator-acts.ts';
import { carryNews, doAwsAct, doVendorAct } from './system/outside-acts.ts';
import { startTicks } from './system/ticks.ts';
import { doStripeAct } from './world/stripe-acts.ts';
import { type World, worldOf } from './world/world.ts';

export type Watcher = {
  /** After each thing that happened; a text says what is wrong, and the run ends. */
  step(world: World): string | undefined;
  /** When everything is calm and has had its time. */
  rest(world: World): string | undefined;
};

export type Ran = {
  readonly world: World;
  /** What a watcher found; undefined: nothing. */
  readonly wrong: string | undefined;
  readonly calls: number;
};

export type RunOptions = {
  readonly watch?: (world: World) => Watcher;
  /** Leaves out the looks that could find nothing. */
  readonly jumps?: boolean;
};

/** Long enough for the daily lists to have looked once more. */
const CALM_SECONDS = 26 * 3_600;

/** Lives through a plan and the calm after it. */
export const runPlan = async (
  plan: Plan,
  { watch = () => UNWATCHED, jumps = true }: RunOptions = {},
): Promise<Ran> => {
  const world = worldOf(plan);
  const { kernel, wire } = world.far;
  const watcher = watch(world);
  let wrong: string | undefined;
  kernel.watch(() => {
    wrong ??= watcher.step(world);
  });
  carryNews(world);
  startTicks(world, jumps);
  for (const { at, act } of plan.acts) {
    kernel.at(plan.startsAt + at, () => perform(world, act));
  }
  const end = plan.startsAt + plan.seconds + CALM_SECONDS;
  await kernel.run(end, () => wrong !== undefined);
  wrong ??= watcher.rest(world);
  return { world, wrong, calls: wire.calls() };
};

const UNWATCHED: Watcher = { step: () => undefined, rest: () => undefined };

const perform = (world: World, act: Act): void => {
  const { far, notDone } = world;
  const failed = (because: string): void => {
    notDone.push({ at: far.kernel.now(), act: act.does, because });
  };
  noteAct(world, act);
  switch (act.who) {
    case 'stripe': {
      const obstacle = doStripeAct(far.stripe, world.names, act, Math.floor(far.kernel.now()));
      if (obstacle !== undefined) failed(obstacle);
      return;
    }
    case 'aws':
      doAwsAct(world, act);
      return;
    default: {
      const asText = (error: unknown) =>
        failed(error instanceof Error ? error.message : String(error));
      asyncActOf(world, act).catch(asText);
    }
  }
};

const IMAGE_ACTS: readonly Act['does'][] = ['push', 'delete_image', 'untag'];

/** Customers change nothing but what they write, and Stripe says itself when it changes. */
const noteAct = (world: World, { who, does }: Act): void => {
  const now = world.far.kernel.now();
  if (who === 'customer' || who === 'stripe') return;
  if (who === 'vendor') world.imagesChangedAt = now;
  if (!IMAGE_ACTS.includes(does)) world.changedAt = now;
};

const asyncActOf = (
  world: World,
  act: Extract<Act, { readonly who: 'operator' | 'vendor' | 'customer' }>,
): Promise<void> => {
  if (act.who === 'operator') return doOperatorAct(world, act);
  return act.who === 'vendor' ? doVendorAct(world, act) : doCustomerAct(world, act);
};
