import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { dynamoMisses } from '../../functions/adapters/dynamo-misses.ts';
import { dynamoTable, type Table } from '../../functions/adapters/dynamo-table.ts';
import { writeOf } from '../../functions/adapters/ledger-write.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { credential, customer, NOON } from '../contracts/examples.ts';
import {
  blob,
  digest,
  indexState,
  manifest,
  referrer,
  tag,
} from '../contracts/release-examples.ts';
import { collect } from '../support/collect.ts';
import { dynamoServer } from '../support/dynamo-server.ts';
import { loseNoMoreAnswers, loseOneAnswer } from '../support/lose-answer.ts';

const server = await dynamoServer();
afterAll(server.close);
beforeEach(() => loseNoMoreAnswers(server.client));

const open = async () => {
  const stores = await server.stores();
  const table = dynamoTable(server.client, stores.tableName);
  const { documents, tableName } = table;
  return {
    ...stores,
    table,
    put: async (Item: Record<string, unknown>) =>
      documents.send(new PutCommand({ TableName: tableName, Item })),
    get: async (pk: string, sk: string) =>
      (await documents.send(new GetCommand({ TableName: tableName, Key: { pk, sk } }))).Item,
  };
};
type Opened = Awaited<ReturnType<typeof open>>;

const forgetCalls = (): void => {
  for (const name of Object.keys(server.calls)) delete server.calls[name];
};

const ASK = { customerId: 'cus_Nova', credentialId: 'Ab3dEf6hIj9k' };
const note = (what: LedgerEntry['what']): LedgerEntry => ({
  ...ASK,
  repository: 'acme/app',
  at: NOON,
  what,
});
const PULL = { kind: 'pull', digest: digest('a') } as const;
const BYTES = { kind: 'bytes', digest: digest('e'), bytes: 10 } as const;
const CHECK = { kind: 'version_check' } as const;
const DENIAL = { kind: 'denial', because: 'canceled' } as const;
const BLOBS = Array.from({ length: 101 }, (_, index) => blob({ digest: `sha256:${index}` }));

it.each<readonly [string, (stores: Opened) => Promise<unknown>, Record<string, number>]>([
  [
    'read a pull by tag',
    ({ pulls }) => pulls.readPull({ ...ASK, key: tag() }),
    { BatchGetItemCommand: 1 },
  ],
  ['read a pull of nothing', ({ pulls }) => pulls.readPull(ASK), { BatchGetItemCommand: 1 }],
  [
    'read a hundred releases',
    ({ releases }) => releases.readReleases([...BLOBS.slice(1), ...BLOBS.slice(1)]),
    { BatchGetItemCommand: 1 },
  ],
  [
    'read a hundred and one',
    ({ releases }) => releases.readReleases(BLOBS),
    { BatchGetItemCommand: 2 },
  ],
  ['read none', ({ releases }) => releases.readReleases([]), {}],
  [
    'save two releases',
    ({ releases }) => releases.saveReleases([tag({ tag: 'v2' }), blob()]),
    { PutItemCommand: 2 },
  ],
  [
    'remove two releases',
    ({ releases }) => releases.removeReleases([tag(), blob()]),
    { DeleteItemCommand: 2 },
  ],
  [
    'list releases',
    ({ releases }) => collect(releases.listReleases('acme/app')),
    { QueryCommand: 1 },
  ],
  ['list tags', ({ releases }) => releases.listTags('acme/app', '', 100), { QueryCommand: 1 }],
  [
    'list referrers',
    ({ releases }) => releases.listReferrers('acme/app', digest('a'), '', 100),
    { QueryCommand: 1 },
  ],
  [
    'claim a refresh',
    ({ releases }) => releases.claimRefresh(tag(), NOON + 61),
    { UpdateItemCommand: 1 },
  ],
  [
    'lose the claim of a refresh',
    ({ releases }) => releases.claimRefresh(tag({ checkedAt: NOON - 1 }), NOON + 61),
    { UpdateItemCommand: 1 },
  ],
  [
    'find how far the index is',
    ({ releases }) => releases.findIndexState('acme/app'),
    { GetItemCommand: 1 },
  ],
  [
    'save how far the index is',
    ({ releases }) => releases.saveIndexState(indexState()),
    { PutItemCommand: 1 },
  ],
  ['note a pull', ({ ledger }) => ledger.notePull(note(PULL)), { UpdateItemCommand: 1 }],
  ['note a version check', ({ ledger }) => ledger.notePull(note(CHECK)), { UpdateItemCommand: 1 }],
  ['note bytes', ({ ledger }) => ledger.notePull(note(BYTES)), { UpdateItemCommand: 1 }],
  ['note a denial', ({ ledger }) => ledger.notePull(note(DENIAL)), { UpdateItemCommand: 1 }],
  [
    'note many uses in an hour',
    async ({ ledger }) => {
      for (const later of [0, 60, 3_599]) await ledger.noteUse('cus_Nova', 'c1', NOON + later);
    },
    { UpdateItemCommand: 1 },
  ],
  ['list a ledger', ({ ledger }) => ledger.listPulls('cus_Nova'), { QueryCommand: 1 }],
  ['admit a miss', ({ misses }) => misses.admitMiss('c1', NOON), { UpdateItemCommand: 2 }],
])('needs no more calls than it must to %s', async (_what, act, calls) => {
  const stores = await open();
  await stores.releases.saveReleases([tag()]);
  forgetCalls();
  await act(stores);
  expect(server.calls).toStrictEqual(calls);
});

