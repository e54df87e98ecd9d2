import { expect, it } from 'vitest';
import type { Stores } from '../../simulation/stores/stores.ts';
import { credential, customer, fullCustomer, NOON } from './examples.ts';
import { blob, manifest, tag } from './release-examples.ts';

const ASK = { customerId: 'cus_Nova', credentialId: credential().credentialId };

type Open = () => Promise<Pick<Stores, 'pulls' | 'customers' | 'credentials' | 'releases'>>;

/** What every PullStore reads of the stores beside it. */
export const pullStoreContract = (open: Open): void => {
  const withEverything = async () => {
    const stores = await open();
    await stores.customers.saveCustomer(fullCustomer(), 0);
    await stores.credentials.putCredential(credential());
    await stores.releases.saveReleases([tag(), manifest(), blob()]);
    return stores;
  };

  it.each([tag(), manifest(), blob()])(
    'reads customer, credential and the %s together',
    async (item) => {
      const { pulls } = await withEverything();
      expect(await pulls.readPull({ ...ASK, key: item })).toStrictEqual({
        customer: fullCustomer(),
        credential: credential(),
        item,
      });
    },
  );

  it('reads customer and credential alone when nothing is asked for', async () => {
    const { pulls } = await withEverything();
    expect(await pulls.readPull(ASK)).toStrictEqual({
      customer: fullCustomer(),
      credential: credential(),
    });
  });

  it('leaves out what is not there', async () => {
    const { pulls } = await withEverything();
    const key = tag({ tag: 'v9' });
    expect(await pulls.readPull({ customerId: 'cus_Nov', credentialId: 'x', key })).toStrictEqual(
      {},
    );
    expect(await pulls.readPull({ ...ASK, credentialId: 'x', key: tag() })).toStrictEqual({
      customer: fullCustomer(),
      item: tag(),
    });
  });

  it("never reads another customer's credential", async () => {
    const { pulls, customers } = await withEverything();
    await customers.saveCustomer(customer({ customerId: 'cus_Zeta' }), 0);
    expect(await pulls.readPull({ ...ASK, customerId: 'cus_Zeta' })).toStrictEqual({
      customer: customer({ customerId: 'cus_Zeta' }),
    });
  });

  it('reads what was committed last, without what only the table knows', async () => {
    const { pulls, credentials, releases } = await withEverything();
    await credentials.claimCredential('cus_Nova', ASK.credentialId, NOON);
    await credentials.retireCredential('cus_Nova', ASK.credentialId, NOON + 1);
    await releases.claimRefresh(tag(), NOON + 61);
    expect(await pulls.readPull({ ...ASK, key: tag() })).toStrictEqual({
      customer: fullCustomer(),
      credential: credential({ claimedAt: NOON, retiresAt: NOON + 1 }),
      item: tag({ checkedAt: NOON + 61 }),
    });
  });
};
