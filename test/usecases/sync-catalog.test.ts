import { describe, expect, it } from 'vitest';
import { HOUR } from '../../functions/core/time.ts';
import { catalog, found, offer, PAID_UNTIL, subscription } from '../support/builders.ts';
import { ONE, syncWorld, unavailable } from '../support/sync-world.ts';

const OLD = catalog();
const WITHOUT_APP = catalog({ offers: { tools: offer('tools') } });

const granted = async () => {
  const world = syncWorld(OLD);
  await world.sync();
  world.now += HOUR;
  await world.sync({ because: 'due' });
  world.now += 1;
  return world;
};

describe('a re-decision for the catalog’s sake', () => {
  it('does not ask Stripe', async () => {
    const world = await granted();
    world.catalogs = { deployed: WITHOUT_APP, accepted: WITHOUT_APP };
    const calls = await world.callsOf(() => world.sync({ because: 'catalog' }));
    expect(calls).not.toHaveProperty('readCustomer');
    const [, line] = await world.stores.customers.listAudit('cus_Nova');
    expect(line).toMatchObject({ because: 'catalog', evidence: ['as last read'] });
  });

  it('asks when a look at Stripe is due anyway, so that none is forgotten', async () => {
    const world = syncWorld(OLD);
    await world.sync();
    world.now += 600;
    const calls = await world.callsOf(() => world.sync({ because: 'catalog' }));
    expect(calls.readCustomer).toBe(1);
  });

  it('forgets no failed read that waits to be tried again', async () => {
    const world = await granted();
    world.truth = unavailable('server');
    await world.sync();
    const before = await world.customer();
    const deployed = catalog({
      offers: { app: offer('app', { repositories: ['acme/app', 'acme/extra'] }) },
    });
    world.catalogs = { deployed, accepted: deployed };
    await world.sync({ because: 'catalog' });
    const after = await world.customer();
    expect(after.version).toBe(before.version + 1);
    expect(after).toMatchObject({ retries: 1, retryAt: before.retryAt, dueAt: before.dueAt });
    expect(after.verifiedBy).toBe('due');
  });
});

describe('a loss by the catalog', () => {
  it('waits, alarms, and applies when the vendor accepts', async () => {
    const world = await granted();
    world.catalogs = { deployed: WITHOUT_APP, accepted: OLD };
    await world.sync({ because: 'catalog' });
    expect(await world.membersOf('acme/app')).toStrictEqual([`${ONE} ${PAID_UNTIL}`]);
    expect(world.report.lines).toContainEqual({
      message: 'CatalogLossWaiting',
      metric: 'CatalogLossWaiting',
      value: 1,
      fields: { customerId: 'cus_Nova', because: 'catalog', version: 2, offers: ['app'] },
    });
    const calls = await world.callsOf(() => world.sync({ because: 'catalog' }));
    expect(calls).toStrictEqual({ findCustomer: 1 });
    world.catalogs = { deployed: WITHOUT_APP, accepted: WITHOUT_APP };
    await world.sync({ because: 'catalog' });
    expect(await world.membersOf('acme/app')).toStrictEqual([]);
    expect(world.report.counted('AccessRevoked')).toBe(1);
  });

  it('gives a new customer nothing from the old mapping', async () => {
    const world = syncWorld(OLD);
    world.catalogs = { deployed: WITHOUT_APP, accepted: OLD };
    expect(await world.sync()).toStrictEqual({ kind: 'irrelevant' });
  });

  it('does not stop Stripe from ending it', async () => {
    const world = await granted();
    world.catalogs = { deployed: WITHOUT_APP, accepted: OLD };
    await world.sync({ because: 'catalog' });
    world.truth = found([subscription({ status: 'canceled' })], { accountsText: ONE });
    await world.sync();
    expect(await world.membersOf('acme/app')).toStrictEqual([]);
  });
});
