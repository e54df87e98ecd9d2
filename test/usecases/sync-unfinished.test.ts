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
  await expect(world.sync()).rejects.toThrow('the effects of cus_Nova are not finished');
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
  await expect(world.sync()).rejects.toThrow('are not finished');
  expect((await world.membersOf('acme/app')).map((text) => text.split(' ')[0])).toStrictEqual([
    ONE,
  ]);
  world.truth = found([subscription({ status: 'canceled' })], { accountsText: ONE });
  await expect(world.sync()).rejects.toThrow('are not finished');
  expect((await world.customer()).windows).toStrictEqual([]);
  expect(await world.membersOf('acme/app')).toStrictEqual([]);
});

it('a queue that takes nothing holds up no end, and is told of everything later', async () => {
  const world = syncWorld();
  world.truth = found([subscription()], { accountsText: `${ONE} ${TWO}` });
  world.policies.fail = new Error('SQS is down');
  await expect(world.sync()).rejects.toThrow('the effects of cus_Nova are not finished');
  expect((await world.customer()).mint).toBeDefined();
  expect(await world.stores.credentials.listCredentials('cus_Nova')).toHaveLength(1);
  world.now += MINUTE;
  world.truth = found([subscription({ status: 'canceled' })], { accountsText: ONE });
  await expect(world.sync()).rejects.toThrow('are not finished');
  expect((await world.customer()).windows).toStrictEqual([]);
  expect(await world.membersOf('acme/app')).toStrictEqual([]);
  world.policies.fail = undefined;
  await world.sync({ because: 'due' });
  expect(world.policies.sent).toContainEqual(expect.objectContaining({ repository: 'acme/app' }));
  const { effectsDone, version } = await world.customer();
  expect(effectsDone).toBe(version);
});

it('it is tried again by whoever looks next, under its first name, and within ten minutes', async () => {
  const world = await unminted();
  const { mint, dueAt } = await world.customer();
  expect(dueAt).toBeLessThanOrEqual(NOW + 10 * MINUTE);
  world.now += HOUR;
  await expect(world.sync({ because: 'due' })).rejects.toThrow('are not finished');
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
  await expect(world.sync({ because: 'due' })).rejects.toThrow('are not finished');
  expect(tries()).toBe(before + 1);
  world.truth = found([subscription()], { accountsText: ONE });
  await expect(world.sync()).rejects.toThrow('are not finished');
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
