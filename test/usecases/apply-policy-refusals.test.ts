import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/time.ts';
import {
  APP,
  type AwsDoorWorld,
  accountOf,
  accountsOf,
  awsDoor,
  FAR,
  FRIDAY,
  PROBE,
} from '../support/aws-door.ts';

const [ADA, BOB, CY, DEE] = [
  '111111111111',
  '222222222222',
  '333333333333',
  '444444444444',
] as const;

const withMembers = async (...accounts: readonly string[]): Promise<AwsDoorWorld> => {
  const world = awsDoor();
  for (const account of accounts) await world.admit(account, FAR);
  return world;
};

/** As `withMembers`, applied a day ago. */
const settled = async (...accounts: readonly string[]): Promise<AwsDoorWorld> => {
  const world = await withMembers(...accounts);
  await world.settle();
  world.moveTo(FRIDAY + DAY);
  world.forgetCalls();
  world.counted.length = 0;
  return world;
};

/** Fails the test if anybody in `accounts` is ever outside the product's policy. */
const watch = (world: AwsDoorWorld, accounts: readonly string[]): void => {
  world.ecr.hooks.after = (_method, [repository]) => {
    if (repository === APP) expect(world.allowed()).toEqual(expect.arrayContaining([...accounts]));
  };
};

describe('a new account that ECR does not know', () => {
  it('never reaches the product: it is quarantined and counted, and the others get in', async () => {
    const world = await settled(ADA);
    world.ecr.dead.add(BOB);
    for (const account of [BOB, CY]) await world.admit(account, FAR);
    world.ecr.hooks.before = (method, [repository, text]) => {
      if (method === 'setPolicy' && repository === APP) expect(text).not.toContain(BOB);
    };
    await world.settle();

    expect(world.sets()).toBe(1);
    expect(world.allowed()).toEqual([ADA, CY]);
    expect(await world.record()).toMatchObject({
      applied: [ADA, CY],
      quarantined: { [BOB]: { since: FRIDAY + DAY, triedAt: FRIDAY + DAY } },
    });
    expect(world.metrics('AccountQuarantined')).toEqual([
      { metric: 'AccountQuarantined', fields: { repository: APP, account: BOB } },
    ]);
  });

  it('alone costs no write of the product, and nothing more until the day is over', async () => {
    const world = await settled(ADA);
    world.ecr.dead.add(BOB);
    await world.admit(BOB, FAR);
    await world.settle();
    expect(world.ecr.calls).toEqual([`findPolicy ${APP}`, `setPolicy ${PROBE}`]);
    world.moveTo(FRIDAY + 2 * DAY - 1);
    world.forgetCalls();
    await world.settle();

    expect(world.ecr.calls).toEqual([`findPolicy ${APP}`]);
    expect(world.stores.calls).toEqual({ readRepository: 1 });
    expect(world.metrics('AccountQuarantined')).toHaveLength(1);
  });

  it('is tried again daily, comes in when it works, and the quarantine is over', async () => {
    const world = await settled(ADA);
    world.ecr.dead.add(BOB);
    await world.admit(BOB, FAR);
    await world.settle();
    world.moveTo(FRIDAY + 2 * DAY);
    await world.settle();
    expect((await world.record()).quarantined).toEqual({
      [BOB]: { since: FRIDAY + DAY, triedAt: FRIDAY + 2 * DAY },
    });
    expect(world.metrics('AccountQuarantined')).toHaveLength(2);

    world.ecr.dead.clear();
    world.moveTo(FRIDAY + 3 * DAY);
    await world.settle();
    expect(world.allowed()).toEqual([ADA, BOB]);
    expect((await world.record()).quarantined).toEqual({});
  });

  it('is forgotten when its customer is not entitled any more', async () => {
    const world = await settled(ADA);
    world.ecr.dead.add(BOB);
    await world.admit(BOB, FAR);
    await world.settle();
    await world.admit(BOB, 0);
    await world.settle();

    expect((await world.record()).quarantined).toEqual({});
  });

  it('never delays a revocation, nor an end that was moved', async () => {
    const world = await settled(ADA, BOB);
    world.ecr.dead.add(CY);
    await world.admit(BOB, 0);
    await world.admit(CY, FAR);
    await world.apply();

    expect(world.allowed()).toEqual([ADA]);
    expect(world.ecr.calls[1]).toBe(`setPolicy ${APP}`);
  });

  it('among 200 good ones costs at most 2 log2 n trials', async () => {
    const world = await withMembers(...accountsOf(200));
    world.ecr.dead.add(accountOf(137));
    await world.settle();

    expect(world.allowed()).toHaveLength(199);
    expect(world.sets(PROBE)).toBeLessThanOrEqual(17);
    expect(world.sets()).toBe(1);
  });

  it('one of very many: each run tries 60 times, notes what it found, and goes on', async () => {
    const world = await withMembers(...accountsOf(200));
    for (const account of accountsOf(200).filter((_, index) => index % 4 === 0)) {
      world.ecr.dead.add(account);
    }
    let trials = 0;
    let runs = 0;
    for (let isDone = false; !isDone; runs += 1) {
      world.forgetCalls();
      const outcome = await world.apply();
      expect(world.sets(PROBE)).toBeLessThanOrEqual(60);
      expect(world.sets()).toBeLessThanOrEqual(1);
      trials += world.sets(PROBE);
      isDone = outcome.kind === 'done';
      if (outcome.kind === 'deferred') world.moveTo(outcome.untilAt);
    }

    expect(runs).toBeGreaterThan(1);
    expect(trials).toBeGreaterThan(60);
    expect(world.allowed()).toHaveLength(150);
    expect(Object.keys((await world.record()).quarantined)).toHaveLength(50);
  });
});

