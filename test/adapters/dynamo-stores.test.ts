import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { dynamoTable } from '../../functions/adapters/dynamo-table.ts';
import { storeContracts } from '../contracts/all-stores.ts';
import {
  catalogState,
  credential,
  cursor,
  customer,
  NOON,
  policyRecord,
  transition,
} from '../contracts/examples.ts';
import { collect } from '../support/collect.ts';
import { dynamoServer } from '../support/dynamo-server.ts';
import { loseNoMoreAnswers, loseOneAnswer } from '../support/lose-answer.ts';

const server = await dynamoServer();
afterAll(server.close);

storeContracts('stores in DynamoDB', server.stores);

const open = async () => {
  const stores = await server.stores();
  const { documents, tableName } = dynamoTable(server.client, stores.tableName);
  return {
    ...stores,
    put: async (Item: Record<string, unknown>) =>
      documents.send(new PutCommand({ TableName: tableName, Item })),
    get: async (pk: string, sk: string) =>
      (await documents.send(new GetCommand({ TableName: tableName, Key: { pk, sk } }))).Item,
  };
};

type Opened = Awaited<ReturnType<typeof open>>;
const DAY_NAME = '2026-11-21';

it.each<readonly [string, (stores: Opened) => Promise<unknown>, Record<string, number>]>([
  ['find a customer', ({ customers }) => customers.findCustomer('cus_Nova'), { GetItemCommand: 1 }],
  [
    'save a customer',
    ({ customers }) => customers.saveCustomer(customer(), 0),
    { PutItemCommand: 1 },
  ],
  ['postpone', ({ customers }) => customers.postpone(customer()), { UpdateItemCommand: 1 }],
  [
    'mark effects as done',
    ({ customers }) => customers.markEffectsDone(customer()),
    { UpdateItemCommand: 1 },
  ],
  [
    'put an audit item',
    ({ customers }) => customers.putAudit('cus_Nova', transition()),
    { PutItemCommand: 1 },
  ],
  ['read a repository', ({ members }) => members.readRepository('acme/app'), { QueryCommand: 1 }],
  [
    'save a policy',
    ({ members }) => members.savePolicy('acme/app', policyRecord()),
    { PutItemCommand: 1 },
  ],
  [
    'put a credential',
    ({ credentials }) => credentials.putCredential(credential()),
    { PutItemCommand: 1 },
  ],
  ['save a cursor', ({ stage }) => stage.saveCursor(cursor()), { PutItemCommand: 1 }],
  [
    'read the breaker',
    ({ breaker }) => breaker.readBreaker(['2026-11-20', DAY_NAME]),
    { BatchGetItemCommand: 1 },
  ],
  [
    'count a revocation',
    ({ breaker }) => breaker.countRevocation(DAY_NAME, 'cus_Nova', 3),
    { UpdateItemCommand: 1 },
  ],
  ['list the due', ({ due }) => due.listDue(NOON, 100), { QueryCommand: 16 }],
])('needs no more calls than it must to %s', async (_what, act, calls) => {
  const stores = await open();
  await act(stores);
  expect(server.calls).toStrictEqual(calls);
});

it('keeps a customer that waits for nothing out of the index', async () => {
  const { customers, get } = await open();
  await customers.saveCustomer(customer({ dueAt: NOON }), 0);
  expect(await get('CUSTOMER#cus_Nova', 'CUSTOMER')).toMatchObject({
    dueAt: NOON,
    dueShard: expect.any(Number),
  });
  await customers.postpone(customer());
  const item = await get('CUSTOMER#cus_Nova', 'CUSTOMER');
  expect(item).not.toHaveProperty('dueAt');
  expect(item).not.toHaveProperty('dueShard');
});

it('lets DynamoDB collect a tombstone after seven days, and nothing but tombstones', async () => {
  const { members, get } = await open();
  const member = { repository: 'acme/app', account: '111122223333', customerId: 'cus_Nova' };
  const read = async () => get('MEMBERS#acme/app', 'MEMBER#111122223333#cus_Nova');
  await members.saveMember({ ...member, until: 0, version: 1 }, NOON);
  expect(await read()).toMatchObject({ expiresAt: NOON + 604_800 });
  await members.saveMember({ ...member, until: NOON, version: 2 }, NOON);
  expect(await read()).not.toHaveProperty('expiresAt');
});

it('refuses a customer that would not fit into an item, before asking DynamoDB', async () => {
  const { customers } = await open();
  const email = 'x'.repeat(380_000);
  await expect(customers.saveCustomer(customer({ email }), 0)).rejects.toThrow(
    /^customer cus_Nova would take 380\d{3} bytes in the table, allowed are 380000$/,
  );
  expect(server.calls).toStrictEqual({});
  const fitting = customer({ email: 'x'.repeat(379_000) });
  expect(await customers.saveCustomer(fitting, 0)).toBe('saved');
});

