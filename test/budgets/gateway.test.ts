import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessTokens } from '../../functions/adapters/access-tokens.ts';
import { isHashOf } from '../../functions/adapters/credential-hash.ts';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { DAY, type EpochSeconds, HOUR, MINUTE } from '../../functions/core/time.ts';
import { gateway } from '../../functions/http/gateway.ts';
import type { RawRequest, RawResponse } from '../../functions/http/raw.ts';
import { answerPull } from '../../functions/usecases/answer-pull.ts';
import { indexImage } from '../../functions/usecases/index-image.ts';
import { issueAccessToken } from '../../functions/usecases/issue-access-token.ts';
import { digestOf } from '../../simulation/stores/image-registry.ts';
import { memoryImages } from '../../simulation/stores/memory-images.ts';
import { catalog, customer, NOW, windowOf } from '../support/builders.ts';
import { dynamoServer } from '../support/dynamo-server.ts';
import { credentialOf } from '../support/pull-world.ts';
import { recordingReport } from '../support/recordings.ts';

const APP = 'acme/app';
const CREDENTIAL_ID = 'aaaaaaaaaaaa';
const LAYER = digestOf('a layer');
const LARGE_BYTES = 40_000;

const image = (name: string, annotation = ''): object => ({
  schemaVersion: 2,
  config: {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(name),
    size: 2,
  },
  layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: LAYER, size: 700 }],
  annotations: { annotation },
});

/** The gateway over the real adapters and a table behind its real protocol; only ECR is a fake that counts. */
const countedGateway = async () => {
  const time = { now: NOW };
  const clock = (): EpochSeconds => time.now;
  const deployed = catalog();
  const dynamo = await dynamoServer();
  const stores = await dynamo.stores();
  const ecr = memoryImages();
  const report = recordingReport();
  const tokens = accessTokens({
    readSecret: async () => JSON.stringify({ current: 's'.repeat(32) }),
  });
  const shared = {
    ...stores,
    images: ecr.images,
    tokens,
    isHashOf,
    catalogs: async () => ({ deployed, accepted: deployed }),
    clock,
    report,
  };
  const index = indexImage(shared);
  const secret = credentialMint.secretText(CREDENTIAL_ID);
  await stores.customers.saveCustomer(
    customer({ version: 1, windows: [windowOf('app')], members: { accounts: [], untils: {} } }),
    0,
  );
  const hash = credentialMint.hashOf(secret);
  await stores.credentials.putCredential(
    credentialOf('cus_Nova', { credentialId: CREDENTIAL_ID, hash }),
  );
  const token = await tokens.issueToken({
    customerId: 'cus_Nova',
    credentialId: CREDENTIAL_ID,
    clientClass: 'd',
    expiresAt: NOW + 30 * DAY,
  });
  /** One more process of the same function. */
  const startProcess = () =>
    gateway(
      {
        clock,
        report,
        tokens,
        isFront: async () => true,
        issue: issueAccessToken(shared),
        answer: answerPull(
          { ...shared, indexImage: index },
          { layerOrigin: 'https://*.amazonaws.com', noticeDays: 7 },
        ),
      },
      { renewalUrl: 'https://vendor.example/renew', manifestHead: 'full' },
    );
  const clear = (): void => {
    for (const name of Object.keys(dynamo.calls)) delete dynamo.calls[name];
    ecr.calls.length = 0;
  };
  return {
    time,
    ecr,
    index,
    secret,
    bearer: `Bearer ${token}`,
    startProcess,
    /** What `act` asks of the table and of ECR, and nothing else. */
    callsOf: async (act: () => Promise<unknown>) => {
      clear();
      await act();
      return { dynamo: { ...dynamo.calls }, ecr: [...ecr.calls] };
    },
    close: dynamo.close,
  };
};

