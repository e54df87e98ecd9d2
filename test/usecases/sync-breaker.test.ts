import { describe, expect, it } from 'vitest';
import { fingerprintOfListed, fingerprintOfStored } from '../../functions/core/listing.ts';
import { DAY, HOUR } from '../../functions/core/time.ts';
import {
  catalog,
  found,
  grant,
  NOW,
  offer,
  PAID_UNTIL,
  subscription,
} from '../support/builders.ts';
import { ONE, syncWorld, TWO, unavailable } from '../support/sync-world.ts';

const TODAY = '2026-11-21';
const CUSTOMERS = ['cus_A', 'cus_B', 'cus_C', 'cus_D', 'cus_E'];

const ACTIVE = found([subscription()], { accountsText: ONE });
const CANCELED = found([subscription({ status: 'canceled' })], { accountsText: ONE });

/** Five customers with access: three may lose it on Stripe's evidence in two days. */
const five = async () => {
  const world = syncWorld();
  world.truth = ACTIVE;
  for (const customerId of CUSTOMERS) await world.sync({ customerId });
  world.now += HOUR;
  const all = async (request: Parameters<typeof world.sync>[0] = {}) => {
    for (const customerId of CUSTOMERS) await world.sync({ ...request, customerId });
  };
  const open = async (): Promise<readonly string[]> => {
    const customers = await Promise.all(CUSTOMERS.map((id) => world.customer(id)));
    return customers.filter(({ windows }) => windows.length > 0).map((each) => each.customerId);
  };
  return Object.assign(world, { all, open });
};

/** Stripe says that all of them ended, and the breaker holds two. */
const held = async () => {
  const world = await five();
  world.truth = CANCELED;
  await world.all();
  return world;
};

