import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../functions/core/catalog.ts';
import { stranger } from '../../functions/core/next-customer.ts';
import { DAY } from '../../functions/core/time.ts';
import { sweepCatalog } from '../../functions/usecases/sweep-catalog.ts';
import { catalogWith, NOON, offer, sweepWorld } from '../support/sweep-world.ts';

const FIRST = catalogWith({ pro: offer(['prod_pro'], ['acme/app']) });
const LARGER = catalogWith({ pro: offer(['prod_pro'], ['acme/app', 'acme/agent']) });
const SMALLER = catalogWith({ pro: offer(['prod_pro'], ['acme/agent']) });

const settings = (catalog: Catalog, catalogHash: string) => ({ catalog, catalogHash, readsMax: 0 });

const worldWithCustomers = async (...customerIds: readonly string[]) => {
  const world = sweepWorld();
  await sweepCatalog(world, settings(FIRST, 'first'))();
  for (const customerId of customerIds) {
    await world.customers.saveCustomer(
      { ...stranger(customerId), version: 1, effectsDone: 1, dueAt: NOON + 86_400 },
      0,
    );
  }
  return world;
};

describe('the sweep and the catalog', () => {
  it('takes the first catalog as accepted, and decides nobody again', async () => {
    const world = await worldWithCustomers();
    expect(await world.stage.findCatalogState()).toEqual({
      accepted: FIRST,
      acceptedHash: 'first',
      deployed: FIRST,
      deployedHash: 'first',
      redecided: 'first:first',
      revision: 1,
    });
    expect(world.subjects.sent).toEqual([]);
  });

  it('does nothing while the catalog stays', async () => {
    const world = await worldWithCustomers('cus_a');
    await sweepCatalog(world, settings(FIRST, 'first'))();
    expect(world.calls).toEqual({ findCatalogState: 2, saveCatalogState: 1, saveCustomer: 1 });
  });

  it('accepts by itself a catalog that takes nothing from anybody, and decides everybody again', async () => {
    const world = await worldWithCustomers('cus_a', 'cus_b');
    await sweepCatalog(world, settings(LARGER, 'larger'))();
    expect(await world.stage.findCatalogState()).toMatchObject({
      acceptedHash: 'larger',
      deployedHash: 'larger',
      redecided: `larger:larger@${NOON}`,
      revision: 3,
    });
    expect(world.subjects.sent).toEqual([
      { kind: 'customer', id: 'cus_a', because: 'catalog', occasion: 'cus_a:catalog:2' },
      { kind: 'customer', id: 'cus_b', because: 'catalog', occasion: 'cus_b:catalog:2' },
    ]);
    expect(world.report.counted('CatalogLossWaiting')).toBe(0);
  });

  it('waits for the vendor before a catalog that takes something away, and says so at every tick', async () => {
    const world = await worldWithCustomers('cus_a');
    await sweepCatalog(world, settings(SMALLER, 'smaller'))();
    await sweepCatalog(world, settings(SMALLER, 'smaller'))();
    expect(await world.stage.findCatalogState()).toMatchObject({
      accepted: FIRST,
      acceptedHash: 'first',
      deployed: SMALLER,
      deployedHash: 'smaller',
      redecided: `smaller:first@${NOON}`,
    });
    expect(world.subjects.sent).toHaveLength(1);
    expect(world.report.counted('CatalogLossWaiting')).toBe(2);
  });

  it('decides everybody again once the vendor has accepted', async () => {
    const world = await worldWithCustomers('cus_a');
    await sweepCatalog(world, settings(SMALLER, 'smaller'))();
    const state = await world.stage.findCatalogState();
    if (state === undefined) throw new Error('the sweep stored no catalog');
    await world.stage.saveCatalogState({
      ...state,
      accepted: SMALLER,
      acceptedHash: 'smaller',
      redecided: '',
      revision: state.revision + 1,
    });
    await sweepCatalog(world, settings(SMALLER, 'smaller'))();
    expect(world.subjects.sent.map(({ occasion }) => occasion)).toEqual([
      'cus_a:catalog:2',
      'cus_a:catalog:4',
    ]);
  });

  it('decides everybody once more a day later, for messages that died meanwhile, and never again', async () => {
    const world = await worldWithCustomers('cus_a');
    const tick = sweepCatalog(world, settings(LARGER, 'larger'));
    await tick();
    world.time.now += DAY - 1;
    await tick();
    expect(world.subjects.sent).toHaveLength(1);
    world.time.now += 1;
    await tick();
    world.time.now += 3 * DAY;
    await tick();
    expect(world.subjects.sent.map(({ occasion }) => occasion)).toEqual([
      'cus_a:catalog:2',
      'cus_a:catalog:3',
    ]);
    expect(await world.stage.findCatalogState()).toMatchObject({ redecided: 'larger:larger' });
  });

  it('lists all of Stripe again, for a product that is new in the catalog', async () => {
    const world = await worldWithCustomers();
    await world.stage.saveCursor({
      name: 'subscriptions',
      doneAt: NOON,
      startedAt: 0,
      position: 0,
      seen: [],
      customersWithAccess: 7,
      reads: 0,
      month: '',
      revision: 1,
    });
    await sweepCatalog(world, settings(LARGER, 'larger'))();
    expect(await world.stage.findCursor('subscriptions')).toMatchObject({
      doneAt: 0,
      customersWithAccess: 7,
    });
  });

  it('starts again at the next tick when the queue fails midway', async () => {
    const world = await worldWithCustomers('cus_a');
    world.subjects.fail = new Error('queue down');
    await expect(sweepCatalog(world, settings(LARGER, 'larger'))()).rejects.toThrow('queue down');
    world.subjects.fail = undefined;
    await sweepCatalog(world, settings(LARGER, 'larger'))();
    expect(world.subjects.sent.map(({ id }) => id)).toEqual(['cus_a']);
    expect(await world.stage.findCatalogState()).toMatchObject({
      redecided: `larger:larger@${NOON}`,
    });
  });

  it('queues a thousand customers at a time', async () => {
    const world = await worldWithCustomers(
      ...Array.from({ length: 1_001 }, (_, index) => `cus_${index}`),
    );
    await sweepCatalog(world, settings(LARGER, 'larger'))();
    expect(world.subjects.calls).toBe(2);
    expect(world.subjects.sent).toHaveLength(1_001);
  });

  it('leaves the work to another tick that was quicker', async () => {
    const world = await worldWithCustomers('cus_a');
    world.stores.hooks.before = async (method) => {
      if (method !== 'saveCatalogState') return;
      delete world.stores.hooks.before;
      await sweepCatalog(world, settings(LARGER, 'larger'))();
    };
    await sweepCatalog(world, settings(LARGER, 'larger'))();
    expect(world.subjects.sent).toHaveLength(1);
  });

  it('is not done while a listing is being saved by somebody else', async () => {
    const world = await worldWithCustomers('cus_a');
    world.stores.hooks.before = async (method) => {
      if (method !== 'saveCursor') return;
      delete world.stores.hooks.before;
      await world.stage.saveCursor({
        name: 'subscriptions',
        doneAt: NOON,
        startedAt: 0,
        position: 0,
        seen: [],
        customersWithAccess: 0,
        reads: 0,
        month: '',
        revision: 1,
      });
    };
    await sweepCatalog(world, settings(LARGER, 'larger'))();
    expect(await world.stage.findCatalogState()).toMatchObject({ redecided: '' });
  });
});
