import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, it } from 'vitest';
import type { Stores } from '../../simulation/stores/stores.ts';
import { NOON } from '../contracts/examples.ts';
import { blob, digest, indexState, tag } from '../contracts/release-examples.ts';
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

const ASK = { customerId: 'cus_Nova', credentialId: 'c1' };
const entry = {
  ...ASK,
  repository: 'acme/app',
  at: NOON,
  what: { kind: 'version_check' },
} as const;

const ATTEMPTS: readonly (readonly [string, (stores: Stores) => Promise<unknown>])[] = [
  ['could not read the pull', ({ pulls }) => pulls.readPull({ ...ASK, key: tag() })],
  ['could not read the release index', ({ releases }) => releases.readReleases([tag()])],
  [
    'could not write RELEASES#acme/app TAG#v1.2.3',
    ({ releases }) => releases.saveReleases([tag()]),
  ],
  [
    'could not remove RELEASES#acme/app TAG#v1.2.3',
    ({ releases }) => releases.removeReleases([tag()]),
  ],
  [
    'could not update RELEASES#acme/app TAG#v1.2.3',
    ({ releases }) => releases.claimRefresh(tag(), NOON + 61),
  ],
  ['could not query the table', ({ releases }) => collect(releases.listReleases('acme/app'))],
  ['could not query the table', ({ releases }) => releases.listTags('acme/app', '', 10)],
  [
    'could not query the table',
    ({ releases }) => releases.listReferrers('acme/app', digest('a'), '', 10),
  ],
  ['could not read RELEASES#acme/app INDEX', ({ releases }) => releases.findIndexState('acme/app')],
  [
    'could not write RELEASES#acme/app INDEX',
    ({ releases }) => releases.saveIndexState(indexState()),
  ],
  [
    expect.stringMatching(/^could not update LEDGER#cus_Nova PULL#2026-05-28#acme\/app#[0-3]$/),
    ({ ledger }) => ledger.notePull(entry),
  ],
  ['could not query the table', ({ ledger }) => ledger.listPulls('cus_Nova')],
  ['could not update RELEASES##MISSES 29666666#c1', ({ misses }) => misses.admitMiss('c1', NOON)],
];

it.each(ATTEMPTS)('says what it could not do: %s', async (message, attempt) => {
  const { calls, ...stores } = await storesThat(() => ({ error: 'AccessDeniedException' }));
  await expect(attempt(stores)).rejects.toMatchObject({
    message,
    cause: { name: 'AccessDeniedException' },
  });
  expect(calls).toHaveLength(1);
});

it.each<readonly [string, (stores: Stores) => Promise<unknown>]>([
  ['a pull', ({ pulls }) => pulls.readPull(ASK)],
  ['a ledger entry', ({ ledger }) => ledger.notePull(entry)],
  ['a miss', ({ misses }) => misses.admitMiss('c1', NOON)],
])('gives up %s after three calls when DynamoDB throttles', async (_what, attempt) => {
  const error = 'ProvisionedThroughputExceededException';
  const { calls, ...stores } = await storesThat(() => ({ error }));
  await expect(attempt(stores)).rejects.toMatchObject({ cause: { name: error } });
  expect(calls).toHaveLength(3);
});

it('reads strongly wherever a decision follows', async () => {
  const { releases, pulls, calls } = await storesThat(() => ({ body: {} }));
  await pulls.readPull({ ...ASK, key: tag() });
  await pulls.readPull(ASK);
  await releases.readReleases([tag()]);
  await releases.findIndexState('acme/app');
  await collect(releases.listReleases('acme/app'));
  await releases.listTags('acme/app', '', 10);
  await releases.listReferrers('acme/app', digest('a'), '', 10);
  expect(
    calls.map(({ input }) => JSON.stringify(input).includes('"ConsistentRead":true')),
  ).toStrictEqual([true, true, true, true, true, true, true]);
});

const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
const KEYS = [
  key('CUSTOMER#cus_Nova', 'CUSTOMER'),
  key('CUSTOMER#cus_Nova', 'CREDENTIAL#c1'),
  key('RELEASES#acme/app', 'TAG#v1.2.3'),
];
const unread = (...keys: readonly object[]) => ({ UnprocessedKeys: { wharfage: { Keys: keys } } });

it('asks again for what DynamoDB left unread of a pull, and for nothing else', async () => {
  const [customer, credential, release] = KEYS;
  if (!(customer && credential && release)) throw new Error('three keys were made');
  const { pulls, calls } = await storesThat((_call, index) => ({
    body:
      index === 0
        ? { Responses: { wharfage: [credential] }, ...unread(customer, release) }
        : { Responses: { wharfage: [customer, { ...release, kind: { S: 'tag' } }] } },
  }));
  expect(await pulls.readPull({ ...ASK, key: tag() })).toStrictEqual({
    customer: { paidTimes: [] },
    credential: {},
    item: { kind: 'tag' },
  });
  expect(calls.map(({ input }) => input.RequestItems)).toStrictEqual([
    { wharfage: { Keys: KEYS, ConsistentRead: true } },
    { wharfage: { Keys: [customer, release], ConsistentRead: true } },
  ]);
});

it('never takes an unread customer for one that is not there', async () => {
  const { pulls, calls } = await storesThat(() => ({ body: unread(...KEYS) }));
  await expect(pulls.readPull({ ...ASK, key: tag() })).rejects.toThrow(
    "DynamoDB left 3 of the pull's items unread",
  );
  expect(calls).toHaveLength(3);
});

it.each(['A', 'ü', '€'])(
  'keeps a page that begins after many %s within a sort key',
  async (text) => {
    const { releases, calls } = await storesThat(() => ({ body: {} }));
    await releases.listTags('acme/app', text.repeat(5_000), 10);
    await releases.listReferrers('acme/app', digest('a'), text.repeat(5_000), 10);
    for (const { input } of calls) {
      const values = input.ExpressionAttributeValues as Record<string, { readonly S: string }>;
      expect(Buffer.byteLength(values[':from']?.S ?? '')).toBeGreaterThan(256);
      expect(Buffer.byteLength(values[':from']?.S ?? '')).toBeLessThanOrEqual(1_024);
    }
  },
);

it('begins no further write after a failed one', async () => {
  const { releases, calls } = await storesThat((_call, index) =>
    index === 0 ? { error: 'AccessDeniedException' } : { body: {} },
  );
  const blobs = Array.from({ length: 50 }, (_, index) => blob({ digest: `sha256:${index}` }));
  await expect(releases.saveReleases(blobs)).rejects.toThrow('could not write RELEASES#acme/app');
  expect(calls.length).toBeLessThanOrEqual(10);
});

it('never has more than ten writes under way', async () => {
  aws = await scriptedAws(() => ({ body: {} }));
  const client = new DynamoDBClient(aws.config);
  let [underWay, most] = [0, 0];
  client.middlewareStack.add(
    (next) => async (args) => {
      underWay += 1;
      most = Math.max(most, underWay);
      const answer = await next(args);
      underWay -= 1;
      return answer;
    },
    { step: 'finalizeRequest', priority: 'low', name: 'watch' },
  );
  const { releases } = dynamoStores(client, 'wharfage');
  const blobs = Array.from({ length: 35 }, (_, index) => blob({ digest: `sha256:${index}` }));
  expect(await releases.saveReleases(blobs)).toStrictEqual([]);
  expect(most).toBe(10);
});
