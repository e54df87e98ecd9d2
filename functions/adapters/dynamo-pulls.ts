import type { PullStore } from '../ports.ts';
import { credentialOf } from './credential-item.ts';
import { customerOf } from './customer-item.ts';
import { readBatch } from './dynamo-batch.ts';
import type { Table } from './dynamo-table.ts';
import { releaseOf } from './release-item.ts';
import { credentialKey, customerKey, releaseKey } from './table-keys.ts';

/** Customer, credential and release in one BatchGetItem: what is committed before it decides. */
export const dynamoPulls = (table: Table): PullStore => ({
  readPull: async ({ customerId, credentialId, key }) => {
    const keys = {
      customer: customerKey(customerId),
      credential: credentialKey(customerId, credentialId),
      ...(key === undefined ? {} : { item: releaseKey(key) }),
    };
    const find = await readBatch(table, Object.values(keys), 'the pull');
    const customer = find(keys.customer);
    const credential = find(keys.credential);
    const item = keys.item === undefined ? undefined : find(keys.item);
    return {
      ...(customer === undefined ? {} : { customer: customerOf(customer) }),
      ...(credential === undefined ? {} : { credential: credentialOf(credential) }),
      ...(item === undefined ? {} : { item: releaseOf(item) }),
    };
  },
});
