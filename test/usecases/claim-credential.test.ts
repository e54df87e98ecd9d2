import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/time.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { NOW } from '../support/builders.ts';
import { type CommandWorld, commandWorld } from '../support/command-world.ts';

const FIRST = 'Cred00000001';
const SECRET = 'canary_Cred00000001';

const withFirst = async (): Promise<CommandWorld> => {
  const world = commandWorld();
  await world.sync();
  return world;
};

/** The world's own secrets, which a test may break. */
const claim = (world: CommandWorld, credentialId?: string, secrets = world.deps.secrets) =>
  claimCredential({ ...world.deps, secrets })({ customerId: 'cus_Nova', credentialId });

describe('claiming a pull credential', () => {
  it('hands out the secret and deletes it', async () => {
    const world = await withFirst();
    expect(await claim(world)).toStrictEqual({
      kind: 'claimed',
      credentialId: FIRST,
      secretText: SECRET,
      sealedCopy: 'deleted',
    });
    expect(world.sealed.size).toBe(0);
  });

  it('hands it out once: the second claimer learns when it was claimed', async () => {
    const world = await withFirst();
    await claim(world);
    world.now = NOW + 60;
    const refused = {
      kind: 'refused',
      credentialId: FIRST,
      state: { kind: 'active', claimedAt: NOW },
    };
    expect(await claim(world)).toStrictEqual(refused);
    expect(await claim(world, FIRST)).toStrictEqual(refused);
  });

  it('has one winner among two at the same moment', async () => {
    const world = await withFirst();
    const outcomes = await Promise.all([claim(world), claim(world, FIRST)]);
    expect(outcomes.map(({ kind }) => kind).sort()).toStrictEqual(['claimed', 'refused']);
  });

  it('marks the claim before it reads the secret', async () => {
    const world = await withFirst();
    const order: string[] = [];
    world.stores.hooks.after = (method) => {
      order.push(method);
    };
    await claim(world, FIRST, {
      ...world.deps.secrets,
      findSecret: async () => {
        order.push('findSecret');
        return SECRET;
      },
    });
    expect(order).toStrictEqual([
      'listCredentials',
      'claimCredential',
      'findSecret',
      'destroySecret',
    ]);
  });

  it.each([
    ['nobody claimed it in 30 days', NOW + 30 * DAY, { kind: 'unclaimed', since: NOW + 30 * DAY }],
    ['it was retired', NOW + 10, { kind: 'retired', retiredAt: NOW + 5 }],
  ] as const)('is refused when %s', async (_case, now, state) => {
    const world = await withFirst();
    if (state.kind === 'retired') {
      await world.stores.credentials.retireCredential('cus_Nova', FIRST, NOW + 5);
    }
    world.now = now;
    expect(await claim(world)).toStrictEqual({ kind: 'refused', credentialId: FIRST, state });
  });

  it('finds nothing where there is no credential, or not that one', async () => {
    expect(await claim(commandWorld())).toStrictEqual({ kind: 'none' });
    expect(await claim(await withFirst(), 'Other0000000')).toStrictEqual({ kind: 'none' });
  });

  it('finds nothing when the credential goes between the list and the claim', async () => {
    const world = await withFirst();
    world.stores.hooks.before = (method) => {
      if (method === 'claimCredential') world.stores.table.clear();
    };
    expect(await claim(world)).toStrictEqual({ kind: 'none' });
  });

  it('asks which when several wait', async () => {
    const world = await withFirst();
    await world.sync({ because: 'operator', isCredentialWanted: true });
    expect(await claim(world)).toMatchObject({ kind: 'several', credentialIds: { length: 2 } });
    expect(await claim(world, FIRST)).toMatchObject({ kind: 'claimed' });
  });

  it('explains the newest valid credential when none waits', async () => {
    const world = await withFirst();
    const put = (credentialId: string, given: object) =>
      world.stores.credentials.putCredential({
        credentialId,
        customerId: 'cus_Nova',
        hash: 'sha256:0',
        label: '',
        createdAt: NOW,
        claimBy: NOW + DAY,
        claimedAt: NOW,
        ...given,
      });
    await put('Newer0000000', { createdAt: NOW + 20 });
    await put('Gone00000000', { createdAt: NOW + 30, retiresAt: NOW });
    await claim(world);
    expect(await claim(world)).toMatchObject({ kind: 'refused', credentialId: 'Newer0000000' });
  });

  it('says that the secret is lost when somebody deleted it', async () => {
    const world = await withFirst();
    world.sealed.clear();
    expect(await claim(world)).toStrictEqual({ kind: 'lost', credentialId: FIRST });
  });

  it('says what to do when the secret cannot be read after the claim', async () => {
    const world = await withFirst();
    const secrets = {
      ...world.deps.secrets,
      findSecret: async () => {
        throw new Error('time-out');
      },
    };
    await expect(claim(world, FIRST, secrets)).rejects.toThrow(
      'credential Cred00000001 is now marked as claimed, but its secret could not be read: rotate to get another',
    );
  });

  it('still hands out a secret that cannot be deleted yet, and logs no part of it', async () => {
    const world = await withFirst();
    const secrets = {
      ...world.deps.secrets,
      destroySecret: async () => {
        throw new Error('time-out');
      },
    };
    expect(await claim(world, FIRST, secrets)).toMatchObject({
      secretText: SECRET,
      sealedCopy: 'left',
    });
    const line = world.report.lines.at(-1);
    expect(line?.message).toBe('a claimed secret could not be deleted yet');
    expect(JSON.stringify(line)).not.toContain('canary');
  });
});
