import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Breaker, BreakerDay } from '../ports.ts';
import { type Item, orExplain, type Table, updateItem } from './dynamo-table.ts';
import { breakerKey, cursorKey, type Key } from './table-keys.ts';

const HELD_MAX = 1_000;
const READS_MAX = 3;

/** One item for each UTC day: whose access ended on Stripe's evidence, and whose did not because too many had. */
export const dynamoBreaker = (table: Table): Breaker => ({
  readBreaker: async (days) => {
    const cursor = cursorKey('subscriptions');
    const items = await readItems(table, [...new Set(days)].map(breakerKey), cursor);
    const withAccess = items.get(cursor.sk)?.customersWithAccess;
    return {
      days: days.map((day) => dayOf(day, items.get(breakerKey(day).sk))),
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

const readItems = async (
  { documents, tableName }: Table,
  days: readonly Key[],
  cursor: Key,
): Promise<ReadonlyMap<string, Item>> => {
  const items = new Map<string, Item>();
  let keys: readonly Item[] = [...days, cursor];
  for (let read = 0; read < READS_MAX && keys.length > 0; read += 1) {
    const { Responses, UnprocessedKeys } = await orExplain(
      'could not read the breaker',
      documents.send(
        new BatchGetCommand({
          RequestItems: { [tableName]: { Keys: [...keys], ConsistentRead: true } },
        }),
      ),
    );
    for (const item of Responses?.[tableName] ?? []) items.set(String(item.sk), item);
    keys = UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
  // A day that was not read must not pass for a day without revocations.
  if (keys.length > 0)
    throw new Error(`DynamoDB left ${keys.length} of the breaker's items unread`);
  return items;
};

const dayOf = (day: string, item: Item | undefined): BreakerDay => ({
  day,
  customers: idsOf(item?.customers),
  held: idsOf(item?.held),
  ...(typeof item?.liftedAt === 'number' ? { liftedAt: item.liftedAt } : {}),
  ...(typeof item?.liftedBy === 'string' ? { liftedBy: item.liftedBy } : {}),
});

const idsOf = (set: unknown): readonly string[] =>
  set instanceof Set ? [...set].map(String).sort() : [];
