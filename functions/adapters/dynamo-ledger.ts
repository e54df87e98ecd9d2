import { HOUR } from '../core/time.ts';
import type { Ledger } from '../ports.ts';
import { listItems, type Table, updateItem } from './dynamo-table.ts';
import { pullDaysOf } from './ledger-days.ts';
import { writeOf } from './ledger-write.ts';
import { PULL_PREFIX, USED_PREFIX, useKey } from './table-keys.ts';

/** Uses that one instance remembers, so that it need not ask the table again within the hour. */
const REMEMBERED_MAX = 10_000;

/**
 * What was pulled, by customer, repository and day. Nothing in it is ever removed, nor when the
 * customer is deleted: invoices and disputes look back.
 */
export const dynamoLedger = (table: Table): Ledger => {
  const remembered = new Map<string, number>();
  return {
    notePull: async (entry) => {
      const { key, update, condition } = writeOf(entry);
      // A conflict is a pull that was counted, or an own write whose answer was lost.
      await updateItem(table, key, update, condition);
    },
    noteUse: async (customerId, credentialId, at) => {
      const key = useKey(customerId, credentialId);
      const credential = `${key.pk} ${key.sk}`;
      const hourAgo = at - HOUR;
      if ((remembered.get(credential) ?? 0) > hourAgo) return;
      // A conflict is a use that another instance noted within the hour.
      await updateItem(
        table,
        key,
        { expression: 'SET #usedAt = :at', values: { ':at': at, ':hourAgo': hourAgo } },
        'attribute_not_exists(#usedAt) OR #usedAt <= :hourAgo',
      );
      if (remembered.size >= REMEMBERED_MAX) remembered.clear();
      remembered.set(credential, at);
    },
    listPulls: async (customerId) =>
      pullDaysOf(await listItems(table, useKey(customerId, '').pk, PULL_PREFIX)),
    listUses: async (customerId) => {
      const items = await listItems(table, useKey(customerId, '').pk, USED_PREFIX);
      return Object.fromEntries(
        items.map(({ sk, usedAt }) => [String(sk).slice(USED_PREFIX.length), Number(usedAt)]),
      );
    },
  };
};
