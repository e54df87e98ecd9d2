import { describe, expect, it } from 'vitest';
import type { ClientClass } from '../../functions/core/client-class.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { Customer } from '../../functions/core/customer.ts';
import { pullSecretOf } from '../../functions/core/pull-secret.ts';
import { DAY } from '../../functions/core/time.ts';
import { issueAccessToken } from '../../functions/usecases/issue-access-token.ts';
import { catalog, customer, NOW, offer, windowOf } from '../support/builders.ts';
import { recordingReport } from '../support/recordings.ts';

const ID = 'Cred00000001';
const SECRET = pullSecretOf(ID, 'r'.repeat(43));
const OTHER_SECRET = pullSecretOf(ID, 's'.repeat(43));
const CREDENTIAL: Credential = {
  credentialId: ID,
  customerId: 'cus_Nova',
  hash: `hash of ${SECRET}`,
  label: 'first',
  createdAt: NOW - DAY,
  claimBy: NOW + DAY,
  claimedAt: NOW - 1,
};
const OPEN = customer({ windows: [windowOf('app')] });
const LAPSED = customer({
  withheld: [{ offerId: 'app', source: 'sub_1', because: 'canceled', endedAt: NOW - DAY }],
});

type Given = {
  readonly customer?: Customer | undefined;
  readonly credential?: Credential | undefined;
};

const stage = (given: Given = { customer: OPEN, credential: CREDENTIAL }) => {
  const counts = { reads: 0, hashes: 0 };
  const compared: string[] = [];
  const uses: unknown[] = [];
  const entries: unknown[] = [];
  const issued: unknown[] = [];
  const report = recordingReport();
  const world = { isTableDown: false, isLedgerDown: false };
  const deployed = catalog({ offers: { app: offer('app'), tools: offer('tools') } });
  const issue = issueAccessToken({
    pulls: {
      readPull: async () => {
        counts.reads += 1;
        if (world.isTableDown) throw new Error('the table cannot be read');
        return {
          ...(given.customer === undefined ? {} : { customer: given.customer }),
          ...(given.credential === undefined ? {} : { credential: given.credential }),
        };
      },
    },
    tokens: {
      issueToken: async (identity) => {
        issued.push(identity);
        return 'token';
      },
    },
    ledger: {
      noteUse: async (...use) => {
        if (world.isLedgerDown) throw new TypeError('canary');
        uses.push(use);
      },
      notePull: async (entry) => {
        if (world.isLedgerDown) throw new TypeError('canary');
        entries.push(entry);
      },
    },
    isHashOf: (hash, text) => {
      counts.hashes += 1;
      compared.push(hash);
      return hash === `hash of ${text}`;
    },
    catalogs: async () => ({ deployed, accepted: catalog({ offers: { app: offer('old') } }) }),
    clock: () => NOW,
    report,
  });
  const ask = (clientClass: ClientClass = 'd', scopes: readonly string[] = [], more = {}) =>
    issue({ username: 'cus_Nova', secret: SECRET, scopes, clientClass, ...more });
  return { ask, counts, compared, uses, entries, issued, report, world };
};

const WRONG = { kind: 'refused', refusal: { kind: 'wrong_credential' } };
const APP = ['repository:acme/app:pull'];

describe('a right credential', () => {
  it.each(['d', 'k', 'c'] as const)('gets a token of its class %s for an hour', async (its) => {
    const { ask, issued, counts, uses } = stage();
    expect(await ask(its)).toStrictEqual({
      kind: 'issued',
      token: 'token',
      expiresInSeconds: 3_600,
      customerId: 'cus_Nova',
      credentialId: ID,
    });
    expect(issued).toStrictEqual([
      { customerId: 'cus_Nova', credentialId: ID, clientClass: its, expiresAt: NOW + 3_600 },
    ]);
    expect(counts).toStrictEqual({ reads: 1, hashes: 1 });
    expect(uses).toStrictEqual([['cus_Nova', ID, NOW]]);
  });

  it('that nobody claimed yet opens the same', async () => {
    const { claimedAt: _claimedAt, ...waiting } = CREDENTIAL;
    expect(await stage({ customer: OPEN, credential: waiting }).ask()).toMatchObject({
      kind: 'issued',
    });
  });

  it('gets its token when the ledger cannot be written, which is counted', async () => {
    const { ask, world, report } = stage();
    world.isLedgerDown = true;
    expect(await ask()).toMatchObject({ kind: 'issued' });
    expect(report.counted('LedgerFailed')).toBe(1);
    expect(report.lines[0]?.fields).toMatchObject({ customerId: 'cus_Nova', credentialId: ID });
    expect(JSON.stringify(report.lines)).not.toContain('canary');
  });
});

