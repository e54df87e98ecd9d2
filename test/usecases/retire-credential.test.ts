import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/time.ts';
import { retireCredentials } from '../../functions/usecases/retire-credential.ts';
import { NOW } from '../support/builders.ts';
import { commandWorld } from '../support/command-world.ts';

const FIRST = 'Cred00000001';

const withCredentials = async () => {
  const world = commandWorld();
  await world.sync();
  const put = (credentialId: string, given: object = {}) =>
    world.stores.credentials.putCredential({
      credentialId,
      customerId: 'cus_Nova',
      hash: 'sha256:0',
      label: '',
      createdAt: NOW - 40 * DAY,
      claimBy: NOW - 10 * DAY,
      ...given,
    });
  await put('Active000000', { claimedAt: NOW - 39 * DAY });
  await put('Unclaimed000');
  return world;
};

describe('retiring pull credentials', () => {
  it('ends one at once and deletes its secret', async () => {
    const world = await withCredentials();
    const retire = retireCredentials(world.deps);
    expect(await retire('cus_Nova', { credentialId: FIRST })).toStrictEqual({
      retired: [FIRST],
      already: [],
    });
    expect(world.sealed.size).toBe(0);
    const stored = await world.stores.credentials.listCredentials('cus_Nova');
    expect(stored.map(({ credentialId, retiresAt }) => [credentialId, retiresAt])).toStrictEqual([
      ['Active000000', undefined],
      [FIRST, NOW],
      ['Unclaimed000', undefined],
    ]);
  });

  it('tells one that was retired from one that nobody claimed', async () => {
    const world = await withCredentials();
    const retire = retireCredentials(world.deps);
    await retire('cus_Nova', { credentialId: FIRST });
    expect(await retire('cus_Nova', 'all')).toStrictEqual({
      retired: ['Active000000'],
      already: [
        { credentialId: FIRST, state: { kind: 'retired', retiredAt: NOW } },
        { credentialId: 'Unclaimed000', state: { kind: 'unclaimed', since: NOW - 10 * DAY } },
      ],
    });
  });

  it('finds nothing where there is none', async () => {
    const world = await withCredentials();
    expect(await retireCredentials(world.deps)('cus_Other', 'all')).toStrictEqual({
      retired: [],
      already: [],
    });
  });
});