describe('an account in the policy that ECR does not know any more', () => {
  it('is found on the probe repository, while everybody else stays in the product', async () => {
    const world = await settled(ADA, BOB, CY, DEE);
    world.ecr.dead.add(BOB);
    await world.admit(DEE, 0);
    watch(world, [ADA, CY]);
    expect(await world.apply()).toEqual({ kind: 'done' });

    expect(world.allowed()).toEqual([ADA, CY]);
    expect(world.sets()).toBe(2);
    expect(world.metrics('AccountQuarantined')).toHaveLength(1);
    expect(await world.record()).toMatchObject({
      applied: [ADA, CY],
      quarantined: { [BOB]: { since: FRIDAY + DAY, triedAt: FRIDAY + DAY } },
    });
  });

  it('takes nobody else along if it was the only one left', async () => {
    const world = await settled(ADA, BOB);
    world.ecr.dead.add(ADA);
    await world.admit(BOB, 0);
    await world.settle();

    expect(world.ecr.stored.has(APP)).toBe(false);
    expect((await world.record()).applied).toEqual([]);
  });

  it('so many that one run does not find them: the product keeps its policy until all are found', async () => {
    const accounts = accountsOf(200);
    const world = await settled(...accounts);
    const before = world.ecr.stored.get(APP);
    for (const account of accounts.filter((_, index) => index % 4 === 0))
      world.ecr.dead.add(account);
    await world.admit(accountOf(1), 0);
    watch(
      world,
      accounts.filter((_, index) => index % 4 !== 0 && index !== 1),
    );

    expect(await world.apply()).toEqual({ kind: 'deferred', untilAt: FRIDAY + DAY + 30 });
    expect(world.ecr.stored.get(APP)).toBe(before);
    expect(Object.keys((await world.record()).quarantined).length).toBeGreaterThan(3);
    expect((await world.record()).applied).toHaveLength(200);
    await world.settle();
    expect(world.allowed()).toHaveLength(149);
  });

  it('all of them, more than three, is ECR’s failure: nobody is removed', async () => {
    const world = await settled(ADA, BOB, CY, DEE, '555555555555');
    for (const account of [ADA, BOB, CY, DEE, '555555555555']) world.ecr.dead.add(account);
    await world.admit('555555555555', 0);

    await expect(world.apply()).rejects.toThrow(
      'ECR finds none of the 4 accounts of acme/app that were tried: nobody is removed on such an answer',
    );
    expect(world.allowed()).toContain(ADA);
  });

  it('three, and they are all: they are believed', async () => {
    const world = await settled(ADA, BOB, CY, DEE);
    for (const account of [ADA, BOB, CY]) world.ecr.dead.add(account);
    await world.admit(DEE, 0);
    await world.settle();

    expect(world.ecr.stored.has(APP)).toBe(false);
    expect(Object.keys((await world.record()).quarantined)).toEqual([ADA, BOB, CY]);
  });
});

