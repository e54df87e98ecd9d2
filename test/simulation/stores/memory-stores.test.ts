import { expect, it } from 'vitest';
import { memoryStores } from '../../../simulation/stores/memory-stores.ts';
import { storeContracts } from '../../contracts/all-stores.ts';
import { customer, NOON } from '../../contracts/examples.ts';
import { collect } from '../../support/collect.ts';

storeContracts('stores in memory', async () => memoryStores());

it('counts calls, the refused ones included', async () => {
  const { customers, calls, hooks } = memoryStores();
  await customers.findCustomer('cus_Nova');
  hooks.before = () => {
    throw new Error('crash');
  };
  await expect(customers.findCustomer('cus_Nova')).rejects.toThrow('crash');
  expect(calls).toStrictEqual({ findCustomer: 2 });
});

it('crashes before or after the effect', async () => {
  const { customers, hooks } = memoryStores();
  const crash = (method: string): void => {
    if (method === 'saveCustomer') throw new Error('crash');
  };
  hooks.before = crash;
  await expect(customers.saveCustomer(customer(), 0)).rejects.toThrow('crash');
  expect(await customers.findCustomer('cus_Nova')).toBeUndefined();
  delete hooks.before;
  hooks.after = crash;
  await expect(customers.saveCustomer(customer(), 0)).rejects.toThrow('crash');
  expect(await customers.findCustomer('cus_Nova')).toStrictEqual(customer());
});

it('shares nothing with its callers', async () => {
  const { customers } = memoryStores();
  const accounts = ['111122223333'];
  await customers.saveCustomer(customer({ accounts }), 0);
  accounts.push('444455556666');
  expect((await customers.findCustomer('cus_Nova'))?.accounts).toStrictEqual(['111122223333']);
});

it('remembers at most a thousand who were held', async () => {
  const { breaker } = memoryStores();
  for (let index = 0; index <= 1_000; index += 1)
    await breaker.noteHeld('2026-11-21', `cus_${index}`);
  expect((await breaker.readBreaker(['2026-11-21'])).days[0]?.held).toHaveLength(1_000);
});

it('counts a listing and lets a hook break it', async () => {
  const { due, customers, calls, hooks } = memoryStores();
  await customers.saveCustomer(customer({ dueAt: NOON }), 0);
  hooks.before = () => {
    throw new Error('crash');
  };
  await expect(collect(due.listAll())).rejects.toThrow('crash');
  expect(calls.listAll).toBe(1);
});
