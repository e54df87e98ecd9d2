import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, it } from 'vitest';
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
  const item = { sk: { S: 'BREAKER#2026-11-21' }, customers: { SS: ['cus_Nova'] } };
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

it('never takes an unread day for a day without revocations', async () => {
  const unread = { wharfage: { Keys: [{ pk: { S: 'STAGE' }, sk: { S: 'BREAKER#2026-11-21' } }] } };
  const { breaker, calls } = await storesThat(() => ({ body: { UnprocessedKeys: unread } }));
  await expect(breaker.readBreaker(['2026-11-21'])).rejects.toThrow(
    "DynamoDB left 1 of the breaker's items unread",
  );
  expect(calls).toHaveLength(3);
});

it('gives up a listing that does not end', async () => {
  const { due } = await storesThat(() => ({
    body: {
      Items: [],
      LastEvaluatedKey: { pk: { S: 'CUSTOMER#cus_Nova' }, sk: { S: 'CUSTOMER' } },
    },
  }));
  await expect(collect(due.listAll())).rejects.toThrow('a query did not end within 1000 pages');
});