it.each<readonly [string, (stores: Opened) => Promise<unknown>, unknown]>([
  ['a first save', ({ releases }) => releases.saveReleases([blob()]), []],
  ['a later save', ({ releases }) => releases.saveReleases([tag({ revision: 2 })]), []],
  ['a removal', ({ releases }) => releases.removeReleases([tag()]), []],
  ['a claim', ({ releases }) => releases.claimRefresh(tag(), NOON + 61), 'saved'],
  ['a state', ({ releases }) => releases.saveIndexState(indexState()), 'saved'],
  ['a read', ({ releases }) => releases.readReleases([tag()]), [tag()]],
])('knows %s as its own although the answer was lost', async (_what, act, outcome) => {
  const stores = await open();
  await stores.releases.saveReleases([tag()]);
  forgetCalls();
  loseOneAnswer(server.client);
  expect(await act(stores)).toStrictEqual(outcome);
  expect(Object.values(server.calls).reduce((sum, calls) => sum + calls, 0)).toBeGreaterThan(1);
});

describe('the ledger', () => {
  it.each([
    [PULL, { pulls: 1 }],
    [CHECK, { versionChecks: 1 }],
    [BYTES, { bytes: 10 }],
    [DENIAL, { denials: { canceled: 1 } }],
  ] as const)('counts %o once although the answer was lost', async (what, counted) => {
    const { ledger } = await open();
    loseOneAnswer(server.client);
    await ledger.notePull(note(what));
    expect(server.calls).toStrictEqual({ UpdateItemCommand: 2 });
    expect(await ledger.listPulls('cus_Nova')).toMatchObject([counted]);
  });

  it('spreads what a fleet does over four rows a day, none of which ever expires', async () => {
    const { ledger, get } = await open();
    for (let count = 0; count < 80; count += 1) await ledger.notePull(note(CHECK));
    await ledger.noteUse('cus_Nova', 'c1', NOON);
    const rows = await Promise.all(
      [0, 1, 2, 3].map(async (shard) =>
        get('LEDGER#cus_Nova', `PULL#2026-05-28#acme/app#${shard}`),
      ),
    );
    expect(rows.map((row) => row?.versionChecks > 0)).toStrictEqual([true, true, true, true]);
    expect(await ledger.listPulls('cus_Nova')).toMatchObject([{ versionChecks: 80 }]);
    const use = await get('LEDGER#cus_Nova', 'USED#c1');
    for (const item of [...rows, use]) expect(item).not.toHaveProperty('expiresAt');
  });

  it('counts two pulls that share a slot, again when they take turns', async () => {
    const { ledger } = await open();
    const placeOf = (one: string): string => {
      const { key, update } = writeOf(note({ kind: 'pull', digest: one }));
      return `${key.sk} ${update.expression}`;
    };
    const first = 'sha256:0';
    const others = Array.from({ length: 60_000 }, (_, index) => `sha256:${index + 1}`);
    const second = others.find((one) => placeOf(one) === placeOf(first)) ?? '';
    for (const one of [first, first, second, second, first]) {
      await ledger.notePull(note({ kind: 'pull', digest: one }));
    }
    expect(placeOf(second)).toBe(placeOf(first));
    expect(await ledger.listPulls('cus_Nova')).toMatchObject([{ pulls: 3 }]);
  });

  it('asks the table once whether another instance noted a use', async () => {
    const { ledger, table } = await open();
    const other = dynamoLedger(table);
    await other.noteUse('cus_Nova', 'c1', NOON);
    await ledger.noteUse('cus_Nova', 'c1', NOON + 60);
    await ledger.noteUse('cus_Nova', 'c1', NOON + 120);
    expect(server.calls).toStrictEqual({ UpdateItemCommand: 2 });
    expect(await ledger.listUses('cus_Nova')).toStrictEqual({ c1: NOON });
  });

  it('notes a use again that it failed to note', async () => {
    const { ledger } = await open();
    server.client.middlewareStack.add(
      () => async () => {
        throw Object.assign(new Error('refused'), { name: 'AccessDeniedException' });
      },
      { step: 'finalizeRequest', priority: 'low', name: 'refuse' },
    );
    await expect(ledger.noteUse('cus_Nova', 'c1', NOON)).rejects.toThrow(
      'could not update LEDGER#cus_Nova USED#c1',
    );
    server.client.middlewareStack.remove('refuse');
    await ledger.noteUse('cus_Nova', 'c1', NOON + 1);
    expect(await ledger.listUses('cus_Nova')).toStrictEqual({ c1: NOON + 1 });
  });

  it.each([
    [{ ...BYTES, bytes: -1 }, 'the ledger counts whole bytes, zero or more, got -1'],
    [{ ...BYTES, bytes: 0.5 }, 'the ledger counts whole bytes, zero or more, got 0.5'],
    [{ ...DENIAL, because: 'no #pulls' }, 'reason is 1 to 40 of a-z and _, got "no #pulls"'],
    [{ ...DENIAL, because: '' }, 'reason is 1 to 40 of a-z and _, got ""'],
  ])('refuses to count %o', async (what, message) => {
    const { ledger } = await open();
    await expect(ledger.notePull(note(what))).rejects.toThrow(message);
    expect(server.calls).toStrictEqual({});
  });
});

