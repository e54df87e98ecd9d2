import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/time.ts';
import { APP, type AwsDoorWorld, awsDoor, FAR, FRIDAY, PROBE } from '../support/aws-door.ts';

const [ADA, BOB, CY, DEE] = [
  '111111111111',
  '222222222222',
  '333333333333',
  '444444444444',
] as const;
const DEAD_ROLE = 'arn:aws:iam::999999999999:role/ci';

const settled = async (...accounts: readonly string[]): Promise<AwsDoorWorld> => {
  const world = awsDoor();
  for (const account of accounts) await world.admit(account, FAR);
  await world.settle();
  world.moveTo(FRIDAY + DAY);
  world.forgetCalls();
  world.counted.length = 0;
  return world;
};

describe('what ECR may do with what we write', () => {
  it.each(['ids', 'shuffled'] as const)('reading back as %s is no difference', async (form) => {
    const world = await settled(ADA, BOB);
    world.ecr.readBackAs = form;
    await world.admit(CY, FAR);
    await world.settle();
    world.forgetCalls();
    await world.settle();

    expect(world.ecr.calls).toEqual([`findPolicy ${APP}`]);
    expect(world.metrics('DriftFound')).toEqual([]);
    expect((await world.record()).applied).toEqual([ADA, BOB, CY]);
  });

  it('a write that is lost is an error, and the next run writes again', async () => {
    const world = await settled(ADA, BOB);
    await world.admit(BOB, 0);
    world.ecr.nextWrite = 'is_lost';

    await expect(world.apply()).rejects.toThrow(
      'the policy of acme/app does not read back as it was written',
    );
    expect((await world.record()).applied).toEqual([ADA, BOB]);
    await world.settle();
    expect(world.allowed()).toEqual([ADA]);
  });

  it('a write that lands late, over a newer one, is mended by the next run', async () => {
    const world = await settled(ADA, BOB);
    await world.admit(CY, FAR);
    world.ecr.hooks.before = (method, [repository]) => {
      if (method === 'setPolicy' && repository === APP) world.ecr.nextWrite = 'lands_late';
    };
    await expect(world.apply()).rejects.toThrow('does not read back');
    delete world.ecr.hooks.before;
    await world.admit(BOB, 0);
    await world.settle();
    expect(world.allowed()).toEqual([ADA, CY]);
    world.ecr.landLate();
    expect(world.allowed()).toEqual([ADA, BOB, CY]);
    world.moveTo(world.now() + 300);
    await world.settle();

    expect(world.allowed()).toEqual([ADA, CY]);
  });

  it('two applies at once: both end, one note is lost, and the next run finds all in order', async () => {
    const world = await settled(ADA, BOB);
    await world.admit(BOB, 0);
    const outcomes = await Promise.all([world.apply(), world.apply()]);

    expect(outcomes).toEqual([{ kind: 'done' }, { kind: 'done' }]);
    expect(world.logged).toContain('somebody else applied this policy meanwhile');
    expect(world.allowed()).toEqual([ADA]);
    world.forgetCalls();
    await world.settle();
    expect(world.ecr.calls).toEqual([`findPolicy ${APP}`]);
  });
});

