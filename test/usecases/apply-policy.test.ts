import { describe, expect, it } from 'vitest';
import { POLICY_SIZE_MAX } from '../../functions/core/policy-document.ts';
import { DAY, MINUTE } from '../../functions/core/time.ts';
import {
  APP,
  accountOf,
  accountsOf,
  at,
  awsDoor,
  catalogOf,
  FAR,
  FRIDAY,
  PROBE,
} from '../support/aws-door.ts';

const [ADA, BOB, CY] = ['111111111111', '222222222222', '333333333333'] as const;

/** A repository that Ada and Bob may pull from, some time ago. */
const settled = async (catalog = catalogOf()) => {
  const world = awsDoor(catalog);
  await world.admit(ADA, FAR);
  await world.admit(BOB, FAR);
  await world.settle();
  world.moveTo(FRIDAY + DAY);
  world.forgetCalls();
  world.counted.length = 0;
  world.logged.length = 0;
  return world;
};

describe('what an apply costs', () => {
  it('nothing to do: one query and one read of the policy', async () => {
    const world = await settled();

    expect(await world.apply()).toEqual({ kind: 'done' });
    expect(world.ecr.calls).toEqual([`findPolicy ${APP}`]);
    expect(world.stores.calls).toEqual({ readRepository: 1 });
    expect(world.counted).toEqual([]);
  });

  it('nothing to do where nothing was ever applied: the same, and no item', async () => {
    const world = awsDoor();

    expect(await world.apply()).toEqual({ kind: 'done' });
    expect(world.ecr.calls).toEqual([`findPolicy ${APP}`]);
    expect(world.stores.calls).toEqual({ readRepository: 1 });
  });

  it('a change: one write, one read-back and one note more', async () => {
    const world = await settled();
    await world.admit(BOB, 0);
    world.forgetCalls();

    expect(await world.apply()).toEqual({ kind: 'done' });
    expect(world.ecr.calls).toEqual([`findPolicy ${APP}`, `setPolicy ${APP}`, `findPolicy ${APP}`]);
    expect(world.stores.calls).toEqual({ readRepository: 1, savePolicy: 1 });
    expect(world.allowed()).toEqual([ADA]);
  });

  it('any number of new accounts: one trial on the probe repository more', async () => {
    const world = awsDoor();
    for (const account of accountsOf(50)) await world.admit(account, FAR);

    expect(await world.apply()).toEqual({ kind: 'done' });
    expect(world.ecr.calls).toEqual([
      `findPolicy ${APP}`,
      `setPolicy ${PROBE}`,
      `setPolicy ${APP}`,
      `findPolicy ${APP}`,
    ]);
    expect(world.allowed()).toEqual(accountsOf(50));
  });

  it('the trial ends by itself, and lets in nobody but those who are tried', async () => {
    const world = await settled();
    await world.admit(CY, FAR);
    await world.apply();

    expect(JSON.parse(world.ecr.stored.get(PROBE) ?? '')).toMatchObject({
      Statement: [
        {
          Principal: { AWS: ['arn:aws:iam::333333333333:root'] },
          Condition: { DateLessThan: { 'aws:CurrentTime': '2026-11-22T00:00:00Z' } },
        },
      ],
    });
  });

  it('1,000 changes before the first apply: one write', async () => {
    const world = awsDoor();
    for (let change = 0; change < 1_000; change += 1) {
      await world.admit(accountOf(change % 125), change % 7 === 0 ? 0 : FAR + change);
    }

    await world.settle();

    expect(world.sets()).toBe(1);
    expect(world.allowed().length).toBeGreaterThan(100);
  });

  it('1,000 changes after the first apply, ends of access only: one write', async () => {
    const world = awsDoor();
    for (const account of accountsOf(200)) await world.admit(account, FAR);
    await world.settle();
    world.moveTo(FRIDAY + DAY);
    world.forgetCalls();
    for (let change = 0; change < 1_000; change += 1) {
      await world.admit(accountOf(change % 200), change < 900 ? FAR : 0);
    }

    await world.settle();

    expect(world.sets()).toBe(1);
    expect(world.allowed()).toEqual(accountsOf(100));
  });

  it('1,000 changes spread over 10 minutes: at most one write in 30 seconds', async () => {
    const world = awsDoor();
    const writtenAt: number[] = [];
    world.ecr.hooks.after = (method, [repository]) => {
      if (method === 'setPolicy' && repository === APP) writtenAt.push(world.now());
    };
    let dueAt = FRIDAY;
    for (let change = 0; change < 1_000; change += 1) {
      world.moveTo(FRIDAY + Math.floor((change * 600) / 1_000));
      await world.admit(accountOf((change * 37) % 150), change % 11 === 0 ? 0 : FAR);
      if (world.now() >= dueAt) {
        const outcome = await world.apply();
        dueAt = outcome.kind === 'deferred' ? outcome.untilAt : world.now();
      }
    }
    await world.settle();

    const gaps = writtenAt.slice(1).map((time, index) => time - (writtenAt[index] ?? 0));
    const { members } = await world.stores.members.readRepository(APP);
    const entitled = members.filter(({ until }) => until > 0).map(({ account }) => account);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30);
    expect(writtenAt.length).toBeLessThanOrEqual(22);
    expect(writtenAt.length).toBeGreaterThan(5);
    expect(world.allowed()).toEqual([...new Set(entitled)].sort());
  });

  it('a second change within 30 seconds waits, and costs nothing meanwhile', async () => {
    const world = await settled();
    await world.admit(BOB, 0);
    await world.apply();
    await world.admit(ADA, 0);
    world.moveTo(FRIDAY + DAY + 29);
    world.forgetCalls();

    expect(await world.apply()).toEqual({ kind: 'deferred', untilAt: FRIDAY + DAY + 30 });
    expect(world.ecr.calls).toEqual([`findPolicy ${APP}`]);
    world.moveTo(FRIDAY + DAY + 30);
    expect(await world.apply()).toEqual({ kind: 'done' });
    expect(world.ecr.stored.has(APP)).toBe(false);
  });
});

