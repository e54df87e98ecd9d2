import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, orExplain, type Table } from './dynamo-table.ts';
import type { Key } from './table-keys.ts';

/** Of one BatchGetItem, by DynamoDB's limit. */
const KEYS_MAX = 100;
/** Reads in a row that brought nothing: throttled. */
const FRUITLESS_READS_MAX = 3;
const PAUSE_MILLISECONDS = 20;

export type FindItem = (key: Key) => Item | undefined;

/**
 * At most 100 items in one round trip, strongly consistent. What DynamoDB leaves unread, throttled or
 * beyond 16 MB, is read again; what stays unread is an error and never passes for something that is
 * not there.
 */
export const readBatch = async (
  table: Table,
  keys: readonly Key[],
  what: string,
): Promise<FindItem> => {
  const items = new Map<string, Item>();
  // DynamoDB refuses a batch that names a key twice.
  let unread: readonly Item[] = [...new Map(keys.map((key) => [textOf(key), key])).values()];
  if (unread.length > KEYS_MAX) {
    throw new Error(`a batch reads at most ${KEYS_MAX} items, got ${unread.length} of ${what}`);
  }
  for (let fruitless = 0; unread.length > 0 && fruitless < FRUITLESS_READS_MAX; ) {
    if (fruitless > 0) await sleep(PAUSE_MILLISECONDS * fruitless);
    const { read, left } = await orExplain(`could not read ${what}`, readOnce(table, unread));
    for (const item of read) items.set(textOf(item), item);
    fruitless = left.length < unread.length ? 0 : fruitless + 1;
    unread = left;
  }
  if (unread.length > 0) {
    throw new Error(`DynamoDB left ${unread.length} of ${what}'s items unread`);
  }
  return (key) => items.get(textOf(key));
};

const readOnce = async ({ documents, tableName }: Table, keys: readonly Item[]) => {
  const { Responses, UnprocessedKeys } = await documents.send(
    new BatchGetCommand({
      RequestItems: { [tableName]: { Keys: [...keys], ConsistentRead: true } },
    }),
  );
  return {
    read: Responses?.[tableName] ?? [],
    left: UnprocessedKeys?.[tableName]?.Keys ?? [],
  };
};

const textOf = ({ pk, sk }: Item | Key): string => `${pk} ${sk}`;
