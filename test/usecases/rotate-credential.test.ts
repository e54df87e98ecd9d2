import { describe, expect, it } from 'vitest';
import { isValid } from '../../functions/core/credential-state.ts';
import { DAY } from '../../functions/core/time.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { rotateCredential } from '../../functions/usecases/rotate-credential.ts';
import { NOW } from '../support/builders.ts';
import { type CommandWorld, commandWorld } from '../support/command-world.ts';

const FIRST = 'Cred00000001';
const request = { customerId: 'cus_Nova', overlapSeconds: 7 * DAY, actor: 'ada' };

const claimed = async (): Promise<CommandWorld> => {
  const world = commandWorld();
  await world.sync();
  await claimCredential(world.deps)({ customerId: 'cus_Nova' });
  return world;
};

const validIds = async (world: CommandWorld): Promise<readonly string[]> =>
  (await world.stores.credentials.listCredentials('cus_Nova'))
    .filter((each) => isValid(each, world.now))
    .map(({ credentialId }) => credentialId);

describe('rotating a pull credential', () => {
  it('mints and hands out another, and retires the old one after the overlap', async () => {
    const world = await claimed();
    const outcome = await rotateCredential(world.deps)(request);
    expect(outcome).toMatchObject({
      kind: 'rotated',
      retiring: [{ credentialId: FIRST, retiresAt: NOW + 7 * DAY }],
      notRetired: [],
    });
    expect(world.sealed.size).toBe(0);
    expect(await validIds(world)).toHaveLength(2);
    world.now = NOW + 7 * DAY;
    expect(await validIds(world)).toStrictEqual([
      outcome.kind === 'rotated' ? outcome.credentialId : '',
    ]);
  });

  it('replaces one that nobody claimed at once', async () => {
    const world = commandWorld();
    await world.sync();
    const outcome = await rotateCredential(world.deps)(request);
    expect(outcome).toMatchObject({
      kind: 'rotated',
      retiring: [{ credentialId: FIRST, retiresAt: NOW }],
    });
    expect(await validIds(world)).not.toContain(FIRST);
    expect(world.sealed.size).toBe(0);
  });

  it('hands the new one out although the old one cannot be retired, and says so', async () => {
    const world = await claimed();
    world.stores.hooks.before = async (method) => {
      if (method === 'retireCredential') throw new Error('throttled');
    };
    expect(await rotateCredential(world.deps)(request)).toMatchObject({
      kind: 'rotated',
      secretText: expect.stringContaining('canary_'),
      retiring: [],
      notRetired: [{ credentialId: FIRST, error: { message: 'throttled' } }],
    });
  });

  it('never promises an old one more time than it has', async () => {
    const world = await claimed();
    await world.stores.credentials.retireCredential('cus_Nova', FIRST, NOW + DAY);
    expect(await rotateCredential(world.deps)(request)).toMatchObject({
      retiring: [{ credentialId: FIRST, retiresAt: NOW + DAY }],
    });
  });

  it('refuses while two are valid, and says which', async () => {
    const world = await claimed();
    await rotateCredential(world.deps)(request);
    const outcome = await rotateCredential(world.deps)(request);
    expect(outcome).toMatchObject({ kind: 'too_many', credentials: { length: 2 } });
    expect(await validIds(world)).toHaveLength(2);
  });

  it('refuses a customer whom nobody knows', async () => {
    const world = commandWorld();
    expect(await rotateCredential(world.deps)(request)).toStrictEqual({ kind: 'unknown_customer' });
    expect(world.sealed.size).toBe(0);
  });

  it.each(['before', 'meanwhile'])('refuses a customer deleted %s', async (when) => {
    const world = await claimed();
    world.stripe.customers.set('cus_Nova', { kind: 'deleted' });
    if (when === 'before') await world.sync();
    expect(await rotateCredential(world.deps)(request)).toStrictEqual({ kind: 'deleted_customer' });
    expect(await validIds(world)).toStrictEqual([]);
    expect(world.sealed.size).toBe(0);
  });

  it('works while Stripe is down: who the customer is needs no payment', async () => {
    const world = await claimed();
    world.stripe.customers.clear();
    expect(await rotateCredential(world.deps)(request)).toMatchObject({ kind: 'rotated' });
  });

  it('withdraws what it minted when it finds a third valid one', async () => {
    const world = await claimed();
    world.stores.hooks.after = async (method) => {
      if (method !== 'markEffectsDone') return;
      delete world.stores.hooks.after;
      await world.sync({ because: 'operator', isCredentialWanted: true });
    };
    expect(await rotateCredential(world.deps)(request)).toStrictEqual({ kind: 'overtaken' });
    const valid = await validIds(world);
    expect(valid).toHaveLength(2);
    expect(valid).toContain(FIRST);
    expect([...world.sealed.keys()]).toStrictEqual(valid.filter((id) => id !== FIRST));
  });

  it('never leaves more than two valid, wherever another rotation cuts in', async () => {
    for (let cut = 1; cut <= 12; cut += 1) {
      const world = await claimed();
      let calls = 0;
      const other: { rotation?: Promise<unknown> } = {};
      world.stores.hooks.before = async () => {
        calls += 1;
        if (calls !== cut || other.rotation !== undefined) return;
        other.rotation = rotateCredential(world.deps)(request);
        await other.rotation;
      };
      await rotateCredential(world.deps)(request);
      await other.rotation;
      const valid = await validIds(world);
      expect(valid.length, `cut in before call ${cut}`).toBeLessThanOrEqual(2);
      expect(valid.length, `cut in before call ${cut}`).toBeGreaterThan(0);
    }
  });

  it('leaves at least one credential after the overlap, however two rotations interleave', async () => {
    for (let cut = 1; cut <= 12; cut += 1) {
      const world = await claimed();
      let calls = 0;
      world.stores.hooks.after = async () => {
        calls += 1;
        if (calls === cut) await rotateCredential(world.deps)(request);
      };
      await rotateCredential(world.deps)(request);
      world.now = NOW + 8 * DAY;
      expect((await validIds(world)).length, `after call ${cut}`).toBe(1);
    }
  });

  it('stops when somebody retired what it had just minted', async () => {
    const world = await claimed();
    world.stores.hooks.before = async (method, [, credentialId]) => {
      if (method !== 'claimCredential') return;
      delete world.stores.hooks.before;
      await world.stores.credentials.retireCredential('cus_Nova', String(credentialId), NOW);
    };
    await expect(rotateCredential(world.deps)(request)).rejects.toThrow(
      /the new credential Cred\d+ could not be claimed \(refused\)/,
    );
    expect(await validIds(world)).toStrictEqual([FIRST]);
  });
});