describe('the meter of misses', () => {
  it('lets DynamoDB collect its counters', async () => {
    const { misses, get } = await open();
    await misses.admitMiss('c1', NOON + 20);
    const minute = 29_666_667;
    for (const whose of ['c1', 'ALL']) {
      const item = await get('RELEASES##MISSES', `${minute}#${whose}`);
      expect(item).toMatchObject({ count: 1, expiresAt: NOON + 3_620 });
    }
  });

  it('writes nothing more for a credential that was refused, until the minute is over', async () => {
    const { misses } = await open();
    for (let miss = 0; miss < 31; miss += 1) await misses.admitMiss('c1', NOON + 20);
    forgetCalls();
    for (let miss = 0; miss < 5; miss += 1) {
      expect(await misses.admitMiss('c1', NOON + 21)).toBe('refused');
    }
    expect(server.calls).toStrictEqual({});
    expect(await misses.admitMiss('c1', NOON + 80)).toBe('admitted');
  });

  it('counts for all instances together', async () => {
    const { misses, table } = await open();
    const other = dynamoMisses(table);
    for (let miss = 0; miss < 15; miss += 1) {
      expect(await misses.admitMiss('c1', NOON + 20)).toBe('admitted');
      expect(await other.admitMiss('c1', NOON + 20)).toBe('admitted');
    }
    expect(await misses.admitMiss('c1', NOON + 20)).toBe('refused');
    expect(await other.admitMiss('c1', NOON + 20)).toBe('refused');
  });
});

