import type { Breaker, BreakerDay } from '../ports.ts';
import { readBatch } from './dynamo-batch.ts';
import { type Item, type Table, updateItem } from './dynamo-table.ts';
import { breakerKey, cursorKey } from './table-keys.ts';

const HELD_MAX = 1_000;

/** One item for each UTC day: whose access ended on Stripe's evidence, and whose did not because too many had. */
export const dynamoBreaker = (table: Table): Breaker => ({
  readBreaker: async (days) => {
    const cursor = cursorKey('subscriptions');
    const find = await readBatch(table, [...days.map(breakerKey), cursor], 'the breaker');
    const withAccess = find(cursor)?.customersWithAccess;
    return {
      days: days.map((day) => dayOf(day, find(breakerKey(day)))),
      customersWithAccess: typeof withAccess === 'number' ? withAccess : 0,
    };
  },
  // One conditional ADD to a set: however often it is repeated, a customer counts once.
  countRevocation: async (day, customerId, limit) => {
    const outcome = await addTo(table, day, { set: 'customers', customerId, limit });
    return outcome === 'saved' ? 'counted' : 'full';
  },
  noteHeld: async (day, customerId) => {
    // A conflict means that the list is full: it is for people to read, and long enough.
    await addTo(table, day, { set: 'held', customerId, limit: HELD_MAX });
  },
  liftBreaker: async (day, at, by) => {
    await updateItem(table, breakerKey(day), {
      expression: 'SET #liftedAt = :at, #liftedBy = :by',
      values: { ':at': at, ':by': by },
    });
  },
});

const addTo = (
  table: Table,
  day: string,
  { set, customerId, limit }: { set: 'customers' | 'held'; customerId: string; limit: number },
) =>
  updateItem(
    table,
    breakerKey(day),
    {
      expression: `ADD #${set} :ids`,
      values: { ':ids': new Set([customerId]), ':id': customerId, ':limit': limit },
    },
    `contains(#${set}, :id) OR size(#${set}) < :limit${limit < 1 ? '' : ` OR attribute_not_exists(#${set})`}`,
  );

const dayOf = (day: string, item: Item | undefined): BreakerDay => ({
  day,
  customers: idsOf(item?.customers),
  held: idsOf(item?.held),
  ...(typeof item?.liftedAt === 'number' ? { liftedAt: item.liftedAt } : {}),
  ...(typeof item?.liftedBy === 'string' ? { liftedBy: item.liftedBy } : {}),
});

const idsOf = (set: unknown): readonly string[] =>
  set instanceof Set ? [...set].map(String).sort() : [];