describe('opening and closing', () => {
  it('an account of two customers stays while one of them is entitled', async () => {
    const world = await settled();
    await world.admit(ADA, FRIDAY + 3 * DAY, 'cus_other');
    await world.admit(ADA, 0);
    await world.settle();

    expect(world.allowed()).toEqual([ADA, BOB]);
  });

  it('an end that comes closes the door without anybody writing', async () => {
    const world = awsDoor();
    await world.admit(ADA, FRIDAY + 60);
    await world.settle();
    world.moveTo(at('2026-11-20T23:59:59Z'));
    expect(world.allowed()).toEqual([ADA]);
    world.moveTo(at('2026-11-21T00:00:00Z'));

    expect(world.allowed()).toEqual([]);
  });

  it('a control plane dead for 10 days closes the door; the first sweep opens it again', async () => {
    const world = await settled();
    world.moveTo(at('2026-11-30T00:00:00Z'));
    expect(world.allowed()).toEqual([]);
    await world.settle();

    expect(world.allowed()).toEqual([ADA, BOB]);
  });

  it('the lease is extended on Monday, by one write', async () => {
    const world = await settled();
    world.moveTo(at('2026-11-23T00:00:00Z'));
    await world.settle();
    expect(world.sets()).toBe(0);
    world.moveTo(at('2026-11-23T00:05:00Z'));
    await world.settle();
    await world.settle();

    expect(world.sets()).toBe(1);
    world.moveTo(at('2026-12-06T23:59:59Z'));
    expect(world.allowed()).toEqual([ADA, BOB]);
  });

  it('the last member’s end deletes the policy, and it is read back', async () => {
    const world = await settled();
    await world.admit(ADA, 0);
    await world.admit(BOB, 0);
    world.forgetCalls();
    await world.settle();

    expect(world.ecr.calls).toEqual([
      `findPolicy ${APP}`,
      `deletePolicy ${APP}`,
      `findPolicy ${APP}`,
    ]);
    expect(await world.record()).toMatchObject({ applied: [], size: 0, appliedAt: FRIDAY + DAY });
  });

  it('an offer that lets customers fill their cache changes the actions', async () => {
    const world = awsDoor(catalogOf('pull_and_cache'));
    await world.admit(ADA, FAR);
    await world.settle();

    expect(world.ecr.stored.get(APP)).toContain('ecr:BatchImportUpstreamImage');
  });

  it('revocations are written first, and new accounts 30 seconds later', async () => {
    const world = await settled();
    await world.admit(BOB, 0);
    await world.admit(CY, FAR);

    expect(await world.apply()).toEqual({ kind: 'deferred', untilAt: FRIDAY + DAY + 30 });
    expect(world.allowed()).toEqual([ADA]);
    expect(world.sets(PROBE)).toBe(0);
    await world.settle();
    expect(world.allowed()).toEqual([ADA, CY]);
  });

  it('a repository that does not exist is a metric, and disturbs nobody', async () => {
    const world = await settled();
    const before = world.ecr.stored.get(APP);

    expect(await world.apply('acme/missing')).toEqual({ kind: 'done' });
    expect(world.metrics('RepositoryMissing')).toEqual([
      { metric: 'RepositoryMissing', fields: { repository: 'acme/missing' } },
    ]);
    expect(world.ecr.stored.get(APP)).toBe(before);
  });
});

