import { expect, it } from 'vitest';
import { DAY } from '../../functions/core/time.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { rotateCredential } from '../../functions/usecases/rotate-credential.ts';
import { NOW } from '../support/builders.ts';
import { commandWorld } from '../support/command-world.ts';

const FIRST = 'Cred00000001';
const request = { customerId: 'cus_Nova', overlapSeconds: 7 * DAY, actor: 'ada' };

it.each([
  ['retires the new credential', 'retire'],
  ['makes the claim fail', 'throw'],
] as const)(
  'a rotation during which something %s sets no end to the old one',
  async (_what, harm) => {
    const world = commandWorld();
    await world.sync();
    await claimCredential(world.deps)({ customerId: 'cus_Nova' });
    world.stores.hooks.before = async (method, [, credentialId]) => {
      if (method !== 'claimCredential') return;
      delete world.stores.hooks.before;
      if (harm === 'throw') throw new Error('throttled');
      await world.stores.credentials.retireCredential('cus_Nova', String(credentialId), NOW);
    };
    await expect(rotateCredential(world.deps)(request)).rejects.toThrow(
      harm === 'throw' ? 'throttled' : 'could not be claimed',
    );
    const stored = await world.stores.credentials.listCredentials('cus_Nova');
    const first = stored.find(({ credentialId }) => credentialId === FIRST);
    expect(first).toMatchObject({ claimedAt: NOW });
    expect(first?.retiresAt).toBeUndefined();
  },
);

it('a rotation that was cut off before its credential existed is counted by the next', async () => {
  const world = commandWorld();
  await world.sync();
  await claimCredential(world.deps)({ customerId: 'cus_Nova' });
  world.stores.hooks.before = (method) => {
    if (method === 'putCredential') throw new Error('killed');
  };
  await expect(rotateCredential(world.deps)(request)).rejects.toThrow('are not finished');
  delete world.stores.hooks.before;
  expect(await rotateCredential(world.deps)(request)).toMatchObject({ kind: 'too_many' });
  expect(await world.stores.credentials.listCredentials('cus_Nova')).toHaveLength(2);
});
