import { expect, it } from 'vitest';
import type { Stores } from '../../simulation/stores/stores.ts';
import { customer, fullCustomer, NOON, transition } from './examples.ts';

/** What every CustomerStore does. */
export const customerStoreContract = (open: () => Promise<Pick<Stores, 'customers'>>): void => {
  it('knows nothing of a customer that was never saved', async () => {
    const { customers } = await open();
    expect(await customers.findCustomer('cus_Nova')).toBeUndefined();
  });

  it.each([
    ['nothing but what must be there', { ...customer(), version: 7 }],
    ['every field that there is', fullCustomer()],
  ])('gives back exactly the customer that was saved: %s', async (_which, saved) => {
    const { customers } = await open();
    for (let version = 0; version < 6; version += 1) {
      await customers.saveCustomer(customer({ version: version + 1 }), version);
    }
    expect(await customers.saveCustomer(saved, 6)).toBe('saved');
    expect(await customers.findCustomer('cus_Nova')).toStrictEqual(saved);
  });

  it('forgets a field that the next version no longer has', async () => {
    const { customers } = await open();
    await customers.saveCustomer(customer({ dueAt: NOON, email: 'ops@nova.example' }), 0);
    await customers.saveCustomer(customer({ version: 2 }), 1);
    expect(await customers.findCustomer('cus_Nova')).toStrictEqual(customer({ version: 2 }));
  });

  it.each([
    ['there is one already', 0],
    ['somebody wrote in between', 1],
  ])('refuses to save a customer when %s', async (_why, read) => {
    const { customers } = await open();
    await customers.saveCustomer(customer(), 0);
    await customers.saveCustomer(customer({ version: 2, email: 'kept' }), 1);
    expect(await customers.saveCustomer(customer({ version: read + 1 }), read)).toBe('conflict');
    expect(await customers.findCustomer('cus_Nova')).toMatchObject({ version: 2, email: 'kept' });
  });

  it('refuses to save over a customer that is not there', async () => {
    const { customers } = await open();
    expect(await customers.saveCustomer(customer({ version: 4 }), 3)).toBe('conflict');
    expect(await customers.findCustomer('cus_Nova')).toBeUndefined();
  });

  it('will not save a version that is not a higher one', async () => {
    const { customers } = await open();
    await expect(customers.saveCustomer(customer({ version: 1 }), 1)).rejects.toThrow(
      'a save over version 1 must write a higher one, got 1',
    );
  });

  it('may skip versions, as after a restore', async () => {
    const { customers } = await open();
    await customers.saveCustomer(customer(), 0);
    expect(await customers.saveCustomer(customer({ version: 40 }), 1)).toBe('saved');
    expect(await customers.saveCustomer(customer({ version: 41 }), 1)).toBe('conflict');
    expect(await customers.findCustomer('cus_Nova')).toMatchObject({ version: 40 });
  });

  it('lets one of many writers win', async () => {
    const { customers } = await open();
    const outcomes = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((email) => customers.saveCustomer(customer({ email }), 0)),
    );
    expect(outcomes.filter((outcome) => outcome === 'saved')).toHaveLength(1);
  });

  it('postpones: writes the times and nothing else', async () => {
    const { customers } = await open();
    await customers.saveCustomer(customer({ dueAt: NOON, confirmAt: NOON, retryAt: NOON }), 0);
    const later = customer({
      dueAt: NOON + 60,
      retries: 3,
      verifiedAt: NOON + 1,
      verifiedBy: 'due',
    });
    const withMore = { ...later, email: 'not a time', isHeld: true };
    expect(await customers.postpone(withMore)).toBe('saved');
    expect(await customers.findCustomer('cus_Nova')).toStrictEqual(later);
  });

  it('postpones to never', async () => {
    const { customers } = await open();
    await customers.saveCustomer(customer({ dueAt: NOON }), 0);
    expect(await customers.postpone(customer())).toBe('saved');
    expect(await customers.findCustomer('cus_Nova')).toStrictEqual(customer());
  });

  it.each([
    ['of another version', 3],
    ['that is not there', 1],
  ])('does not postpone a customer %s', async (_which, version) => {
    const { customers } = await open();
    await customers.saveCustomer(customer({ customerId: 'cus_Nova' }), 0);
    const customerId = version === 1 ? 'cus_Other' : 'cus_Nova';
    const outcome = await customers.postpone(customer({ customerId, version, dueAt: NOON }));
    expect(outcome).toBe('conflict');
    expect(await customers.findCustomer('cus_Nova')).toStrictEqual(customer());
    expect(await customers.findCustomer('cus_Other')).toBeUndefined();
  });

  it('marks the effects of the stored version as done', async () => {
    const { customers } = await open();
    const members = { accounts: ['111122223333'], untils: { 'acme/app': NOON } };
    const projected = { accounts: ['444455556666'], untils: { 'acme/app': NOON } };
    const saved = customer({ members, projected, mint: 'c1', dueAt: NOON });
    await customers.saveCustomer(saved, 0);
    expect(await customers.markEffectsDone(saved)).toBe('saved');
    expect(await customers.markEffectsDone(saved)).toBe('saved');
    expect(await customers.findCustomer('cus_Nova')).toStrictEqual(
      customer({ members, projected: members, effectsDone: 1, dueAt: NOON }),
    );
  });

  it('does not mark a version that somebody has written over', async () => {
    const { customers } = await open();
    await customers.saveCustomer(customer({ mint: 'c1' }), 0);
    await customers.saveCustomer(customer({ version: 2, mint: 'c2' }), 1);
    expect(await customers.markEffectsDone(customer({ mint: 'c1' }))).toBe('conflict');
    expect(await customers.findCustomer('cus_Nova')).toMatchObject({ effectsDone: 0, mint: 'c2' });
  });

  it('keeps every transition once, oldest first, apart from those of others', async () => {
    const { customers } = await open();
    await customers.putAudit('cus_Nova', transition({ sequence: 10 }));
    await customers.putAudit('cus_Nova', transition({ sequence: 9 }));
    await customers.putAudit('cus_Nova', transition({ sequence: 9, actor: 'second copy' }));
    await customers.putAudit('cus_Nov', transition({ sequence: 1 }));
    await customers.saveCustomer(customer(), 0);
    expect(await customers.listAudit('cus_Nova')).toStrictEqual([
      transition({ sequence: 9 }),
      transition({ sequence: 10 }),
    ]);
  });
};
