import { expect, it } from 'vitest';
import type { Stores } from '../../simulation/stores/stores.ts';
import { collect } from '../support/collect.ts';
import { customer, NOON, transition } from './examples.ts';

/** What every DueIndex shows of the customers beside it. */
export const dueIndexContract = (open: () => Promise<Pick<Stores, 'customers' | 'due'>>): void => {
  const withCustomers = async (dueAts: Readonly<Record<string, number | undefined>>) => {
    const stores = await open();
    for (const [customerId, dueAt] of Object.entries(dueAts)) {
      await stores.customers.saveCustomer(
        customer({ customerId, ...(dueAt === undefined ? {} : { dueAt }) }),
        0,
      );
    }
    return stores;
  };

  it('lists who is due now, up to the very second', async () => {
    const { due } = await withCustomers({
      cus_past: NOON - 5,
      cus_now: NOON,
      cus_next: NOON + 1,
      cus_never: undefined,
    });
    expect(await due.listDue(NOON, 100)).toStrictEqual([
      { customerId: 'cus_past', dueAt: NOON - 5 },
      { customerId: 'cus_now', dueAt: NOON },
    ]);
  });

  it('lists those who have waited longest when there are more than asked for', async () => {
    const waiting = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`cus_${index}`, NOON - 100 + index]),
    );
    const { due } = await withCustomers(waiting);
    const listed = await due.listDue(NOON, 3);
    expect(listed.map(({ customerId }) => customerId)).toStrictEqual(['cus_0', 'cus_1', 'cus_2']);
  });

  it('follows a customer that is postponed, and loses one that waits for nothing', async () => {
    const { customers, due } = await withCustomers({ cus_a: NOON, cus_b: NOON, cus_c: undefined });
    await customers.postpone(customer({ customerId: 'cus_a', dueAt: NOON + 60 }));
    await customers.postpone(customer({ customerId: 'cus_b' }));
    await customers.postpone(customer({ customerId: 'cus_c', dueAt: NOON }));
    expect(await due.listDue(NOON, 100)).toStrictEqual([{ customerId: 'cus_c', dueAt: NOON }]);
    const all = await collect(due.listAll());
    expect(all.map(({ customerId }) => customerId).sort()).toStrictEqual(['cus_a', 'cus_c']);
  });

  it('shows of everybody what the daily comparison needs', async () => {
    const { customers, due } = await open();
    const members = { accounts: ['111122223333'], untils: { 'acme/app': NOON + 3_888_000 } };
    const { windows } = transition().after;
    await customers.saveCustomer(customer({ dueAt: NOON, members, windows }), 0);
    await customers.saveCustomer(customer({ customerId: 'cus_Poor', dueAt: NOON }), 0);
    const all = await collect(due.listAll());
    expect(all.sort((a, b) => (a.customerId < b.customerId ? -1 : 1))).toStrictEqual([
      {
        customerId: 'cus_Nova',
        dueAt: NOON,
        fingerprint: expect.stringMatching(/^.+$/),
        accessUntil: NOON + 3_888_000,
        members,
      },
      {
        customerId: 'cus_Poor',
        dueAt: NOON,
        fingerprint: expect.stringMatching(/^.+$/),
        accessUntil: 0,
        members: { accounts: [], untils: {} },
      },
    ]);
  });
};