describe('a wrong credential is one answer', () => {
  it.each<[string, Given, { username?: string; secret?: string }]>([
    ['another secret', { customer: OPEN, credential: CREDENTIAL }, { secret: OTHER_SECRET }],
    ['an unknown user', {}, { username: 'cus_Nobody' }],
    ['an unknown credential', { customer: OPEN }, {}],
    ['a credential without its customer', { credential: CREDENTIAL }, {}],
    [
      'another secret of a retired credential',
      { customer: OPEN, credential: { ...CREDENTIAL, retiresAt: NOW } },
      { secret: OTHER_SECRET },
    ],
    [
      'a stored hash that is the placeholder',
      { customer: OPEN, credential: { ...CREDENTIAL, hash: `sha256:${'0'.repeat(64)}` } },
      {},
    ],
  ])('%s, after one read and one comparison', async (_what, given, more) => {
    for (const clientClass of ['d', 'k', 'c'] as const) {
      const { ask, counts, uses, issued } = stage(given);
      expect(await ask(clientClass, [], more)).toStrictEqual(WRONG);
      expect(counts).toStrictEqual({ reads: 1, hashes: 1 });
      expect([...uses, ...issued]).toStrictEqual([]);
    }
  });

  it('takes as long where there is no credential: something is compared in its place', async () => {
    const { ask, compared } = stage({ customer: OPEN });
    await ask();
    expect(compared).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
  });

  it.each([
    ['a password', { secret: 'hunter2' }],
    ['a secret with a typing error', { secret: `${SECRET.slice(0, -1)}!` }],
    ['a secret with a colon', { secret: `${SECRET}:` }],
    ['a secret that is not ASCII', { secret: 'пароль' }],
    ['no secret', { secret: '' }],
    ['16 kB', { secret: 'x'.repeat(16_384) }],
    ['a user name of another kind', { username: 'bob' }],
    ['a user name that marks identity tokens', { username: '<token>' }],
    ['a user name with a colon', { username: 'cus_Nova:x' }],
    ['a user name like a key of the table', { username: 'cus_Nova#' }],
    ['no user name', { username: '' }],
  ])('%s, without a read or a hash', async (_what, more) => {
    const { ask, counts } = stage();
    expect(await ask('d', [], more)).toStrictEqual(WRONG);
    expect(counts).toStrictEqual({ reads: 0, hashes: 0 });
  });
});

describe('a credential that opens nothing any more', () => {
  it.each([
    ['retired', { retiresAt: NOW }],
    ['never claimed', { claimedAt: undefined, claimBy: NOW }],
  ])('because it was %s is told so, in every class', async (_what, { ...changes }) => {
    const { claimedAt, ...rest } = { ...CREDENTIAL, ...changes };
    const credential = claimedAt === undefined ? rest : { ...rest, claimedAt };
    for (const clientClass of ['d', 'k', 'c'] as const) {
      const { ask, issued, uses } = stage({ customer: OPEN, credential });
      expect(await ask(clientClass)).toStrictEqual({
        kind: 'refused',
        refusal: { kind: 'retired_credential' },
        customerId: 'cus_Nova',
        credentialId: ID,
      });
      expect([...uses, ...issued]).toStrictEqual([]);
    }
  });
});