describe('a policy that somebody edited', () => {
  const edit = (world: Awaited<ReturnType<typeof settled>>, from: string, to: string) =>
    world.ecr.stored.set(APP, (world.ecr.stored.get(APP) ?? '').replace(from, to));

  it('is put right and counted, with its cause', async () => {
    const world = await settled();
    edit(world, BOB, CY);
    await world.settle();

    const fields = { what: 'policy', repository: APP, cause: 'edited outside Wharfage' };
    expect(world.metrics('DriftFound')).toEqual([{ metric: 'DriftFound', fields }]);
    expect(world.metrics('DriftRepeated')).toEqual([]);
    expect(world.allowed()).toEqual([ADA, BOB]);
    expect(await world.record()).toMatchObject({ driftAt: FRIDAY + DAY, applied: [ADA, BOB] });
  });

  it.each([
    [2 * DAY - MINUTE, 1],
    [2 * DAY, 0],
  ])('again %i seconds later: %i repetition', async (later, repetitions) => {
    const world = await settled();
    edit(world, BOB, CY);
    await world.settle();
    world.moveTo(FRIDAY + DAY + later);
    await world.settle();
    world.counted.length = 0;
    edit(world, ADA, CY);
    await world.settle();

    expect(world.metrics('DriftFound')).toHaveLength(1);
    expect(world.metrics('DriftRepeated')).toHaveLength(repetitions);
  });

  it('is written again when it was deleted', async () => {
    const world = await settled();
    world.ecr.stored.delete(APP);
    await world.settle();

    expect(world.allowed()).toEqual([ADA, BOB]);
    expect(world.metrics('DriftFound')).toHaveLength(1);
  });

  it('loses the date that was taken out of a statement only until the next sweep', async () => {
    const world = await settled();
    edit(world, ',"Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11-30T00:00:00Z"}}', '');
    await world.settle();

    expect(world.ecr.stored.get(APP)).toContain('2026-11-30T00:00:00Z');
  });

  it.each(['not JSON', '{"Statement":["what?"]}'])(
    'and that cannot be read is left as it is: %s',
    async (text) => {
      const world = await settled();
      world.ecr.stored.set(APP, text);

      await expect(world.apply()).rejects.toThrow(
        'the policy of repository acme/app is not a list of statements in JSON',
      );
      expect(world.ecr.stored.get(APP)).toBe(text);
    },
  );

  it('a change of ours is no drift', async () => {
    const world = await settled();
    await world.admit(CY, FAR);
    await world.settle();
    world.moveTo(FRIDAY + 5 * DAY);
    await world.settle();

    expect(world.metrics('DriftFound')).toEqual([]);
  });
});