const requestOf = (
  method: string,
  rawPath: string,
  headers: Readonly<Record<string, string>>,
): RawRequest => ({
  method,
  rawPath,
  rawQuery: '',
  headers: {
    'x-wharfage-front': 'front',
    'x-wharfage-origin': 'https://registry.vendor.example',
    ...headers,
  },
  body: new Uint8Array(),
});

let at: Awaited<ReturnType<typeof countedGateway>>;
let answer: (request: RawRequest) => Promise<RawResponse>;
const digests = { small: '', large: '' };

beforeAll(async () => {
  at = await countedGateway();
  digests.small = at.ecr.registry.push(APP, { manifest: image('small'), tags: ['1.0.0'] });
  const large = image('large', 'x'.repeat(LARGE_BYTES));
  digests.large = at.ecr.registry.push(APP, { manifest: large, tags: ['2.0.0'] });
  for (const tag of ['1.0.0', '2.0.0']) await at.index(APP, { kind: 'tag', tag }, NOW);
});
afterAll(() => at.close());
beforeEach(() => {
  answer = at.startProcess();
});

const pull = async (method: string, path: string, status = 200): Promise<void> => {
  const answered = await answer(
    requestOf(method, `/v2/${APP}/${path}`, { authorization: at.bearer }),
  );
  expect(answered.headers['x-wharfage-status'] ?? String(answered.status)).toBe(String(status));
};

const READ = { BatchGetItemCommand: 1 };
const READ_AND_NOTE = { ...READ, UpdateItemCommand: 1 };

describe('what a request with an access token costs', () => {
  it.each([
    ['HEAD', 'by tag', () => 'manifests/1.0.0'],
    ['HEAD', 'by digest', () => `manifests/${digests.small}`],
    ['GET', 'by tag', () => 'manifests/1.0.0'],
    ['GET', 'by digest', () => `manifests/${digests.small}`],
  ])(
    '%s of a manifest %s, fresh: 1 read, 1 note in the ledger, nothing of ECR',
    async (method, _by, path) => {
      expect(await at.callsOf(() => pull(method, path()))).toEqual({
        dynamo: READ_AND_NOTE,
        ecr: [],
      });
    },
  );

  it('a manifest over 32 kB by tag: 2 reads', async () => {
    expect(await at.callsOf(() => pull('GET', 'manifests/2.0.0'))).toEqual({
      dynamo: { BatchGetItemCommand: 2, UpdateItemCommand: 1 },
      ecr: [],
    });
  });

  it('a manifest over 32 kB by digest: 1 read', async () => {
    expect(await at.callsOf(() => pull('GET', `manifests/${digests.large}`))).toEqual({
      dynamo: READ_AND_NOTE,
      ecr: [],
    });
  });

  it('a tag that was checked a minute ago: 1 write and 1 question to ECR more', async () => {
    at.time.now += MINUTE;
    expect(await at.callsOf(() => pull('HEAD', 'manifests/1.0.0'))).toEqual({
      dynamo: { BatchGetItemCommand: 1, UpdateItemCommand: 2 },
      ecr: [`readImages ${APP}`],
    });
  });

  it('a tag that ten ask for at once, in five processes, is checked once a minute in all', async () => {
    const processes = [1, 2, 3, 4, 5].map(at.startProcess);
    const everybody = () =>
      Promise.all(
        [...processes, ...processes].map((each) =>
          each(requestOf('HEAD', `/v2/${APP}/manifests/1.0.0`, { authorization: at.bearer })),
        ),
      );
    at.time.now += MINUTE;
    expect((await at.callsOf(everybody)).ecr).toEqual([`readImages ${APP}`]);
    at.time.now += MINUTE - 1;
    expect((await at.callsOf(everybody)).ecr).toEqual([]);
  });

  it('GET of a layer: 1 read, 1 question to ECR, 1 note', async () => {
    expect(await at.callsOf(() => pull('GET', `blobs/${LAYER}`, 307))).toEqual({
      dynamo: READ_AND_NOTE,
      ecr: [`findLayerUrl ${APP}`],
    });
  });

  it('HEAD of a layer: 1 read', async () => {
    expect(await at.callsOf(() => pull('HEAD', `blobs/${LAYER}`))).toEqual({
      dynamo: READ,
      ecr: [],
    });
  });

  it('a blob that is not there: 1 read', async () => {
    expect(await at.callsOf(() => pull('GET', `blobs/${digestOf('none')}`, 404))).toEqual({
      dynamo: READ,
      ecr: [],
    });
  });

  it('a repository that is not open, or not there: 1 read', async () => {
    for (const repository of ['acme/tools', 'acme/nowhere']) {
      const request = requestOf('GET', `/v2/${repository}/manifests/1.0.0`, {
        authorization: at.bearer,
      });
      expect(await at.callsOf(() => answer(request))).toEqual({ dynamo: READ, ecr: [] });
    }
  });

  it('a tag that is not there: 1 question to ECR in a minute', async () => {
    const first = await at.callsOf(() => pull('HEAD', 'manifests/9.9.9', 404));
    expect(first.ecr).toEqual([`readImages ${APP}`]);
    expect(await at.callsOf(() => pull('HEAD', 'manifests/9.9.9', 404))).toEqual({
      dynamo: READ,
      ecr: [],
    });
  });

  it('more than 30 such tags in a minute: no question to ECR any more', async () => {
    at.time.now += HOUR;
    const many = async (): Promise<void> => {
      for (let index = 0; index < 40; index += 1) {
        await pull('HEAD', `manifests/none-${index}`, index < 30 ? 404 : 429);
      }
    };
    expect((await at.callsOf(many)).ecr).toHaveLength(30);
  });
});

