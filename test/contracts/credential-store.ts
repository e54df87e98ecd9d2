import { expect, it } from 'vitest';
import type { Stores } from '../../simulation/stores/stores.ts';
import { credential, customer, NOON } from './examples.ts';

/** What every CredentialStore does. */
export const credentialStoreContract = (
  open: () => Promise<Pick<Stores, 'credentials' | 'customers'>>,
): void => {
  const withCredential = async (given = credential()) => {
    const { credentials } = await open();
    await credentials.putCredential(given);
    return credentials;
  };
  const claim = async (store: Stores['credentials'], now: number) =>
    store.claimCredential('cus_Nova', credential().credentialId, now);

  it('answers with the credential that was put first', async () => {
    const store = await withCredential();
    const second = credential({ hash: `sha256:${'f'.repeat(64)}` });
    expect(await store.putCredential(second)).toStrictEqual(credential());
    expect(await store.listCredentials('cus_Nova')).toStrictEqual([credential()]);
  });

  it('lists the credentials of one customer only', async () => {
    const { credentials, customers } = await open();
    const later = credential({ credentialId: 'Zb3dEf6hIj9k', label: 'ci' });
    await customers.saveCustomer(customer(), 0);
    await credentials.putCredential(later);
    expect(await credentials.putCredential(credential())).toStrictEqual(credential());
    await credentials.putCredential(credential({ customerId: 'cus_Nov' }));
    expect(await credentials.listCredentials('cus_Nova')).toStrictEqual([credential(), later]);
  });

  it('is claimed once, and the second claimer learns when', async () => {
    const store = await withCredential();
    expect(await claim(store, NOON + 1)).toStrictEqual({ kind: 'claimed' });
    expect(await claim(store, NOON + 2)).toStrictEqual({
      kind: 'refused',
      credential: credential({ claimedAt: NOON + 1 }),
    });
  });

  it('has one winner among many claimers', async () => {
    const store = await withCredential();
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map((later) => claim(store, NOON + later)));
    expect(outcomes.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
  });

  it('cannot be claimed when there is none', async () => {
    const { credentials } = await open();
    expect(await claim(credentials, NOON)).toStrictEqual({
      kind: 'refused',
      credential: undefined,
    });
    expect(await credentials.listCredentials('cus_Nova')).toStrictEqual([]);
  });

  it.each([
    ['a second before it lapses unclaimed', 'claimed', {}, NOON + 999],
    ['when it has lapsed unclaimed', 'refused', {}, NOON + 1_000],
    ['a second before it retires', 'claimed', { retiresAt: NOON + 10 }, NOON + 9],
    ['when it has retired', 'refused', { retiresAt: NOON + 10 }, NOON + 10],
  ] as const)('%s, a claim is %s', async (_when, kind, given, now) => {
    const store = await withCredential(credential(given));
    expect(await claim(store, now)).toMatchObject({ kind });
  });

  it('retires earlier when told so, never later', async () => {
    const store = await withCredential();
    const retire = async (at: number) =>
      store.retireCredential('cus_Nova', credential().credentialId, at);
    const retiresAt = async () => (await store.listCredentials('cus_Nova'))[0]?.retiresAt;
    await retire(NOON + 50);
    expect(await retiresAt()).toBe(NOON + 50);
    await retire(NOON + 60);
    expect(await retiresAt()).toBe(NOON + 50);
    await retire(NOON + 40);
    expect(await retiresAt()).toBe(NOON + 40);
  });

  it('retires nothing where there is nothing', async () => {
    const { credentials } = await open();
    await credentials.retireCredential('cus_Nova', 'missing', NOON);
    expect(await credentials.listCredentials('cus_Nova')).toStrictEqual([]);
  });
};