describe('a crash', () => {
  it('between the write and the note: the next run only notes', async () => {
    const world = await settled(ADA, BOB);
    await world.admit(CY, FAR);
    world.stores.hooks.before = (method) => {
      if (method === 'savePolicy') throw new Error('crash');
    };
    await expect(world.apply()).rejects.toThrow('crash');
    delete world.stores.hooks.before;
    world.moveTo(FRIDAY + DAY + 90);
    world.forgetCalls();
    await world.settle();

    expect(world.ecr.calls).toEqual([`findPolicy ${APP}`]);
    expect(world.stores.calls).toEqual({ readRepository: 1, savePolicy: 1 });
    expect(await world.record()).toMatchObject({
      applied: [ADA, BOB, CY],
      appliedAt: FRIDAY + DAY + 90,
    });
    expect(world.metrics('DriftFound')).toEqual([]);
  });

  type Case = {
    readonly paying: readonly string[];
    readonly after: readonly string[];
    readonly prepare: () => Promise<AwsDoorWorld>;
  };

  /** A throttle, a time-out or a crash at the k-th call, before or after it took effect; `paying` are watched meanwhile. */
  const crashAt = (
    world: AwsDoorWorld,
    paying: readonly string[],
    { k, side }: { readonly k: number; readonly side: 'before' | 'after' },
  ) => {
    let calls = 0;
    const crash = () => {
      calls += 1;
      if (calls === k) throw new Error(`crash ${side} call ${k}`);
    };
    const look = () => {
      expect(world.allowed()).toEqual(expect.arrayContaining([...paying]));
    };
    for (const hooks of [world.ecr.hooks, world.stores.hooks]) {
      hooks.before = side === 'before' ? crash : look;
      hooks.after = () => {
        look();
        if (side === 'after') crash();
      };
    }
  };

  const cases: readonly (readonly [string, Case])[] = [
    [
      'a plain change',
      {
        paying: [ADA],
        after: [ADA],
        prepare: async () => {
          const world = await settled(ADA, BOB);
          await world.admit(BOB, 0);
          return world;
        },
      },
    ],
    [
      'new accounts, one of them dead, and a revocation',
      {
        paying: [ADA],
        after: [ADA, CY],
        prepare: async () => {
          const world = await settled(ADA, BOB);
          world.ecr.dead.add(DEE);
          await world.admit(BOB, 0);
          for (const account of [CY, DEE]) await world.admit(account, FAR);
          return world;
        },
      },
    ],
    [
      'an applied account and a vendor’s role dead, and a revocation',
      {
        paying: [ADA, CY],
        after: [ADA, CY],
        prepare: async () => {
          const world = awsDoor();
          const vendors = {
            Effect: 'Allow',
            Principal: { AWS: DEAD_ROLE },
            Action: 'ecr:PutImage',
          };
          world.ecr.stored.set(APP, JSON.stringify({ Statement: [vendors] }));
          for (const account of [ADA, BOB, CY, DEE]) await world.admit(account, FAR);
          await world.settle();
          world.moveTo(FRIDAY + DAY);
          world.ecr.dead.add(BOB).add(DEAD_ROLE);
          await world.admit(DEE, 0);
          return world;
        },
      },
    ],
    [
      'the end of the last member',
      {
        paying: [],
        after: [],
        prepare: async () => {
          const world = await settled(ADA);
          await world.admit(ADA, 0);
          return world;
        },
      },
    ],
  ];

  const CALLS_MAX = 40;

  it.each(cases)(
    'at any call of %s: nobody paying is absent, and the next run converges',
    async (_name, { paying, after, prepare }) => {
      let crashes = 0;
      for (const side of ['before', 'after'] as const) {
        for (let k = 1; k <= CALLS_MAX; k += 1) {
          const world = await prepare();
          crashAt(world, paying, { k, side });
          const crashed = await world.settle().then(
            () => 'no crash',
            (cause: Error) => cause.message,
          );
          if (crashed === 'no crash') break;
          crashes += 1;
          expect(crashed).toBe(`crash ${side} call ${k}`);
          crashAt(world, paying, { k: 0, side });
          world.moveTo(world.now() + 30);
          await world.settle();

          expect(world.allowed()).toEqual([...after]);
          expect((await world.record()).applied).toEqual([...after]);
          world.forgetCalls();
          await world.settle();
          expect(world.ecr.calls).toEqual([`findPolicy ${APP}`]);
        }
      }

      expect(crashes).toBeGreaterThanOrEqual(8);
    },
  );

  it('of a trial leaves the product as it was', async () => {
    const world = await settled(ADA);
    await world.admit(BOB, FAR);
    world.ecr.hooks.before = (method, [repository]) => {
      if (method === 'setPolicy' && repository === PROBE) throw new Error('ThrottleException');
    };

    await expect(world.apply()).rejects.toThrow('ThrottleException');
    expect(world.sets()).toBe(0);
    expect(world.allowed()).toEqual([ADA]);
  });
});

describe('whatever happens', () => {
  const accounts = [ADA, BOB, CY, DEE] as const;
  const act = fc.oneof(
    fc.record({
      kind: fc.constant('admit' as const),
      account: fc.constantFrom(...accounts),
      days: fc.integer({ min: 0, max: 30 }),
    }),
    fc.record({ kind: fc.constant('kill' as const), account: fc.constantFrom(...accounts) }),
    fc.record({ kind: fc.constant('revive' as const), account: fc.constantFrom(...accounts) }),
    fc.record({
      kind: fc.constant('wait' as const),
      seconds: fc.integer({ min: 1, max: 3 * DAY }),
    }),
    fc.record({ kind: fc.constant('edit' as const), text: fc.constantFrom('', ADA, CY) }),
    fc.record({ kind: fc.constant('crash' as const), k: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ kind: fc.constant('lose' as const) }),
    fc.record({ kind: fc.constant('apply' as const) }),
  );

  it('once faults end, the policy is the living members’, no more and no less', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
        const world = awsDoor();
        const untils = new Map<string, number>();
        const attempt = async () => {
          try {
            await world.apply();
          } catch (cause) {
            expect(cause).toBeInstanceOf(Error);
          }
        };
        for (const step of acts) {
          if (step.kind === 'admit') {
            const until = step.days === 0 ? 0 : world.now() + step.days * DAY;
            untils.set(step.account, until);
            await world.admit(step.account, until);
          }
          if (step.kind === 'kill') world.ecr.dead.add(step.account);
          if (step.kind === 'revive') world.ecr.dead.delete(step.account);
          if (step.kind === 'wait') world.moveTo(world.now() + step.seconds);
          if (step.kind === 'lose') world.ecr.nextWrite = 'is_lost';
          if (step.kind === 'edit') {
            const text = world.ecr.stored.get(APP)?.replace(BOB, step.text || BOB);
            if (text === undefined || step.text === '') world.ecr.stored.delete(APP);
            else world.ecr.stored.set(APP, text);
          }
          if (step.kind === 'crash') {
            let calls = 0;
            world.ecr.hooks.before = () => {
              calls += 1;
              if (calls === step.k) throw new Error('crash');
            };
            await attempt();
            delete world.ecr.hooks.before;
          }
          if (step.kind === 'apply') await attempt();
        }
        world.ecr.nextWrite = 'lands';
        world.moveTo(world.now() + 2 * DAY);
        await world.settle();
        await world.settle();

        const living = accounts.filter(
          (account) => (untils.get(account) ?? 0) > world.now() && !world.ecr.dead.has(account),
        );
        const entitled = accounts.filter((account) => (untils.get(account) ?? 0) > world.now());
        expect(world.allowed()).toEqual(expect.arrayContaining(living));
        expect(entitled).toEqual(expect.arrayContaining([...world.allowed()]));
      }),
      { numRuns: 200 },
    );
  });
});
