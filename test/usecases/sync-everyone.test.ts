import { describe, expect, it } from 'vitest';
import { syncEveryone } from '../../functions/usecases/sync-everyone.ts';
import { found, itemOf, subscription } from '../support/builders.ts';
import { commandWorld } from '../support/command-world.ts';
import { ONE, unavailable } from '../support/sync-world.ts';

const silent = { onListed: () => {}, onSynced: () => {} };
const subscriberOf = (name: string, product = 'app') =>
  found([subscription({ subscriptionId: `sub_${name}`, items: [itemOf(product)] })]);

const operator = { because: 'operator', actor: 'ada' } as const;

describe('a sync of everybody', () => {
  it('takes whoever is stored or subscribes to a catalogued product, and nobody else', async () => {
    const world = commandWorld();
    world.stripe.customers.set('cus_Gone', subscriberOf('Gone'));
    await world.sync({ customerId: 'cus_Gone' });
    world.stripe.customers.set(
      'cus_Gone',
      found([subscription({ subscriptionId: 'sub_Gone', status: 'canceled' })]),
    );
    world.stripe.customers.set('cus_Other', subscriberOf('Other', 'unrelated'));
    const outcome = await syncEveryone(world.deps, silent)(operator);
    expect(outcome).toMatchObject({
      kind: 'synced',
      changed: ['cus_Gone', 'cus_Nova'],
      counts: { changed: 2, unchanged: 0, irrelevant: 0, deleted: 0 },
      unavailable: [],
      failed: [],
    });
    expect(await world.stores.customers.findCustomer('cus_Other')).toBeUndefined();
  });

  it('reads every page of Stripe’s list and tells how far it is', async () => {
    const world = commandWorld();
    world.stripe.pageSize = 2;
    world.stripe.customers.set(
      'cus_Two',
      found([
        subscription({ subscriptionId: 'sub_a' }),
        subscription({ subscriptionId: 'sub_b', items: [itemOf('tools')] }),
      ]),
    );
    const listed: number[] = [];
    const synced: string[] = [];
    await syncEveryone(world.deps, {
      onListed: (count) => listed.push(count),
      onSynced: (done, total) => synced.push(`${done}/${total}`),
    })(operator);
    expect(listed).toStrictEqual([2, 3]);
    expect(synced).toStrictEqual(['1/2', '2/2']);
    expect((await world.customer('cus_Two')).windows).toHaveLength(2);
  });

  it('counts those unchanged, deleted and held, and those of whom Stripe said nothing', async () => {
    const world = commandWorld();
    for (const name of ['1', '2', '3', '4', '5']) {
      world.stripe.customers.set(`cus_${name}`, subscriberOf(name));
      await world.sync({ customerId: `cus_${name}` });
      const ended = subscription({ subscriptionId: `sub_${name}`, status: 'canceled' });
      world.stripe.customers.set(`cus_${name}`, found([ended]));
    }
    await world.sync();
    world.stripe.customers.set('cus_5', unavailable('timeout'));
    const outcome = await syncEveryone(world.deps, silent)(operator);
    expect(outcome).toMatchObject({
      counts: { changed: 4, unchanged: 2 },
      held: ['cus_4'],
      unavailable: [{ customerId: 'cus_5', because: 'timeout' }],
    });
  });

  it('goes on after a failure and names it', async () => {
    const world = commandWorld();
    world.stripe.customers.set('cus_Bad', subscriberOf('Bad'));
    const error = new Error('throttled');
    world.stores.hooks.before = (method, [customerId]) => {
      if (method === 'findCustomer' && customerId === 'cus_Bad') throw error;
    };
    expect(await syncEveryone(world.deps, silent)(operator)).toMatchObject({
      changed: ['cus_Nova'],
      failed: [{ customerId: 'cus_Bad', error }],
    });
  });

  it('does nothing when Stripe’s list cannot be read', async () => {
    const world = commandWorld();
    world.stripe.listing = unavailable('unauthorized');
    expect(await syncEveryone(world.deps, silent)(operator)).toStrictEqual(
      unavailable('unauthorized'),
    );
    expect(await world.stores.customers.findCustomer('cus_Nova')).toBeUndefined();
  });

  it('does nothing on a list that never ends', async () => {
    const world = commandWorld();
    const billing = {
      ...world.deps.billing,
      listSubscriptions: async () => ({ kind: 'page' as const, subscriptions: [], next: 'again' }),
    };
    expect(await syncEveryone({ ...world.deps, billing }, silent)(operator)).toStrictEqual(
      unavailable('paging'),
    );
  });

  it('after a restore writes every member again, far above any version that was lost', async () => {
    const world = commandWorld();
    await world.sync();
    const lost = { repository: 'acme/app', account: ONE, customerId: 'cus_Nova' };
    await world.stores.members.saveMember({ ...lost, until: 0, version: 40 }, world.now);
    const restore = { because: 'restore', actor: 'ada' } as const;
    await syncEveryone(world.deps, silent)(restore);
    expect(await world.membersOf('acme/app')).toHaveLength(1);
    expect((await world.customer()).version).toBeGreaterThan(1_000_000);
    await syncEveryone(world.deps, silent)(restore);
    expect(await world.membersOf('acme/app')).toHaveLength(1);
  });
});