describe('the vendor’s own statements', () => {
  const build = {
    Sid: 'CodeBuild',
    Effect: 'Allow',
    Principal: { Service: 'codebuild.amazonaws.com', AWS: 'arn:aws:iam::999999999999:role/ci' },
    Action: ['ecr:PutImage', 'ecr:BatchGetImage'],
  };
  const nameless = { Effect: 'Deny', Principal: '*', Action: 'ecr:DeleteRepository' };
  const vendors = { Version: '2008-10-17', Id: 'vendor-1', Statement: [build, nameless] };

  it('are kept to the letter beside ours, with their header, and noted', async () => {
    const world = awsDoor();
    world.ecr.stored.set(APP, JSON.stringify(vendors));
    await world.admit(ADA, FAR);
    await world.settle();

    const { Statement: statements, ...header } = JSON.parse(world.ecr.stored.get(APP) ?? '');
    expect(header).toEqual({ Version: '2008-10-17', Id: 'vendor-1' });
    expect(statements.slice(0, 2)).toEqual([build, nameless]);
    expect(world.allowed()).toEqual([ADA]);
    expect((await world.record()).foreign.map((text) => JSON.parse(text))).toEqual([
      build,
      nameless,
    ]);
  });

  it('stay when our last member goes', async () => {
    const world = awsDoor();
    world.ecr.stored.set(APP, JSON.stringify(vendors));
    await world.admit(ADA, FAR);
    await world.settle();
    world.moveTo(FRIDAY + DAY);
    await world.admit(ADA, 0);
    await world.settle();

    expect(JSON.parse(world.ecr.stored.get(APP) ?? '')).toEqual(vendors);
  });

  it('a change of theirs is noted without a write', async () => {
    const world = await settled();
    const live = JSON.parse(world.ecr.stored.get(APP) ?? '');
    world.ecr.stored.set(
      APP,
      JSON.stringify({ ...live, Statement: [...live.Statement, nameless] }),
    );

    await world.settle();
    expect(world.sets()).toBe(0);
    expect((await world.record()).foreign).toEqual([JSON.stringify(nameless)]);
    expect((await world.record()).appliedAt).toBe(FRIDAY);
    expect(world.metrics('DriftFound')).toEqual([]);
  });

  it('of another stage share the repository', async () => {
    const world = await settled();
    const live = JSON.parse(world.ecr.stored.get(APP) ?? '');
    const theirs = { ...live.Statement[0], Sid: 'WharfagestagingLease20261130' };
    world.ecr.stored.set(APP, JSON.stringify({ ...live, Statement: [...live.Statement, theirs] }));
    await world.admit(BOB, 0);
    await world.settle();

    expect(world.allowed()).toEqual([ADA]);
    expect(world.vendorsStatements()).toEqual([theirs]);
  });
});

describe('a full policy', () => {
  const full = async (room: number) => {
    const world = awsDoor();
    const empty = JSON.stringify({ Statement: [{ Sid: '', Principal: '*' }] }).length;
    const Statement = [{ Sid: 'x'.repeat(POLICY_SIZE_MAX - empty - room), Principal: '*' }];
    world.ecr.stored.set(APP, JSON.stringify({ Statement }));
    return world;
  };
  const LEASE_OF_TWO = 307;

  it.each([
    [1, 10_239, [ADA, BOB], []],
    [0, 10_240, [ADA, BOB], []],
    [-1, 10_208, [ADA], [BOB]],
  ])('with %i characters to spare holds %i', async (spare, size, allowed, overflow) => {
    const world = await full(LEASE_OF_TWO + spare);
    await world.admit(ADA, FAR);
    await world.admit(BOB, FAR);
    await world.settle();

    expect(world.ecr.stored.get(APP)).toHaveLength(size);
    expect(world.allowed()).toEqual(allowed);
    expect(await world.record()).toMatchObject({ applied: allowed, overflow, size });
    expect(world.metrics('PolicyOverflow').map(({ fields, value }) => [fields, value])).toEqual(
      overflow.length === 0 ? [] : [[{ repository: APP, accounts: [BOB] }, 1]],
    );
  });

  it('removes nobody, says so at every run, and lets in who waited when there is room', async () => {
    const world = await full(LEASE_OF_TWO);
    for (const account of [BOB, CY]) await world.admit(account, FAR);
    await world.settle();
    world.moveTo(FRIDAY + DAY);
    await world.admit(ADA, FAR);
    await world.settle();
    expect(world.allowed()).toEqual([BOB, CY]);
    world.forgetCalls();
    world.counted.length = 0;

    await world.settle();
    expect(world.ecr.calls).toEqual([`findPolicy ${APP}`]);
    expect(world.stores.calls).toEqual({ readRepository: 1 });
    expect(world.metrics('PolicyOverflow')).toHaveLength(1);
    expect(world.metrics('PolicyUsedPercent')).toMatchObject([{ value: 100 }]);

    await world.admit(CY, 0);
    await world.settle();
    expect(world.allowed()).toEqual([ADA, BOB]);
    expect((await world.record()).overflow).toEqual([]);
  });

  it('its use in percent is counted when it was written or is above 80', async () => {
    const world = await settled();
    await world.admit(BOB, 0);
    await world.settle();
    expect(world.metrics('PolicyUsedPercent')).toEqual([
      { metric: 'PolicyUsedPercent', fields: { repository: APP }, value: 4 },
    ]);
    await world.settle();

    expect(world.metrics('PolicyUsedPercent')).toHaveLength(1);
  });
});
