import { SHARDS } from '../core/fingerprint.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { DueEntry, DueIndex } from '../ports.ts';
import { pagesOf, type Table } from './dynamo-table.ts';

const INDEX_NAME = 'due';
const SHARD_NUMBERS = Array.from({ length: SHARDS }, (_, shard) => shard);

/** The sparse index of customers that wait for something. It lags behind: whoever acts reads the customer. */
export const dynamoDue = (table: Table): DueIndex => ({
  listDue: async (now, limit) => {
    const shards = await Promise.all(SHARD_NUMBERS.map((shard) => dueIn(table, shard, now, limit)));
    return shards
      .flat()
      .sort((a, b) => a.dueAt - b.dueAt)
      .slice(0, limit);
  },
  listAll: async function* listAll() {
    for (const shard of SHARD_NUMBERS) {
      const query = {
        IndexName: INDEX_NAME,
        KeyConditionExpression: '#dueShard = :shard',
        ExpressionAttributeNames: { '#dueShard': 'dueShard' },
        ExpressionAttributeValues: { ':shard': shard },
      };
      for await (const page of pagesOf(table, query)) {
        yield* page.map(
          ({ customerId, dueAt, fingerprint, accessUntil, members }) =>
            ({ customerId, dueAt, fingerprint, accessUntil, members }) as DueEntry,
        );
      }
    }
  },
});

type Due = Pick<DueEntry, 'customerId' | 'dueAt'>;

const dueIn = async (
  table: Table,
  shard: number,
  now: EpochSeconds,
  limit: number,
): Promise<readonly Due[]> => {
  const due: Due[] = [];
  const query = {
    IndexName: INDEX_NAME,
    KeyConditionExpression: '#dueShard = :shard AND #dueAt <= :now',
    ProjectionExpression: '#customerId, #dueAt',
    ExpressionAttributeNames: {
      '#dueShard': 'dueShard',
      '#dueAt': 'dueAt',
      '#customerId': 'customerId',
    },
    ExpressionAttributeValues: { ':shard': shard, ':now': now },
    Limit: limit,
  };
  for await (const page of pagesOf(table, query)) {
    due.push(...page.map(({ customerId, dueAt }) => ({ customerId, dueAt }) as Due));
    if (due.length >= limit) break;
  }
  return due;
};