describe('a tag that ECR has changed and no event told of', () => {
  const head = () =>
    answer(requestOf('HEAD', `/v2/${APP}/manifests/1.0.0`, { authorization: at.bearer }));

  it('is served as it is now, and indexed: the next request is one read', async () => {
    const moved = at.ecr.registry.push(APP, { manifest: image('moved'), tags: ['1.0.0'] });
    at.time.now += MINUTE;
    expect((await head()).headers['docker-content-digest']).toBe(moved);
    expect(await at.callsOf(head)).toEqual({ dynamo: READ_AND_NOTE, ecr: [] });
    expect((await head()).headers['docker-content-digest']).toBe(moved);
  });

  it('is unknown a minute after it was removed, and its digest is still served', async () => {
    const digest = (await head()).headers['docker-content-digest'];
    at.ecr.registry.untag(APP, '1.0.0');
    at.time.now += MINUTE;
    expect((await head()).headers['x-wharfage-status']).toBe('404');
    await pull('GET', `manifests/${digest}`);
  });
});

describe('what a request without one costs', () => {
  const nothing = { dynamo: {}, ecr: [] };

  it.each([
    ['without anything', {}],
    ['with garbage', { authorization: 'Bearer garbage' }],
    ['with a pull credential in place of it', { authorization: 'Basic Y3VzOnNlY3JldA==' }],
  ])('%s: nothing is read', async (_with, headers) => {
    const request = requestOf('GET', `/v2/${APP}/manifests/1.0.0`, headers);
    expect(await at.callsOf(() => answer(request))).toEqual(nothing);
  });

  it('not through the front: nothing is read', async () => {
    const request = requestOf('GET', '/v2/', { 'x-wharfage-front': '' });
    expect(await at.callsOf(() => answer(request))).toEqual(nothing);
  });

  it.each([
    ['with a secret that nobody made', 'wharfage_pull_guess', 'cus_Nova', {}],
    ['of somebody unknown, well formed', undefined, 'cus_Nobody', READ],
  ])('login %s', async (_who, given, username, dynamo) => {
    const basic = Buffer.from(`${username}:${given ?? at.secret}`).toString('base64');
    const request = requestOf('GET', '/token/d', { authorization: `Basic ${basic}` });
    expect(await at.callsOf(() => answer(request))).toEqual({ dynamo, ecr: [] });
  });
});
