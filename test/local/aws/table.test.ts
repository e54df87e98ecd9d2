import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/aws/account.ts';
import { startTable, type TableOptions, type TableStandIn } from '../../../local/aws/table.ts';

type Items = Record<string, { S: string } | { N: string }>;

const withTable = async (
  part: Partial<TableOptions>,
  run: (client: DynamoDBClient, table: TableStandIn) => Promise<void>,
) => {
  const table = await startTable({ tableName: 'wharfage-test', ...part });
  const client = new DynamoDBClient({
    endpoint: table.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  try {
    await run(client, table);
  } finally {
    client.destroy();
    await table.close();
  }
};

const put = (client: DynamoDBClient, pk: string, attributes: Items = {}) =>
  client.send(
    new PutItemCommand({
      TableName: 'wharfage-test',
      Item: { pk: { S: pk }, sk: { S: 'CUSTOMER' }, ...attributes },
    }),
  );
const exists = async (client: DynamoDBClient, pk: string) => {
  const Key = { pk: { S: pk }, sk: { S: 'CUSTOMER' } };
  const { Item } = await client.send(new GetItemCommand({ TableName: 'wharfage-test', Key }));
  return Item !== undefined;
};

describe('the table', () => {
  it('is active, with the sparse index, when the start resolves', () =>
    withTable({}, async (client) => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: 'wharfage-test' }));
      expect(Table).toMatchObject({
        TableStatus: 'ACTIVE',
        GlobalSecondaryIndexes: [{ IndexName: 'due', IndexStatus: 'ACTIVE' }],
      });
    }));

  it('shows in the index only what is due, with the projected attributes only', () =>
    withTable({}, async (client) => {
      const due = { dueShard: { N: '3' }, dueAt: { N: '1800000000' } };
      await put(client, 'CUSTOMER#cus_1', {
        ...due,
        customerId: { S: 'cus_1' },
        email: { S: 'x' },
      });
      await put(client, 'CUSTOMER#cus_2', { customerId: { S: 'cus_2' } });
      const { Items } = await client.send(
        new QueryCommand({
          TableName: 'wharfage-test',
          IndexName: 'due',
          KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
          ExpressionAttributeValues: { ':shard': { N: '3' }, ':now': { N: '1800000000' } },
        }),
      );
      expect(Items).toEqual([
        { pk: { S: 'CUSTOMER#cus_1' }, sk: { S: 'CUSTOMER' }, ...due, customerId: { S: 'cus_1' } },
      ]);
    }));

  it('collects what has expired, and nothing else', () =>
    withTable({}, async (client, table) => {
      await put(client, 'old', { expiresAt: { N: '1799999999' } });
      await put(client, 'just', { expiresAt: { N: '1800000000' } });
      await put(client, 'forever');
      expect(await table.collectExpired(1_800_000_000)).toBe(1);
      expect([
        await exists(client, 'old'),
        await exists(client, 'just'),
        await exists(client, 'forever'),
      ]).toEqual([false, true, true]);
    }));

  it('keeps its items on disk from one start to the next', async () => {
    const path = await mkdtemp(join(tmpdir(), 'wharfage-table-'));
    try {
      await withTable({ path }, async (client) => {
        await put(client, 'kept');
      });
      await withTable({ path }, async (client) => {
        expect(await exists(client, 'kept')).toBe(true);
      });
    } finally {
      await rm(path, { recursive: true });
    }
  });
});