it('remembers at most a thousand who were held', async () => {
  const { breaker, put } = await open();
  const ids = Array.from({ length: 999 }, (_, index) => `cus_${index}`);
  await put({ pk: 'STAGE', sk: `BREAKER#${DAY_NAME}`, held: new Set(ids) });
  for (const id of ['cus_x', 'cus_y', 'cus_5']) await breaker.noteHeld(DAY_NAME, id);
  const { held } = (await breaker.readBreaker([DAY_NAME])).days[0] ?? {};
  expect(held).toHaveLength(1_000);
  expect(held).toContain('cus_x');
});

/** More than DynamoDB's megabyte a page. */
const PADDING = 'x'.repeat(100_000);

it('reads all pages of a repository', async () => {
  const { members, put } = await open();
  for (let index = 10; index < 32; index += 1) {
    const member = { repository: 'acme/app', account: `${index}`, customerId: 'cus_1' };
    await put({
      pk: 'MEMBERS#acme/app',
      sk: `MEMBER#${index}#cus_1`,
      ...member,
      until: NOON,
      version: 1,
      padding: PADDING,
    });
  }
  await members.savePolicy('acme/app', policyRecord());
  const { members: read, policy } = await members.readRepository('acme/app');
  expect(read).toHaveLength(22);
  expect(policy).toStrictEqual(policyRecord());
  expect(server.calls.QueryCommand).toBe(3);
});

it('reads all pages of the index', async () => {
  const { due, put } = await open();
  for (let index = 10; index < 32; index += 1) {
    await put({
      pk: `CUSTOMER#cus_${index}`,
      sk: 'CUSTOMER',
      customerId: `cus_${index}`,
      dueShard: 4,
      dueAt: NOON,
      fingerprint: PADDING,
    });
  }
  expect(await collect(due.listAll())).toHaveLength(22);
  expect(await due.listDue(NOON, 100)).toHaveLength(22);
});

it('completes the catalogs of an older release, which knew neither tags nor what stays after the end', async () => {
  const { stage, put } = await open();
  const old = { products: ['prod_app'], repositories: ['acme/app'], graceDays: 14 };
  const sold = { ...catalogState().accepted, offers: { app: { ...old, awsAccounts: 'pull' } } };
  await put({ pk: 'STAGE', sk: 'CATALOG', ...catalogState(), accepted: sold, deployed: sold });
  expect(await stage.findCatalogState()).toStrictEqual(catalogState());
});

beforeEach(() => loseNoMoreAnswers(server.client));

it.each<readonly [string, (stores: Opened) => Promise<unknown>, unknown]>([
  [
    'a first save of a customer',
    ({ customers }) => customers.saveCustomer(customer({ customerId: 'cus_Other' }), 0),
    'saved',
  ],
  [
    'a later save of a customer',
    ({ customers }) => customers.saveCustomer(customer({ version: 2 }), 1),
    'saved',
  ],
  ['a postponement', ({ customers }) => customers.postpone(customer({ dueAt: NOON })), 'saved'],
  ['a mark', ({ customers }) => customers.markEffectsDone(customer()), 'saved'],
  ['a cursor', ({ stage }) => stage.saveCursor(cursor()), 'saved'],
  ['a catalog state', ({ stage }) => stage.saveCatalogState(catalogState()), 'saved'],
  ['a policy', ({ members }) => members.savePolicy('acme/app', policyRecord()), 'saved'],
  [
    'a credential',
    ({ credentials }) => credentials.putCredential(credential({ credentialId: 'other' })),
    credential({ credentialId: 'other' }),
  ],
  [
    'a claim',
    ({ credentials }) => credentials.claimCredential('cus_Nova', 'Ab3dEf6hIj9k', NOON),
    { kind: 'claimed' },
  ],
  [
    'the last revocation under the limit',
    ({ breaker }) => breaker.countRevocation(DAY_NAME, 'cus_Nova', 1),
    'counted',
  ],
])('knows %s as its own although the answer was lost', async (_what, act, outcome) => {
  const stores = await open();
  await stores.customers.saveCustomer(customer(), 0);
  await stores.credentials.putCredential(credential());
  for (const name of Object.keys(server.calls)) delete server.calls[name];
  loseOneAnswer(server.client);
  expect(await act(stores)).toStrictEqual(outcome);
  expect(Object.values(server.calls).reduce((sum, calls) => sum + calls, 0)).toBeGreaterThan(1);
});
