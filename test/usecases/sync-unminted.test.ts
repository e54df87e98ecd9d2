import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../functions/core/time.ts';
import { catalog, found, NOW, subscription } from '../support/builders.ts';
import { ONE, syncWorld, TWO } from '../support/sync-world.ts';

/** Secrets Manager is down from the first grant on. */
const unminted = async () => {
  const world = syncWorld();
  world.truth = found([subscription()], { accountsText: `${ONE} ${TWO}` });
  world.stores.hooks.before = (method) => {
    if (method === 'sealSecret') throw new Error('Secrets Manager is down');
  };
  await expect(world.sync()).rejects.toThrow('the credential of cus_Nova could not be minted');
  world.now += MINUTE;
  return world;
};

it('a credential that cannot be minted holds up no grant', async () => {
  const world = await unminted();
  expect(await world.membersOf('acme/app')).toHaveLength(2);
  expect(world.policies.sent).toHaveLength(1);
});

it('nor does it hold up the end of another account or of everything', async () => {
  const world = await unminted();
  world.truth = found([subscription()], { accountsText: ONE });
  await expect(world.sync()).rejects.toThrow('could not be minted');
  expect((await world.membersOf('acme/app')).map((text) => text.split(' ')[0])).toStrictEqual([
    ONE,
  ]);
  world.truth = found([subscription({ status: 'canceled' })], { accountsText: ONE });
  await expect(world.sync()).rejects.toThrow('could not be minted');
  expect((await world.customer()).windows).toStrictEqual([]);
  expect(await world.membersOf('acme/app')).toStrictEqual([]);
});

it('it is tried again by whoever looks next, under its first name, and within ten minutes', async () => {
  const world = await unminted();
  const { mint, dueAt } = await world.customer();
  expect(dueAt).toBeLessThanOrEqual(NOW + 10 * MINUTE);
  world.now += HOUR;
  await expect(world.sync({ because: 'due' })).rejects.toThrow('could not be minted');
  expect((await world.customer()).dueAt).toBeLessThanOrEqual(world.now + 10 * MINUTE);
  delete world.stores.hooks.before;
  await world.sync({ because: 'due' });
  const { mint: pending, effectsDone, version } = await world.customer();
  expect([pending, effectsDone]).toStrictEqual([undefined, version]);
  const credentials = await world.stores.credentials.listCredentials('cus_Nova');
  expect(credentials.map(({ credentialId }) => credentialId)).toStrictEqual([mint]);
});

it('a run tries once, and once more only for what it has decided anew', async () => {
  const world = await unminted();
  const tries = () => world.stores.calls.sealSecret ?? 0;
  const before = tries();
  await expect(world.sync({ because: 'due' })).rejects.toThrow('could not be minted');
  expect(tries()).toBe(before + 1);
  world.truth = found([subscription()], { accountsText: ONE });
  await expect(world.sync()).rejects.toThrow('could not be minted');
  expect(tries()).toBe(before + 3);
});

it('a catalog that begins to react to refunds asks Stripe about everybody', async () => {
  const world = syncWorld();
  await world.sync();
  world.now += HOUR;
  await world.sync();
  const revoking = catalog({ onFullRefund: 'revoke' });
  world.catalogs = { deployed: revoking, accepted: revoking };
  world.truth = found([subscription({ concern: 'refunded' })], { accountsText: ONE });
  await world.sync({ because: 'catalog' });
  expect((await world.customer()).windows).toStrictEqual([]);
});