describe('a customer who lapsed', () => {
  const lapse = { offerId: 'app', because: 'canceled', endedAt: NOW - DAY };

  it('reads the reason at login in clients of class d', async () => {
    const { ask, issued, uses, entries } = stage({ customer: LAPSED, credential: CREDENTIAL });
    expect(await ask('d')).toMatchObject({ refusal: { kind: 'lapsed', lapse } });
    expect(await ask('d', ['registry:catalog:*'])).toMatchObject({ refusal: { kind: 'lapsed' } });
    expect([...issued, ...entries]).toStrictEqual([]);
    expect(uses).toHaveLength(2);
  });

  it('is counted as refused when they pull, since these clients never come to the registry then', async () => {
    const { ask, uses, entries } = stage({ customer: LAPSED, credential: CREDENTIAL });
    await ask('d', APP);
    expect(entries).toStrictEqual([
      {
        customerId: 'cus_Nova',
        credentialId: ID,
        repository: 'acme/app',
        at: NOW,
        what: { kind: 'denial', because: 'canceled' },
      },
    ]);
    // One write for a request: who was refused has not used it.
    expect(uses).toStrictEqual([]);
  });

  it('reads the reason when the ledger cannot be written, and the entry is in the log', async () => {
    const { ask, world, report } = stage({ customer: LAPSED, credential: CREDENTIAL });
    world.isLedgerDown = true;
    expect(await ask('d', APP)).toMatchObject({ refusal: { kind: 'lapsed' } });
    expect(report.counted('LedgerFailed')).toBe(1);
    expect(report.lines[0]?.fields).toMatchObject({
      customerId: 'cus_Nova',
      credentialId: ID,
      repository: 'acme/app',
      kind: 'denial',
      because: 'canceled',
    });
  });

  it('and with the repository when they pull', async () => {
    const { ask } = stage({ customer: LAPSED, credential: CREDENTIAL });
    expect(await ask('d', APP)).toStrictEqual({
      kind: 'refused',
      refusal: { kind: 'lapsed', repository: 'acme/app', lapse },
      customerId: 'cus_Nova',
      credentialId: ID,
    });
  });

  it.each(['k', 'c'] as const)('gets a token in class %s, which shows it later', async (its) => {
    const { ask } = stage({ customer: LAPSED, credential: CREDENTIAL });
    expect(await ask(its, APP)).toMatchObject({ kind: 'issued' });
  });

  it('gets a token for what they never had: it is denied as unknown later', async () => {
    const { ask } = stage({ customer: LAPSED, credential: CREDENTIAL });
    expect(await ask('d', ['repository:acme/tools:pull'])).toMatchObject({ kind: 'issued' });
  });

  it('is refused when one repository of several lapsed and none is open', async () => {
    const { ask } = stage({ customer: LAPSED, credential: CREDENTIAL });
    const scopes = ['repository:acme/tools:pull', ...APP];
    expect(await ask('d', scopes)).toMatchObject({ refusal: { repository: 'acme/app' } });
  });

  it('of one offer of two keeps logging in, and pulls the other', async () => {
    const both = { ...LAPSED, windows: [windowOf('tools')] };
    const { ask } = stage({ customer: both, credential: CREDENTIAL });
    expect(await ask('d')).toMatchObject({ kind: 'issued' });
    expect(await ask('d', ['repository:acme/tools:pull'])).toMatchObject({ kind: 'issued' });
    expect(await ask('d', [...APP, 'repository:acme/tools:pull'])).toMatchObject({
      kind: 'issued',
    });
    expect(await ask('d', APP)).toMatchObject({ refusal: { kind: 'lapsed' } });
  });

  it('by the clock alone is refused', async () => {
    const ended = customer({ windows: [windowOf('app', { endsAt: NOW })] });
    const { ask } = stage({ customer: ended, credential: CREDENTIAL });
    expect(await ask('d', APP)).toMatchObject({
      refusal: { kind: 'lapsed', lapse: { because: 'deadline', endedAt: NOW } },
    });
  });

  it('and was deleted in Stripe reads that', async () => {
    const deleted = customer({
      isDeleted: true,
      withheld: [{ offerId: 'app', source: 'sub_1', because: 'customer_deleted', endedAt: NOW }],
    });
    const { ask } = stage({ customer: deleted, credential: CREDENTIAL });
    expect(await ask('d')).toMatchObject({ refusal: { lapse: { because: 'customer_deleted' } } });
  });

  it('who never had anything gets a token', async () => {
    const { ask } = stage({ customer: customer(), credential: CREDENTIAL });
    expect(await ask('d')).toMatchObject({ kind: 'issued' });
  });
});

it('a window that is held for the catalog’s sake is read with the accepted catalog', async () => {
  const held = customer({ windows: [windowOf('app', { held: 'catalog' })] });
  const { ask } = stage({ customer: held, credential: CREDENTIAL });
  expect(await ask('d', ['repository:acme/old:pull'])).toMatchObject({ kind: 'issued' });
});

it('a table that cannot be read is no answer about a credential', async () => {
  const { ask, world, counts } = stage();
  world.isTableDown = true;
  await expect(ask()).rejects.toThrow('the table cannot be read');
  expect(counts.hashes).toBe(0);
});