describe('a statement of the vendor that ECR refuses', () => {
  const role = 'arn:aws:iam::999999999999:role/ci';
  const gone = {
    Sid: 'OldBuild',
    Effect: 'Allow',
    Principal: { AWS: role },
    Action: 'ecr:PutImage',
  };
  const fine = { Effect: 'Allow', Principal: { AWS: '888888888888' }, Action: 'ecr:BatchGetImage' };
  const stale = { ...gone, Principal: { AWS: 'AROAEXAMPLEDEADROLE01' } };

  const withVendors = async (): Promise<AwsDoorWorld> => {
    const world = await withMembers(ADA, BOB);
    world.ecr.stored.set(APP, JSON.stringify({ Version: '2008-10-17', Statement: [gone, fine] }));
    await world.settle();
    world.moveTo(FRIDAY + DAY);
    world.forgetCalls();
    return world;
  };

  it('is left out, copied and counted, and the rest is applied', async () => {
    const world = await withVendors();
    world.ecr.dead.add(role);
    await world.admit(BOB, 0);
    watch(world, [ADA]);
    await world.settle();

    expect(world.allowed()).toEqual([ADA]);
    expect(world.vendorsStatements()).toEqual([fine]);
    expect(await world.record()).toMatchObject({
      dead: [JSON.stringify(stale)],
      foreign: [JSON.stringify(fine)],
    });
    expect(world.metrics('VendorStatementDead')).toEqual([
      {
        metric: 'VendorStatementDead',
        fields: { repository: APP, sids: ['OldBuild'] },
        value: 1,
      },
    ]);
  });

  it('costs a trial for each statement, one for all accounts, and leaves nothing on the probe', async () => {
    const world = await withVendors();
    world.ecr.dead.add(role);
    await world.admit(BOB, 0);
    await world.settle();

    expect(world.ecr.calls).toEqual([
      `findPolicy ${APP}`,
      `setPolicy ${APP}`,
      `setPolicy ${PROBE}`,
      `setPolicy ${PROBE}`,
      `deletePolicy ${PROBE}`,
      `setPolicy ${PROBE}`,
      `setPolicy ${APP}`,
      `findPolicy ${APP}`,
    ]);
    expect(world.ecr.stored.get(PROBE)).not.toContain('888888888888');
  });

  it('goes on being counted at each write, until the vendor puts another one in its place', async () => {
    const world = await withVendors();
    world.ecr.dead.add(role);
    await world.admit(BOB, 0);
    await world.settle();
    await world.settle();
    expect(world.metrics('VendorStatementDead')).toHaveLength(1);
    world.moveTo(FRIDAY + 2 * DAY);
    await world.admit(CY, FAR);
    await world.settle();
    expect(world.metrics('VendorStatementDead')).toHaveLength(2);

    const live = JSON.parse(world.ecr.stored.get(APP) ?? '');
    const better = { ...gone, Principal: { AWS: '777777777777' } };
    world.ecr.stored.set(APP, JSON.stringify({ ...live, Statement: [...live.Statement, better] }));
    world.moveTo(FRIDAY + 3 * DAY);
    await world.admit(CY, 0);
    await world.settle();
    expect(world.metrics('VendorStatementDead')).toHaveLength(2);
    expect((await world.record()).dead).toEqual([]);
    expect(world.vendorsStatements()).toEqual([fine, better]);
  });

  it('costs nothing while nothing has to be written', async () => {
    const world = await withVendors();
    world.ecr.dead.add(role);
    await world.settle();

    expect(world.sets()).toBe(0);
    expect(world.sets(PROBE)).toBe(0);
  });

  it('is dead too when ECR calls it invalid, and with it goes the only policy there was', async () => {
    const world = awsDoor();
    const invalid = { ...fine, Action: 'ecr:GetAuthorizationToken' };
    await world.admit(ADA, FAR);
    await world.settle();
    const live = JSON.parse(world.ecr.stored.get(APP) ?? '');
    world.ecr.stored.set(APP, JSON.stringify({ ...live, Statement: [...live.Statement, invalid] }));
    world.moveTo(FRIDAY + DAY);
    await world.admit(ADA, 0);
    await world.settle();

    expect(world.ecr.stored.has(APP)).toBe(false);
    expect((await world.record()).dead).toEqual([JSON.stringify(invalid)]);
    expect(world.metrics('VendorStatementDead')).toMatchObject([
      { fields: { sids: ['a statement without Sid'] } },
    ]);
  });

  it('and a dead account at once are both found', async () => {
    const world = await withVendors();
    world.ecr.dead.add(role).add(ADA);
    await world.admit(CY, FAR);
    watch(world, [BOB]);
    await world.settle();

    expect(world.allowed()).toEqual([BOB, CY]);
    expect(world.vendorsStatements()).toEqual([fine]);
  });

  it('is found when only an account that was quarantined comes in again', async () => {
    const world = await withMembers(ADA);
    world.ecr.dead.add(ADA);
    await world.settle();
    const dead = { ...fine, Principal: { AWS: 'AROAX' } };
    world.ecr.stored.set(APP, JSON.stringify({ Statement: [dead] }));
    world.moveTo(FRIDAY + 2 * DAY);
    world.ecr.dead.clear();
    await world.settle();

    expect(world.allowed()).toEqual([ADA]);
    expect((await world.record()).dead).toEqual([JSON.stringify(dead)]);
  });
});

