import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, it } from 'vitest';
import { dynamoDue } from '../../functions/adapters/dynamo-due.ts';
import { dynamoReleases } from '../../functions/adapters/dynamo-releases.ts';
import { customer, NOON } from '../contracts/examples.ts';
import { collect } from '../support/collect.ts';
import { dynamoStores } from '../support/dynamo-server.ts';
import { type Answer, type Call, type ScriptedAws, scriptedAws } from '../support/scripted-aws.ts';

let aws: ScriptedAws | undefined;
afterEach(async () => aws?.close());

const storesThat = async (answer: (call: Call, index: number) => Answer) => {
  const server = await scriptedAws(answer);
  aws = server;
  return { ...dynamoStores(new DynamoDBClient(server.config), 'wharfage'), calls: server.calls };
};

it.each([
  ['read', 'could not read CUSTOMER#cus_Nova CUSTOMER'],
  ['save', 'could not write CUSTOMER#cus_Nova CUSTOMER'],
  ['postpone', 'could not update CUSTOMER#cus_Nova CUSTOMER'],
  ['list', 'could not query the table'],
  ['due', 'could not query due'],
  ['breaker', 'could not read the breaker'],
] as const)('says what it could not do: %s', async (verb, message) => {
  const { customers, due, breaker } = await storesThat(() => ({ error: 'AccessDeniedException' }));
  const attempts = {
    read: async () => customers.findCustomer('cus_Nova'),
    save: async () => customers.saveCustomer(customer(), 0),
    postpone: async () => customers.postpone(customer()),
    list: async () => customers.listAudit('cus_Nova'),
    due: async () => due.listDue(NOON, 10),
    breaker: async () => breaker.readBreaker(['2026-11-21']),
  };
  await expect(attempts[verb]()).rejects.toMatchObject({
    message,
    cause: { name: 'AccessDeniedException' },
  });
});

it('reads strongly wherever a decision follows', async () => {
  const { customers, members, breaker, credentials, stage, calls } = await storesThat(() => ({
    body: {},
  }));
  await customers.findCustomer('cus_Nova');
  await customers.listAudit('cus_Nova');
  await members.readRepository('acme/app');
  await credentials.listCredentials('cus_Nova');
  await stage.findCursor('events');
  await stage.findCatalogState();
  await breaker.readBreaker(['2026-11-21']);
  expect(
    calls.map(({ input }) => JSON.stringify(input).includes('"ConsistentRead":true')),
  ).toStrictEqual([true, true, true, true, true, true, true]);
});

it('asks again for what DynamoDB left unread of the breaker', async () => {
  const unread = { wharfage: { Keys: [{ pk: { S: 'STAGE' }, sk: { S: 'BREAKER#2026-11-21' } }] } };
  const key = { pk: { S: 'STAGE' }, sk: { S: 'BREAKER#2026-11-21' } };
  const item = { ...key, customers: { SS: ['cus_Nova'] } };
  const { breaker, calls } = await storesThat((_call, index) => ({
    body: index === 0 ? { UnprocessedKeys: unread } : { Responses: { wharfage: [item] } },
  }));
  expect((await breaker.readBreaker(['2026-11-21'])).days[0]?.customers).toStrictEqual([
    'cus_Nova',
  ]);
  expect(calls.map(({ input }) => input.RequestItems)).toMatchObject([
    { wharfage: { Keys: [{}, {}], ConsistentRead: true } },
    { wharfage: { Keys: [{}], ConsistentRead: true } },
  ]);
});

it('names no day twice, since DynamoDB refuses such a batch', async () => {
  const { breaker, calls } = await storesThat(() => ({ body: {} }));
  const { days } = await breaker.readBreaker(['2026-11-21', '2026-11-21']);
  expect(days).toHaveLength(2);
  expect(calls[0]?.input.RequestItems).toMatchObject({ wharfage: { Keys: [{}, {}] } });
});

it('never takes an unread day for a day without revocations', async () => {
  const unread = { wharfage: { Keys: [{ pk: { S: 'STAGE' }, sk: { S: 'BREAKER#2026-11-21' } }] } };
  const { breaker, calls } = await storesThat(() => ({ body: { UnprocessedKeys: unread } }));
  await expect(breaker.readBreaker(['2026-11-21'])).rejects.toThrow(
    "DynamoDB left 1 of the breaker's items unread",
  );
  // The first read brought one of the two; three more brought nothing.
  expect(calls).toHaveLength(4);
});

it('gives up a listing that does not end', async () => {
  let pages = 0;
  // Without a server in between: a thousand answers take their time.
  const send = async () => {
    pages += 1;
    return { Items: [], LastEvaluatedKey: { pk: 'CUSTOMER#cus_Nova', sk: 'CUSTOMER' } };
  };
  const documents = { send } as unknown as DynamoDBDocumentClient;
  const due = dynamoDue({ documents, tableName: 'wharfage' });
  await expect(collect(due.listAll())).rejects.toThrow('a query did not end within 1000 pages');
  expect(pages).toBe(1_000);
  const releases = dynamoReleases({ documents, tableName: 'wharfage' });
  await expect(collect(releases.listReleases('acme/app'))).rejects.toThrow(
    'a query did not end within 10000 pages',
  );
  expect(pages).toBe(11_000);
});
