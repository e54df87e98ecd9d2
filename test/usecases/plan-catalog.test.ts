import { describe, expect, it } from 'vitest';
import { planCatalog } from '../../functions/usecases/plan-catalog.ts';
import { catalog, found, itemOf, offer, PAID_UNTIL, subscription } from '../support/builders.ts';
import { commandWorld } from '../support/command-world.ts';

const withCustomers = async () => {
  const world = commandWorld();
  world.stripe.customers.set(
    'cus_Milo',
    found([subscription({ subscriptionId: 'sub_2', items: [itemOf('tools')] })]),
  );
  world.stripe.customers.set('cus_Otto', found([subscription({ subscriptionId: 'sub_3' })]));
  for (const customerId of ['cus_Nova', 'cus_Milo', 'cus_Otto']) await world.sync({ customerId });
  return world;
};

describe('planning a catalog', () => {
  it('names who loses and who gains, in order', async () => {
    const world = await withCustomers();
    const to = catalog({
      offers: {
        app: offer('app', { awsAccounts: 'none', repositories: ['acme/app', 'acme/more'] }),
        tools: offer('tools', { graceDays: 20 }),
      },
    });
    const progress: string[] = [];
    const plan = await planCatalog(world.deps, (done, total) => progress.push(`${done}/${total}`))({
      from: catalog(),
      to,
    });
    expect(plan.looked).toBe(3);
    expect(plan.impacts).toMatchObject([
      { customerId: 'cus_Milo', losses: [], gains: [{ door: 'gateway', before: PAID_UNTIL }] },
      {
        customerId: 'cus_Nova',
        losses: [{ door: 'aws', repository: 'acme/app' }],
        gains: [{ door: 'gateway', repository: 'acme/more', before: 0 }],
      },
      { customerId: 'cus_Otto', losses: [], gains: [{ repository: 'acme/more' }] },
    ]);
    expect(progress).toStrictEqual(['1/3', '2/3', '3/3']);
  });

  it('names nobody when the catalogs agree, whatever Stripe says by now', async () => {
    const world = await withCustomers();
    world.stripe.customers.clear();
    const plan = planCatalog(world.deps, () => {});
    expect((await plan({ from: catalog(), to: catalog() })).impacts).toStrictEqual([]);
  });

  it('passes over somebody whose item went after the index was read', async () => {
    const world = await withCustomers();
    const customers = { findCustomer: async () => undefined };
    const plan = planCatalog({ ...world.deps, customers }, () => {});
    const to = catalog({ offers: {} });
    expect(await plan({ from: catalog(), to })).toStrictEqual({ looked: 3, impacts: [] });
  });
});
