import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BillingReading } from '../../functions/ports.ts';
import { found, itemOf, NOW, PAID_UNTIL, subscription } from '../support/builders.ts';
import { ONE, type SyncWorld, syncWorld, TWO } from '../support/sync-world.ts';

const RUNS = 300;

const active = (accountsText: string) => found([subscription()], { accountsText });
const canceled = found([subscription({ status: 'canceled' })], { accountsText: ONE });
const upgraded = found([subscription({ items: [itemOf('tools')] })], { accountsText: ONE });

const STORIES: Record<string, readonly [BillingReading, ...BillingReading[]]> = {
  'granted, then canceled': [active(ONE), canceled],
  'two accounts, then one': [active(`${ONE} ${TWO}`), active(ONE)],
  'one account, then the other': [active(ONE), active(TWO)],
  'an upgrade': [active(ONE), upgraded],
  'an upgrade that is taken back': [active(ONE), upgraded, active(ONE)],
  'canceled, then bought again': [
    active(ONE),
    canceled,
    found([subscription({ status: 'canceled' }), subscription({ subscriptionId: 'sub_2' })], {
      accountsText: ONE,
    }),
  ],
};

/** Stops before and after every call, for as long as the scheduler likes. */
const stalling = (world: SyncWorld, scheduler: fc.Scheduler): void => {
  world.stores.hooks.before = (method) => scheduler.schedule(Promise.resolve(), `to ${method}`);
  world.stores.hooks.after = (method) => scheduler.schedule(Promise.resolve(), `from ${method}`);
};

const accessOf = async (world: SyncWorld) => {
  const { windows, accounts, members, projected, version, effectsDone } = await world.customer();
  expect(effectsDone).toBe(version);
  expect(projected).toStrictEqual(members);
  return {
    windows,
    accounts,
    app: await world.membersOf('acme/app'),
    tools: await world.membersOf('acme/tools'),
  };
};

/** What a single worker makes of it, one look after another. */
const alone = async (truths: readonly BillingReading[]) => {
  const world = syncWorld();
  for (const truth of truths) {
    world.truth = truth;
    await world.sync();
  }
  return accessOf(world);
};

const auditIsWhole = async (world: SyncWorld): Promise<void> => {
  const audit = await world.stores.customers.listAudit('cus_Nova');
  expect(audit.map(({ sequence }) => sequence)).toStrictEqual(audit.map((_, index) => index + 1));
  for (const [index, { before }] of audit.slice(1).entries()) {
    expect(before).toStrictEqual(audit[index]?.after);
  }
};

describe.each(Object.keys(STORIES))('workers who stall anywhere: %s', (name) => {
  const truths = STORIES[name];
  if (truths === undefined) throw new Error(`no story ${name}`);

  it('agree with Stripe in the end', async () => {
    const expected = await alone(truths);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = syncWorld();
        [world.truth] = truths;
        await world.sync();
        stalling(world, scheduler);
        // Each change of the truth has its event, handled by a worker of its own.
        const changes = async (): Promise<void> => {
          const workers = [world.sync()];
          for (const truth of truths.slice(1)) {
            await scheduler.schedule(Promise.resolve(), 'the truth changes');
            world.truth = truth;
            workers.push(world.sync());
          }
          await Promise.all(workers);
        };
        await scheduler.waitFor(changes());
        delete world.stores.hooks.before;
        delete world.stores.hooks.after;
        // The confirming read: a stale answer may be the last one written.
        world.now = NOW + 600;
        await world.sync({ because: 'due' });
        expect(await accessOf(world)).toStrictEqual(expected);
        await auditIsWhole(world);
      }),
      { numRuns: RUNS },
    );
  });
});

/** Stops whoever makes the `nth` call, until released. */
const park = (world: SyncWorld, when: 'before' | 'after', nth: number) => {
  let calls = 0;
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const parked = new Promise<'parked'>((resolve) => {
    world.stores.hooks[when] = async () => {
      calls += 1;
      if (calls !== nth) return;
      resolve('parked');
      await gate;
    };
  });
  return { parked, release: () => release() };
};

/** Parks the worker of truth `stage`, lets the others finish, and lets it go on. */
const stalled = async (
  truths: readonly BillingReading[],
  stage: number,
  where: readonly ['before' | 'after', number],
): Promise<SyncWorld | 'over'> => {
  const world = syncWorld();
  const [now, ...later] = truths.slice(stage);
  if (now === undefined) throw new Error(`no truth ${stage}`);
  for (const truth of truths.slice(0, stage)) {
    world.truth = truth;
    await world.sync();
  }
  world.truth = now;
  const { parked, release } = park(world, ...where);
  const worker = world.sync();
  if ((await Promise.race([worker, parked])) !== 'parked') return 'over';
  for (const truth of later.length === 0 ? [now] : later) {
    world.truth = truth;
    await world.sync();
  }
  release();
  await worker;
  world.now = NOW + 600;
  await world.sync({ because: 'due' });
  return world;
};

describe.each(Object.keys(STORIES))('a worker parked at every call in turn: %s', (name) => {
  const truths = STORIES[name] ?? [];

  it.each(['before', 'after'] as const)('%s the call', async (when) => {
    const expected = await alone(truths);
    for (const stage of truths.keys()) {
      const CALLS_MAX = 40;
      let nth = 0;
      let world: SyncWorld | 'over';
      do {
        nth += 1;
        world = await stalled(truths, stage, [when, nth]);
        if (world !== 'over' && world.stores.table.has('CUSTOMER#cus_Nova CUSTOMER')) {
          expect(await accessOf(world)).toStrictEqual(expected);
          await auditIsWhole(world);
        }
      } while (world !== 'over' && nth < CALLS_MAX);
      expect(nth).toBeGreaterThan(2);
      expect(nth).toBeLessThan(CALLS_MAX);
    }
  });
});

it('an account that was removed is never left a live member, even when one worker dies', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 30 }), async (scheduler, death) => {
      const world = syncWorld();
      world.truth = active(`${ONE} ${TWO}`);
      let calls = 0;
      stalling(world, scheduler);
      world.stores.hooks.after = async (method) => {
        await scheduler.schedule(Promise.resolve(), `from ${method}`);
        calls += 1;
        if (calls === death) throw new Error('crash');
      };
      const changes = async (): Promise<void> => {
        const first = world.sync();
        await scheduler.schedule(Promise.resolve(), 'the account is removed');
        world.truth = active(ONE);
        await Promise.allSettled([first, world.sync(), world.sync({ because: 'due' })]);
      };
      await scheduler.waitFor(changes());
      delete world.stores.hooks.before;
      delete world.stores.hooks.after;
      await world.sync();
      expect(await world.membersOf('acme/app')).toStrictEqual([`${ONE} ${PAID_UNTIL}`]);
      await auditIsWhole(world);
    }),
    { numRuns: RUNS },
  );
});

it('a worker who read active and stalled does not undo what was canceled meanwhile', async () => {
  const world = syncWorld();
  world.truth = active(ONE);
  await world.sync();
  world.truth = found([subscription({ items: [itemOf('tools')] })], { accountsText: ONE });
  let isFirst = true;
  world.stores.hooks.after = async (method) => {
    if (method !== 'readCustomer' || !isFirst) return;
    isFirst = false;
    world.truth = canceled;
    await world.sync();
  };
  await world.sync();
  expect((await world.customer()).windows).toStrictEqual([]);
  expect(await world.membersOf('acme/tools')).toStrictEqual([]);
});