describe('the breaker', () => {
  it('lets three go and holds the rest, with their accounts, marked and alarmed', async () => {
    const world = await held();
    expect(await world.open()).toStrictEqual(['cus_D', 'cus_E']);
    expect(await world.membersOf('acme/app')).toStrictEqual([
      `${ONE} ${PAID_UNTIL}`,
      `${ONE} ${PAID_UNTIL}`,
    ]);
    expect(await world.customer('cus_D')).toMatchObject({
      isHeld: true,
      windows: [{ held: 'breaker' }],
      accounts: [ONE],
    });
    const { days } = await world.stores.breaker.readBreaker([TODAY]);
    expect(days[0]?.held).toStrictEqual(['cus_D', 'cus_E']);
    expect(world.report.counted('BreakerHeld')).toBe(2);
    expect(world.report.lines).toContainEqual({
      message: 'BreakerHeld',
      metric: 'BreakerHeld',
      value: 1,
      fields: { customerId: 'cus_D', day: TODAY, limit: 3 },
    });
  });

  it('counts a customer once, however often his revocation is tried', async () => {
    const world = await five();
    world.truth = CANCELED;
    for (let crash = 0; crash < 5; crash += 1) {
      world.stores.hooks.before = (method) => {
        if (method === 'saveCustomer') throw new Error('crash');
      };
      await expect(world.sync({ customerId: 'cus_A' })).rejects.toThrow('crash');
    }
    delete world.stores.hooks.before;
    await world.all();
    expect(await world.open()).toStrictEqual(['cus_D', 'cus_E']);
  });

  it('has room for 5 % of many', async () => {
    const world = await five();
    const cursor = { name: 'subscriptions', customersWithAccess: 80, revision: 1 };
    world.stores.table.set('STAGE CURSOR#subscriptions', JSON.stringify(cursor));
    world.truth = CANCELED;
    await world.all();
    expect(await world.open()).toStrictEqual(['cus_E']);
  });

  it('looks again every hour, and holds on', async () => {
    const world = await held();
    world.now += 600;
    await world.all({ because: 'due' });
    expect((await world.customer('cus_D')).dueAt).toBe(world.now + HOUR);
    expect(await world.open()).toStrictEqual(['cus_D', 'cus_E']);
  });

  it('lets the rest go two days later', async () => {
    const world = await held();
    world.now += DAY;
    await world.all({ because: 'due' });
    expect(await world.open()).toStrictEqual(['cus_D', 'cus_E']);
    world.now += DAY;
    await world.all({ because: 'due' });
    expect(await world.open()).toStrictEqual([]);
  });

  it('lets everybody go when the operator lifts the day', async () => {
    const world = await held();
    await world.stores.breaker.liftBreaker(TODAY, world.now, 'ada');
    await world.all({ because: 'due' });
    expect(await world.open()).toStrictEqual([]);
    expect((await world.customer('cus_D')).isHeld).toBe(false);
  });

  it('holds although Stripe is down afterwards', async () => {
    const world = await held();
    const before = await world.customer('cus_D');
    world.truth = unavailable('server');
    await world.all({ because: 'due' });
    expect((await world.customer('cus_D')).windows).toStrictEqual(before.windows);
    expect((await world.customer('cus_D')).version).toBe(before.version);
    expect(await world.membersOf('acme/app')).toHaveLength(2);
  });

  it('holds, and keeps looking hourly, through a re-decision that asks nobody', async () => {
    const world = await held();
    world.now += 500;
    const deployed = catalog({ offers: { app: offer('app'), extra: offer('extra') } });
    world.catalogs = { deployed, accepted: deployed };
    await world.sync({ because: 'catalog', customerId: 'cus_D' });
    const customer = await world.customer('cus_D');
    expect(customer.isHeld).toBe(true);
    expect(customer.dueAt).toBeLessThanOrEqual(world.now + HOUR);
  });

  it('is released when Stripe says active again', async () => {
    const world = await five();
    world.truth = found([subscription({ status: 'paused' })], { accountsText: ONE });
    await world.all();
    world.truth = ACTIVE;
    await world.all();
    expect(await world.open()).toStrictEqual(CUSTOMERS);
    expect((await world.customer('cus_E')).isHeld).toBe(false);
    expect((await world.customer('cus_E')).windows[0]).not.toHaveProperty('held');
  });

  it('holds an account that vanished from the metadata', async () => {
    const world = await five();
    world.truth = found([subscription()]);
    await world.all();
    expect((await world.customer('cus_E')).accounts).toStrictEqual([ONE]);
    expect((await world.customer('cus_A')).accounts).toStrictEqual([]);
    expect(await world.membersOf('acme/app')).toHaveLength(2);
    await world.stores.breaker.liftBreaker(TODAY, world.now, 'ada');
    await world.all();
    expect(await world.membersOf('acme/app')).toStrictEqual([]);
  });

  it('is no difference to Stripe’s list: what it holds and what Stripe states are two things', async () => {
    const world = await five();
    world.truth = found([subscription()], { accountsText: TWO });
    await world.all();
    const stated = { isHeld: true, accounts: [ONE], statedAccounts: [TWO] };
    expect(await world.customer('cus_E')).toMatchObject(stated);
    expect(await world.customer('cus_A')).not.toHaveProperty('statedAccounts');
    const accounts = { accounts: [TWO], malformed: [] };
    const listed = fingerprintOfListed({ subscriptions: [subscription()], ...accounts });
    expect(fingerprintOfStored(await world.customer('cus_E'))).toBe(listed);
    world.truth = unavailable('server');
    await world.all({ because: 'due' });
    expect(await world.customer('cus_E')).toMatchObject(stated);
    world.truth = ACTIVE;
    await world.all();
    expect(await world.customer('cus_E')).toMatchObject({ isHeld: false, accounts: [ONE] });
    expect(await world.customer('cus_E')).not.toHaveProperty('statedAccounts');
  });

  it('stays closed to what has reached its date', async () => {
    const world = await held();
    world.now = PAID_UNTIL;
    await world.all({ because: 'due' });
    expect(await world.open()).toStrictEqual([]);
  });
});

describe('what the breaker does not count', () => {
  it.each([
    [
      'deadlines',
      (world: Awaited<ReturnType<typeof five>>) => {
        world.now = PAID_UNTIL;
      },
    ],
    [
      'deleted customers',
      (world: Awaited<ReturnType<typeof five>>) => {
        world.truth = { kind: 'deleted' };
      },
    ],
  ])('%s', async (_what, happens) => {
    const world = await five();
    happens(world);
    const calls = await world.callsOf(() => world.all());
    expect(calls).not.toHaveProperty('readBreaker');
    expect(await world.open()).toStrictEqual([]);
  });

  it('the operator’s own acts', async () => {
    const world = await five();
    world.truth = found([], { accountsText: ONE });
    const act = { because: 'operator', actor: 'ada' } as const;
    await world.all({ ...act, grants: () => [grant('tools', { until: NOW + 9 * DAY })] });
    const calls = await world.callsOf(() => world.all({ ...act, grants: () => [] }));
    expect(calls).not.toHaveProperty('readBreaker');
  });

  it('losses by the catalog that the vendor accepted', async () => {
    const world = await five();
    const deployed = catalog({ offers: { tools: offer('tools') } });
    world.catalogs = { deployed, accepted: deployed };
    const calls = await world.callsOf(() => world.all({ because: 'catalog' }));
    expect(calls).not.toHaveProperty('readBreaker');
    expect(await world.open()).toStrictEqual([]);
  });
});
