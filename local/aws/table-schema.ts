import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { EpochSeconds } from '../../functions/core/time.ts';

const LOOKS_MAX = 400;
const LOOK_MILLISECONDS = 25;
const PAGES_MAX = 10_000;

/** The stage's table as the stack makes it, on any DynamoDB; one that exists is left alone. */
export const createTable = async (client: DynamoDBClient, tableName: string): Promise<void> => {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
          { AttributeName: 'dueShard', AttributeType: 'N' },
          { AttributeName: 'dueAt', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'due',
            KeySchema: [
              { AttributeName: 'dueShard', KeyType: 'HASH' },
              { AttributeName: 'dueAt', KeyType: 'RANGE' },
            ],
            Projection: {
              ProjectionType: 'INCLUDE',
              NonKeyAttributes: [
                'customerId',
                'fingerprint',
                'accessUntil',
                'members',
                'version',
                'effectsDone',
              ],
            },
          },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilActive(client, tableName);
};

const waitUntilActive = async (client: DynamoDBClient, tableName: string): Promise<void> => {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    const indexes = Table?.GlobalSecondaryIndexes ?? [];
    const ready = indexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE');
    if (Table?.TableStatus === 'ACTIVE' && ready) return;
    await sleep(LOOK_MILLISECONDS);
  }
  throw new Error(`table ${tableName} did not become ACTIVE in ${LOOKS_MAX} looks`);
};

type Key = Readonly<Record<'pk' | 'sk', { readonly S: string }>>;

/** What TTL would collect some day, now. */
export const collectExpired = async (
  client: DynamoDBClient,
  tableName: string,
  now: EpochSeconds,
): Promise<number> => {
  let count = 0;
  for await (const key of expiredKeys(client, tableName, now)) {
    if (await removeIfExpired(client, { ...expiry(tableName, now), Key: key })) count += 1;
  }
  return count;
};

/** An item that got a later `expiresAt` since the scan stays. */
const removeIfExpired = async (
  client: DynamoDBClient,
  input: DeleteItemCommandInput,
): Promise<boolean> => {
  try {
    await client.send(
      new DeleteItemCommand({ ...input, ConditionExpression: '#expiresAt < :now' }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

const expiry = (tableName: string, now: EpochSeconds) => ({
  TableName: tableName,
  ExpressionAttributeNames: { '#expiresAt': 'expiresAt' },
  ExpressionAttributeValues: { ':now': { N: String(now) } },
});

const keyOf = (item: Readonly<Record<string, AttributeValue>>): Key => ({
  pk: { S: item.pk?.S ?? '' },
  sk: { S: item.sk?.S ?? '' },
});

async function* expiredKeys(
  client: DynamoDBClient,
  tableName: string,
  now: EpochSeconds,
): AsyncIterable<Key> {
  let start: Key | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({
        ...expiry(tableName, now),
        FilterExpression: '#expiresAt < :now',
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    yield* Items.map(keyOf);
    if (LastEvaluatedKey === undefined) return;
    start = keyOf(LastEvaluatedKey);
  }
  throw new Error(`the scan of ${tableName} did not end within ${PAGES_MAX} pages`);
}