describe('a refusal that nobody explains', () => {
  const refuseProduct = (
    world: AwsDoorWorld,
    because: 'principal_not_found' | 'invalid_policy',
  ) => {
    const { setPolicy } = world.ecr.policies;
    let refusals = 0;
    Object.assign(world.ecr.policies, {
      setPolicy: async (repository: string, text: string) => {
        refusals += repository === APP ? 1 : 0;
        return repository === APP
          ? ({ kind: 'refused', because } as const)
          : setPolicy(repository, text);
      },
    });
    return () => refusals;
  };

  it('is an error, and everything stays as it is', async () => {
    const world = await settled(ADA, BOB);
    const refusals = refuseProduct(world, 'invalid_policy');
    await world.admit(BOB, 0);

    await expect(world.apply()).rejects.toThrow(
      'ECR refused the policy of acme/app (invalid_policy) and accepts each account and statement of it alone',
    );
    expect(refusals()).toBe(1);
    expect(world.allowed()).toEqual([ADA, BOB]);
  });

  it('is an error when the rest is refused as well', async () => {
    const world = await settled(ADA, BOB, CY);
    world.ecr.dead.add(ADA);
    const refusals = refuseProduct(world, 'principal_not_found');
    await world.admit(BOB, 0);

    await expect(world.apply()).rejects.toThrow(
      'ECR refused the policy of acme/app again (principal_not_found), without the accounts and statements that it refuses alone',
    );
    expect(refusals()).toBe(2);
    expect(world.allowed()).toEqual([ADA, BOB, CY]);
  });

  it('of our own form condemns no account', async () => {
    const world = await settled(ADA, BOB);
    const { setPolicy } = world.ecr.policies;
    Object.assign(world.ecr.policies, {
      setPolicy: async (repository: string, text: string) =>
        repository === PROBE
          ? ({ kind: 'refused', because: 'invalid_policy' } as const)
          : setPolicy(repository, text),
    });
    await world.admit(CY, FAR);

    await expect(world.apply()).rejects.toThrow(
      'ECR called a trial policy on wharfage/probe invalid',
    );
    expect((await world.record()).quarantined).toEqual({});
    expect(world.allowed()).toEqual([ADA, BOB]);
  });
});

describe('a repository that is missing', () => {
  const loseBeforeSet = (world: AwsDoorWorld, lost: string) => {
    const { setPolicy } = world.ecr.policies;
    Object.assign(world.ecr.policies, {
      setPolicy: async (repository: string, text: string) =>
        repository === lost ? ({ kind: 'no_repository' } as const) : setPolicy(repository, text),
    });
  };

  it('since it was read is a metric', async () => {
    const world = await withMembers(ADA);
    loseBeforeSet(world, APP);

    expect(await world.apply()).toEqual({ kind: 'done' });
    expect(world.metrics('RepositoryMissing')).toHaveLength(1);
  });

  it('since it was written is an error: the next run says which', async () => {
    const world = await withMembers(ADA);
    const { findPolicy } = world.ecr.policies;
    let reads = 0;
    Object.assign(world.ecr.policies, {
      findPolicy: async (repository: string) => {
        reads += 1;
        return reads === 1 ? findPolicy(repository) : ({ kind: 'no_repository' } as const);
      },
    });

    await expect(world.apply()).rejects.toThrow('does not read back as it was written');
  });

  it('for trials is an error that says what to do, and the known are applied first', async () => {
    const world = await settled(ADA, BOB);
    loseBeforeSet(world, PROBE);
    await world.admit(BOB, 0);
    await world.admit(CY, FAR);
    const outcome = await world.apply();
    world.moveTo(outcome.kind === 'deferred' ? outcome.untilAt : 0);

    await expect(world.apply()).rejects.toThrow(
      'the probe repository wharfage/probe does not exist: deploy the stack again',
    );
    expect(world.allowed()).toEqual([ADA]);
  });
});
