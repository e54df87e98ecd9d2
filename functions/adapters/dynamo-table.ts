import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { SaveOutcome } from '../ports.ts';
import type { Key } from './table-keys.ts';

export type Item = Record<string, unknown>;

/** DynamoDB's expression language; every attribute in it is written `#name`, since hundreds of words are reserved. */
export type Condition = { readonly expression: string; readonly values?: Item };

export type Table = {
  readonly documents: DynamoDBDocumentClient;
  readonly tableName: string;
};

const PAGES_MAX = 1_000;

export const dynamoTable = (client: DynamoDBClient, tableName: string): Table => ({
  documents: DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  }),
  tableName,
});

/** Strongly consistent. */
export const findItem = async (
  { documents, tableName }: Table,
  key: Key,
): Promise<Item | undefined> => {
  const { Item: item } = await orExplain(
    `could not read ${key.pk} ${key.sk}`,
    documents.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true })),
  );
  return item;
};

/** Writes the whole item if `condition` holds. */
export const putItem = async (
  { documents, tableName }: Table,
  key: Key,
  item: object,
  condition: Condition,
): Promise<SaveOutcome> =>
  conditionally(
    `could not write ${key.pk} ${key.sk}`,
    documents.send(
      new PutCommand({
        TableName: tableName,
        Item: { ...item, ...key },
        ConditionExpression: condition.expression,
        ...inputOf(condition.expression, condition),
      }),
    ),
  );

/**
 * As `putItem`, for a write whose outcome matters. One that timed out may have taken effect, and its
 * repetition then fails on its own first half: `writeId` tells that from a lost race.
 */
export const saveItem = async (
  table: Table,
  key: Key,
  item: object,
  condition: Condition,
): Promise<SaveOutcome> => {
  const writeId = randomUUID();
  const outcome = await putItem(table, key, { ...item, writeId }, condition);
  if (outcome === 'saved') return 'saved';
  return (await findItem(table, key))?.writeId === writeId ? 'saved' : 'conflict';
};

/** Changes attributes if `condition` holds. The change must be one that may be repeated. */
export const updateItem = async (
  { documents, tableName }: Table,
  key: Key,
  update: Condition,
  condition?: string,
): Promise<SaveOutcome> =>
  conditionally(
    `could not update ${key.pk} ${key.sk}`,
    documents.send(
      new UpdateCommand({
        TableName: tableName,
        Key: key,
        UpdateExpression: update.expression,
        ...(condition === undefined ? {} : { ConditionExpression: condition }),
        ...inputOf(`${update.expression} ${condition ?? ''}`, update),
      }),
    ),
  );

/** Removes the item if `condition` holds; say in it what may be taken for removed already. */
export const removeItem = async (
  { documents, tableName }: Table,
  key: Key,
  condition: Condition,
): Promise<SaveOutcome> =>
  conditionally(
    `could not remove ${key.pk} ${key.sk}`,
    documents.send(
      new DeleteCommand({
        TableName: tableName,
        Key: key,
        ConditionExpression: condition.expression,
        ...inputOf(condition.expression, condition),
      }),
    ),
  );

/** All pages of one partition, or of the part below `prefix`, strongly consistent, in the order of the sort key. */
export const listItems = async (
  table: Table,
  pk: string,
  prefix?: string,
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  const condition =
    prefix === undefined
      ? { expression: '#pk = :pk', values: { ':pk': pk } }
      : {
          expression: '#pk = :pk AND begins_with(#sk, :prefix)',
          values: { ':pk': pk, ':prefix': prefix },
        };
  const query = {
    KeyConditionExpression: condition.expression,
    ...inputOf(condition.expression, condition),
    ConsistentRead: true,
  };
  for await (const page of pagesOf(table, query)) items.push(...page);
  return items;
};

/** Pages of one query, until DynamoDB says that there are no more. */
export async function* pagesOf(
  { documents, tableName }: Table,
  query: Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey'>,
  pagesMax = PAGES_MAX,
): AsyncGenerator<readonly Item[]> {
  let next: Item | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const { Items, LastEvaluatedKey } = await orExplain(
      `could not query ${query.IndexName ?? 'the table'}`,
      documents.send(new QueryCommand({ ...query, TableName: tableName, ExclusiveStartKey: next })),
    );
    yield Items ?? [];
    if (LastEvaluatedKey === undefined) return;
    next = LastEvaluatedKey;
  }
  throw new Error(`a query did not end within ${pagesMax} pages`);
}

/** Names and values of an expression, each `#name` being the attribute of that name. */
export const inputOf = (expressions: string, { values }: Condition) => ({
  ExpressionAttributeNames: Object.fromEntries(
    [...expressions.matchAll(/#(\w+)/g)].map(([name, attribute]) => [name, attribute ?? name]),
  ),
  ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
});

const conditionally = async (what: string, write: Promise<unknown>): Promise<SaveOutcome> => {
  try {
    await write;
    return 'saved';
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return 'conflict';
    throw new Error(what, { cause });
  }
};

/** Gives a failure of the SDK the name of what we were doing. */
export const orExplain = async <Output>(what: string, call: Promise<Output>): Promise<Output> => {
  try {
    return await call;
  } catch (cause) {
    throw new Error(what, { cause });
  }
};
