import { expect, it } from 'vitest';
import { DAY, HOUR } from '../../functions/core/time.ts';
import { catalog, found, itemOf, NOW, offer, subscription } from '../support/builders.ts';
import { ONE, syncWorld, TWO, unavailable } from '../support/sync-world.ts';

const SETTLED = { findCustomer: 1, readCustomer: 1 };

/** A customer with two accounts and two offers, an hour after the first grant. */
const settled = async () => {
  const world = syncWorld();
  world.truth = found([subscription({ items: [itemOf('app'), itemOf('tools')] })], {
    accountsText: `${ONE} ${TWO}`,
  });
  await world.sync();
  world.now += 600;
  await world.sync({ because: 'due' });
  world.now += HOUR;
  return world;
};

it('a customer who bought nothing of ours: one read, one question, no write', async () => {
  const world = syncWorld();
  world.truth = found([subscription({ items: [itemOf('stranger')] })]);
  expect(await world.callsOf(() => world.sync())).toStrictEqual(SETTLED);
});

it('nothing changed and nothing due: no write', async () => {
  const world = await settled();
  expect(await world.callsOf(() => world.sync())).toStrictEqual(SETTLED);
});

it('nothing changed and a look was due: one write', async () => {
  const world = await settled();
  world.now = (await world.customer()).dueAt ?? 0;
  expect(await world.callsOf(() => world.sync({ because: 'due' }))).toStrictEqual({
    ...SETTLED,
    postpone: 1,
  });
});

it('a secret that nobody claimed in time: one write, and its deletion', async () => {
  const world = await settled();
  world.now = (await world.customer()).sealed[0]?.until ?? 0;
  expect(await world.callsOf(() => world.sync({ because: 'due' }))).toStrictEqual({
    ...SETTLED,
    destroySecret: 1,
    saveCustomer: 1,
  });
});

it('Stripe is down: one write', async () => {
  const world = await settled();
  world.truth = unavailable('timeout');
  expect(await world.callsOf(() => world.sync())).toStrictEqual({ ...SETTLED, postpone: 1 });
});

it('a first grant: state, audit, members, secret, hash, one policy send and the mark', async () => {
  const world = syncWorld();
  expect(await world.callsOf(() => world.sync())).toStrictEqual({
    ...SETTLED,
    saveCustomer: 1,
    putAudit: 1,
    saveMember: 1,
    sealSecret: 1,
    putCredential: 1,
    sendPolicies: 1,
    markEffectsDone: 1,
  });
});

it('a renewal of one of two offers writes only the members whose end moves', async () => {
  const world = await settled();
  world.truth = found([subscription({ items: [itemOf('app'), itemOf('tools', NOW + 50 * DAY)] })], {
    accountsText: `${ONE} ${TWO}`,
  });
  expect(await world.callsOf(() => world.sync())).toStrictEqual({
    ...SETTLED,
    saveCustomer: 1,
    putAudit: 1,
    saveMember: 2,
    sendPolicies: 1,
    markEffectsDone: 1,
  });
  expect(world.policies.sent.slice(2)).toStrictEqual([
    { repository: 'acme/tools', occasion: 'acme/tools:cus_Nova:2' },
  ]);
});

it('a change without AWS accounts touches no member and no policy', async () => {
  const world = syncWorld();
  world.truth = found([subscription()]);
  await world.sync();
  world.truth = found([subscription({ items: [itemOf('tools')] })]);
  expect(await world.callsOf(() => world.sync())).toStrictEqual({
    ...SETTLED,
    readBreaker: 1,
    countRevocation: 1,
    saveCustomer: 1,
    putAudit: 1,
    markEffectsDone: 1,
  });
});

it('a re-decision for the catalog that changes nothing: one read', async () => {
  const world = await settled();
  const calls = await world.callsOf(() => world.sync({ because: 'catalog' }));
  expect(calls).toStrictEqual({ findCustomer: 1 });
});

it('101 subscriptions of 25 items are one question and one save', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `app${index}`);
  const world = syncWorld(
    catalog({ offers: Object.fromEntries(names.map((name) => [name, offer(name)])) }),
  );
  world.truth = found(
    Array.from({ length: 101 }, (_, index) =>
      subscription({ subscriptionId: `sub_${index}`, items: names.map((name) => itemOf(name)) }),
    ),
    { accountsText: ONE },
  );
  expect(await world.callsOf(() => world.sync())).toMatchObject({
    ...SETTLED,
    saveCustomer: 1,
    saveMember: 25,
    sendPolicies: 1,
  });
});
