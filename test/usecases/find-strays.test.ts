import { describe, expect, it } from 'vitest';
import { findStrays } from '../../functions/usecases/find-strays.ts';
import { commandWorld } from '../support/command-world.ts';
import { ONE, TWO } from '../support/sync-world.ts';

const item = (customerId: string, account: string, until: number) => ({
  repository: 'acme/app',
  account,
  customerId,
  until,
  version: 9,
});

describe('stray members', () => {
  it('are none after a sync, whatever other customers have', async () => {
    const world = commandWorld();
    await world.sync();
    await world.stores.members.saveMember(item('cus_Other', TWO, 99), 0);
    expect(await findStrays(world.deps)('cus_Nova')).toStrictEqual([]);
  });

  it('are items that the customer does not account for', async () => {
    const world = commandWorld();
    await world.sync();
    await world.stores.members.saveMember(item('cus_Nova', TWO, 99), 0);
    await world.stores.members.saveMember(item('cus_Nova', ONE, 1), 0);
    expect(await findStrays(world.deps)('cus_Nova')).toStrictEqual([
      { repository: 'acme/app', account: ONE },
      { repository: 'acme/app', account: TWO },
    ]);
  });

  it('are all live items of a customer who is not stored', async () => {
    const world = commandWorld();
    await world.stores.members.saveMember(item('cus_Lost', ONE, 99), 0);
    expect(await findStrays(world.deps)('cus_Lost')).toStrictEqual([
      { repository: 'acme/app', account: ONE },
    ]);
  });
});
