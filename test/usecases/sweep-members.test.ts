import { describe, expect, it } from 'vitest';
import type { Customer } from '../../functions/core/customer.ts';
import { stranger } from '../../functions/core/next-customer.ts';
import { sweepMembers } from '../../functions/usecases/sweep-members.ts';
import { catalogWith, NOON, offer, sweepWorld } from '../support/sweep-world.ts';

const SETTINGS = {
  catalog: catalogWith({ pro: offer(['prod_pro'], ['acme/app']) }),
  catalogHash: 'h',
  readsMax: 0,
};
const UNTIL = NOON + 86_400;
const MEMBER = {
  repository: 'acme/app',
  account: '111122223333',
  customerId: 'cus_a',
  until: UNTIL,
  version: 1,
};

const worldWith = async (change: Partial<Customer> = {}) => {
  const world = sweepWorld();
  const members = { accounts: ['111122223333'], untils: { 'acme/app': UNTIL } };
  await world.customers.saveCustomer(
    {
      ...stranger('cus_a'),
      version: 1,
      effectsDone: 1,
      dueAt: UNTIL,
      members,
      projected: members,
      ...change,
    },
    0,
  );
  return world;
};

describe('the daily comparison of members with their customers', () => {
  it('finds nothing where they agree', async () => {
    const world = await worldWith();
    await world.members.saveMember(MEMBER, NOON);
    await sweepMembers(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
    expect(world.calls.findCustomer).toBeUndefined();
  });

  it('takes a tombstone for what it is', async () => {
    const world = await worldWith();
    await world.members.saveMember(MEMBER, NOON);
    await world.members.saveMember({ ...MEMBER, account: '444455556666', until: 0 }, NOON);
    await sweepMembers(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
  });

  it.each([
    ['is missing', []],
    ['ends at another time', [{ ...MEMBER, until: UNTIL + 1 }]],
    ['was removed by hand', [{ ...MEMBER, until: 0 }]],
  ])('has a customer written again whose member %s', async (_what, members) => {
    const world = await worldWith();
    for (const member of members) await world.members.saveMember(member, NOON);
    await sweepMembers(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([
      {
        kind: 'customer',
        id: 'cus_a',
        because: 'drift',
        occasion: `cus_a:drift:${NOON}`,
        strays: [{ repository: 'acme/app', account: '111122223333' }],
      },
    ]);
    expect(world.report.counted('DriftFound')).toBe(1);
  });

  it('finds a member of a customer nobody knows', async () => {
    const world = sweepWorld();
    await world.members.saveMember({ ...MEMBER, customerId: 'cus_ghost' }, NOON);
    await sweepMembers(world, SETTINGS)();
    expect(world.subjects.sent).toMatchObject([
      { id: 'cus_ghost', strays: [{ repository: 'acme/app', account: '111122223333' }] },
    ]);
  });

  it('accuses nobody whose effects are under way', async () => {
    const world = await worldWith({ effectsDone: 0 });
    await sweepMembers(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
  });

  it('believes the customer and not the index that lags behind it', async () => {
    const world = await worldWith({ dueAt: undefined as never });
    await world.members.saveMember(MEMBER, NOON);
    await sweepMembers(world, SETTINGS)();
    expect(world.calls.findCustomer).toBe(1);
    expect(world.subjects.sent).toEqual([]);
  });

  it('accuses nobody whom a sync wrote while members were read', async () => {
    const world = await worldWith();
    await world.members.saveMember({ ...MEMBER, until: UNTIL + 1 }, NOON);
    world.hooks.after = async (method) => {
      if (method !== 'readRepository' || world.calls.readRepository !== 2) return;
      await world.customers.saveCustomer({ ...stranger('cus_a'), version: 2, effectsDone: 2 }, 1);
    };
    await sweepMembers(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
    expect(world.report.counted('DriftFound')).toBe(0);
  });

  it('accuses nobody on members read before the customer, whose sync came between', async () => {
    const world = await worldWith();
    world.hooks.after = async (method) => {
      if (method === 'readRepository' && world.calls.readRepository === 1) {
        await world.members.saveMember(MEMBER, NOON);
      }
    };
    await sweepMembers(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
  });

  it('says so when the same customer is found twice', async () => {
    const world = await worldWith();
    await sweepMembers(world, SETTINGS)();
    world.time.now = NOON + 86_400;
    await sweepMembers(world, SETTINGS)();
    expect(world.report.counted('DriftRepeated')).toBe(1);
  });

  it('looks at repositories that only the accepted catalog still has', async () => {
    const world = await worldWith();
    await world.stage.saveCatalogState({
      accepted: SETTINGS.catalog,
      acceptedHash: 'a',
      deployed: catalogWith({}),
      deployedHash: 'b',
      redecided: '',
      revision: 1,
    });
    await world.members.saveMember(MEMBER, NOON);
    await sweepMembers(world, { ...SETTINGS, catalog: catalogWith({}) })();
    expect(world.subjects.sent).toEqual([]);
  });
});