describe('what an instance remembers is bounded', () => {
  const counting = () => {
    let sent = 0;
    const documents = {
      send: async () => {
        sent += 1;
        return {};
      },
    } as unknown as DynamoDBDocumentClient;
    const table: Table = { documents, tableName: 'wharfage' };
    return { table, sent: () => sent };
  };

  it('of uses', async () => {
    const { table, sent } = counting();
    const ledger = dynamoLedger(table);
    for (let index = 0; index <= 10_000; index += 1) {
      await ledger.noteUse('cus_Nova', `c${index}`, NOON);
    }
    await ledger.noteUse('cus_Nova', 'c10000', NOON);
    expect(sent()).toBe(10_001);
    await ledger.noteUse('cus_Nova', 'c0', NOON);
    expect(sent()).toBe(10_002);
  });
});

/** More than DynamoDB's megabyte a page. */
const LARGE = new Uint8Array(32_768);

it('reads all pages of a repository, and no more of its tags than are asked for', async () => {
  const { releases } = await open();
  const tags = Array.from({ length: 40 }, (_, index) =>
    tag({ tag: `v${index + 10}`, body: LARGE }),
  );
  await releases.saveReleases(tags);
  forgetCalls();
  expect(await collect(releases.listReleases('acme/app'))).toHaveLength(40);
  expect(server.calls).toStrictEqual({ QueryCommand: 2 });
  forgetCalls();
  expect(await releases.listTags('acme/app', '', 40)).toMatchObject({ isLast: true });
  expect(server.calls).toStrictEqual({ QueryCommand: 2 });
  forgetCalls();
  const page = await releases.listTags('acme/app', 'v19', 20);
  expect(page.tags.map((one) => one.tag)).toStrictEqual(tags.slice(10, 30).map((one) => one.tag));
  expect(page.isLast).toBe(false);
  expect(server.calls).toStrictEqual({ QueryCommand: 1 });
});

it('reads fifty large manifests, beyond the 16 MB of one answer', async () => {
  const { releases } = await open();
  const items = Array.from({ length: 50 }, (_, index) =>
    manifest({ digest: `sha256:${index}`, body: new Uint8Array(350_000) }),
  );
  await releases.saveReleases(items);
  forgetCalls();
  expect(await releases.readReleases(items)).toHaveLength(50);
  expect(server.calls.BatchGetItemCommand).toBeGreaterThan(1);
});

it('reads a customer of an older release, who has paid for nothing that we know of', async () => {
  const { pulls, customers, put } = await open();
  const { paidTimes: _new, ...older } = customer();
  await put({ pk: 'CUSTOMER#cus_Nova', sk: 'CUSTOMER', ...older });
  expect(await pulls.readPull(ASK)).toStrictEqual({ customer: customer() });
  expect(await customers.findCustomer('cus_Nova')).toStrictEqual(customer());
});

it('keeps each item under the key that its function may touch', async () => {
  const { releases, ledger, credentials, get } = await open();
  await releases.saveReleases([tag(), manifest(), blob(), referrer()]);
  await releases.saveIndexState(indexState());
  await ledger.noteUse('cus_Nova', 'c1', NOON);
  await credentials.putCredential(credential());
  const keys = [
    ['RELEASES#acme/app', 'TAG#v1.2.3'],
    ['RELEASES#acme/app', `MANIFEST#${digest('a')}`],
    ['RELEASES#acme/app', `BLOB#${digest('e')}`],
    ['RELEASES#acme/app', `REFERRER#${digest('a')}#${digest('f')}`],
    ['RELEASES#acme/app', 'INDEX'],
    ['LEDGER#cus_Nova', 'USED#c1'],
  ] as const;
  for (const [pk, sk] of keys) expect(await get(pk, sk)).toMatchObject({ pk, sk });
});
