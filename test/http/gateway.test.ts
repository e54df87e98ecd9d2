import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WithheldReason } from '../../functions/core/customer.ts';
import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import type { Refusal } from '../../functions/core/refusal.ts';
import { NOW } from '../support/builders.ts';
import {
  basic,
  gatewayWorld,
  ORIGIN,
  RENEWAL_URL,
  SECRET,
  type Seen,
} from '../support/gateway-world.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const MANIFEST = '/v2/acme/app/manifests/latest';
const OCI_CODES = [
  'BLOB_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'DIGEST_INVALID',
  'MANIFEST_BLOB_UNKNOWN',
  'MANIFEST_INVALID',
  'MANIFEST_UNKNOWN',
  'NAME_INVALID',
  'NAME_UNKNOWN',
  'SIZE_INVALID',
  'UNAUTHORIZED',
  'DENIED',
  'UNSUPPORTED',
  'TOOMANYREQUESTS',
];

/** The one error of a body, whose form is checked on the way. */
const errorOf = ({ headers, text }: Seen): { code: string; message: string } => {
  expect(headers['content-type']).toBe('application/json');
  const body = JSON.parse(text);
  expect(Object.keys(body)).toEqual(['errors']);
  expect(body.errors).toHaveLength(1);
  const [error] = body.errors;
  expect(Object.keys(error)).toEqual(['code', 'message']);
  expect(OCI_CODES).toContain(error.code);
  expect(error.message).toEqual(expect.stringMatching(/^.+$/));
  return error;
};

const lapsed = (because: WithheldReason = 'canceled'): PullAnswer => ({
  kind: 'refused',
  refusal: {
    kind: 'lapsed',
    repository: 'acme/app',
    lapse: { offerId: 'app', because, endedAt: NOW },
  },
});
const SENTENCE =
  'Access to acme/app ended on 2026-11-21: the subscription was canceled. https://acme.example/renew';

describe('a first request', () => {
  it.each(['/v2/', '/v2'])('of %s is challenged, without scope and without error', async (path) => {
    const answer = await gatewayWorld().ask(path);
    expect(answer).toMatchObject({
      status: 401,
      headers: {
        'www-authenticate':
          'Bearer realm="https://registry.vendor.com/token/d",service="registry.vendor.com"',
        'docker-distribution-api-version': 'registry/2.0',
        'cache-control': 'private, no-store',
      },
    });
    expect(errorOf(answer)).toEqual({
      code: 'UNAUTHORIZED',
      message: 'authentication required: log in with your pull credential',
    });
  });

  it.each([
    [MANIFEST, 'acme/app'],
    ['/v2/blobs/manifests/latest', 'blobs'],
    ['/v2/a/manifests/b/blobs/x', 'a/manifests/b'],
    ['/v2/acme/app/tags/list', 'acme/app'],
  ])('of %s names its repository as scope', async (path, repository) => {
    const { headers } = await gatewayWorld().ask(path);
    expect(headers['www-authenticate']).toMatch(
      new RegExp(`,scope="repository:${repository}:pull"$`),
    );
  });

  it.each([
    '/v2/_catalog',
    '/v2/Acme/app/manifests/latest',
    '/v2/a%2fb/manifests/latest',
    '/v2/../token/d',
  ])('of %s is challenged without scope', async (path) => {
    const { status, headers } = await gatewayWorld().ask(path);
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/service="registry.vendor.com"$/);
  });

  it.each([
    ['containerd/2.1.9', 'k'],
    ['containerd/1.6.20~ds1', 'k'],
    ['skopeo/1.22.0', 'c'],
    ['containers/5.39.2 (github.com/containers/image)', 'c'],
    ['Buildah/1.43.2', 'c'],
    ['libpod/4.3.1', 'c'],
    ['podman/5', 'c'],
    ['cri-o/1.30', 'c'],
    ['docker/28.5.2 go/go1.24 containerd-client/2.1.9+unknown storage-driver/overlayfs', 'd'],
    ['buildkit/v0.0-dev', 'd'],
    ['Helm/4.0.0', 'd'],
    ['Go-http-client/1.1', 'd'],
    ['', 'd'],
  ])('from %s is sent to the realm %s', async (userAgent, clientClass) => {
    const { headers } = await gatewayWorld().ask('/v2/', { headers: { 'user-agent': userAgent } });
    expect(headers['www-authenticate']).toContain(`realm="${ORIGIN}/token/${clientClass}"`);
  });

  it.each(['POST', 'PUT', 'HEAD', 'DELETE'])('by %s is challenged all the same', async (method) => {
    expect(await gatewayWorld().ask(MANIFEST, { method })).toMatchObject({ status: 401 });
  });

  it('names where the front says it is, whatever Host says', async () => {
    const { headers } = await gatewayWorld().ask('/v2/', {
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    });
    expect(JSON.stringify(headers)).not.toContain('evil');
  });

  it.each([
    ['Basic', basic('cus_Nova', SECRET)],
    ['an unknown scheme', 'Negotiate abc'],
    ['nothing', ''],
  ])('with %s is challenged without error, and nothing is read', async (_what, authorization) => {
    const { ask, counts, asked } = gatewayWorld();
    const { status, headers } = await ask('/v2/', { headers: { authorization } });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).not.toContain('error=');
    expect(counts).toMatchObject({ reads: 0, hashes: 0 });
    expect(asked).toEqual([]);
  });
});

describe('a token that is not good', () => {
  it.each([
    ['garbage', 'Bearer garbage'],
    ['empty', 'Bearer '],
    ['no token', 'Bearer'],
    ['a pull secret', `Bearer ${SECRET}`],
    ['16 kB', `Bearer ${'A'.repeat(16_384)}`],
    ['not ASCII', 'Bearer пароль'],
  ])('%s is a 401 that makes clients ask for another', async (_what, authorization) => {
    const { ask, asked, counts } = gatewayWorld();
    const answer = await ask(MANIFEST, { headers: { authorization } });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(
      /,scope="repository:acme\/app:pull",error="invalid_token"$/,
    );
    expect(errorOf(answer).code).toBe('UNAUTHORIZED');
    expect(asked).toEqual([]);
    expect(counts).toMatchObject({ reads: 0, hashes: 0 });
  });

  it('expired, the same', async () => {
    const { ask, token, world, asked } = gatewayWorld();
    const authorization = `Bearer ${await token()}`;
    world.now += 3_600 + 300;
    const answer = await ask('/v2/', { headers: { authorization } });
    expect(answer.headers['www-authenticate']).toMatch(/,error="invalid_token"$/);
    expect(errorOf(answer).message).toContain('expired');
    expect(asked).toEqual([]);
  });

  it.each([-300, 300])('by a clock that is %i seconds off is good', async (seconds) => {
    const { ask, token, world } = gatewayWorld();
    const authorization = `Bearer ${await token()}`;
    world.now += seconds;
    expect(await ask('/v2/', { headers: { authorization } })).toMatchObject({ status: 200 });
  });

  it('whose credential is gone is invalid: the token endpoint says the rest', async () => {
    const { pull, world } = gatewayWorld();
    world.answer = { kind: 'refused', refusal: { kind: 'invalid_token' } };
    const { status, headers } = await pull(MANIFEST, { clientClass: 'c' });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/token\/c".*error="invalid_token"$/);
  });
});

describe('a good token', () => {
  it.each(['Bearer', 'bearer', 'BEARER '])('behind %s opens the registry', async (scheme) => {
    const { ask, token, asked } = gatewayWorld();
    const authorization = `${scheme} ${await token('k')}`;
    const answer = await ask('/v2/', { headers: { authorization } });
    expect(answer).toMatchObject({ status: 200, text: '{}' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'docker-distribution-api-version': 'registry/2.0',
      'cache-control': 'private, no-store',
      'content-length': '2',
    });
    expect(asked).toMatchObject([
      {
        identity: { customerId: 'cus_Nova', credentialId: 'Cred00000001', clientClass: 'k' },
        request: { kind: 'ping' },
        host: 'registry.vendor.com',
      },
    ]);
  });

  it('asks for what the path says, and nothing of the query decides', async () => {
    const { pull, asked } = gatewayWorld();
    await pull(MANIFEST, { method: 'HEAD', rawQuery: 'ns=evil&repository=acme/other' });
    expect(asked).toMatchObject([
      { request: { kind: 'manifest', repository: 'acme/app', isHead: true } },
    ]);
  });
});

describe('a right that ended', () => {
  it.each(['c', 'd'] as const)('is a 403 with the sentence in class %s', async (clientClass) => {
    const { pull, world } = gatewayWorld();
    world.answer = lapsed();
    const answer = await pull(MANIFEST, { clientClass });
    expect(answer.status).toBe(403);
    expect(answer.headers['www-authenticate']).toBeUndefined();
    expect(errorOf(answer)).toEqual({ code: 'DENIED', message: SENTENCE });
  });

  it.each(['GET', 'HEAD'])('is a challenge with the sentence in class k, by %s', async (method) => {
    const { pull, world } = gatewayWorld();
    world.answer = lapsed();
    const answer = await pull(MANIFEST, { clientClass: 'k', method });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer realm="${ORIGIN}/token/k",service="registry.vendor.com",scope="repository:acme/app:pull",error="${SENTENCE}"`,
    );
    expect(errorOf(answer)).toEqual({ code: 'DENIED', message: SENTENCE });
  });

  it('keeps the class of the token, whatever program carries it now', async () => {
    const { pull, world } = gatewayWorld();
    world.answer = lapsed();
    const headers = { 'user-agent': 'containerd/2.1.9' };
    expect(await pull(MANIFEST, { clientClass: 'd', headers })).toMatchObject({ status: 403 });
  });

  it.each([
    ['d', 403],
    ['c', 403],
    ['k', 401],
  ] as const)('with its credential, is said in class %s by a %i', async (clientClass, status) => {
    const { pull, world } = gatewayWorld();
    world.answer = { kind: 'refused', refusal: { kind: 'retired_credential' } };
    const answer = await pull(MANIFEST, { clientClass });
    expect(answer.status).toBe(status);
    expect(errorOf(answer)).toMatchObject({ code: 'DENIED' });
    expect(`${answer.headers['www-authenticate']}${answer.text}`).toContain(RENEWAL_URL);
  });

  it('opens at once with the same token when it is paid for again', async () => {
    const { ask, token, world } = gatewayWorld();
    const headers = { authorization: `Bearer ${await token('k')}` };
    world.answer = lapsed();
    expect(await ask(MANIFEST, { headers })).toMatchObject({ status: 401 });
    world.answer = { kind: 'not_modified', digest: DIGEST };
    expect(await ask(MANIFEST, { headers })).toMatchObject({ status: 304 });
  });

  it.each([
    ['quotes', `${RENEWAL_URL}?say="no"`],
    ['line breaks', `${RENEWAL_URL}\r\nset-cookie: a=b`],
    ['a backslash and an emoji', `${RENEWAL_URL}\\😢`],
    ['2 kB', `${RENEWAL_URL}/${'x'.repeat(2_048)}`],
  ])(
    'with %s in its sentence harms no header, and the body is whole',
    async (_what, renewalUrl) => {
      const { pull, world } = gatewayWorld({ renewalUrl });
      world.answer = lapsed();
      const answer = await pull(MANIFEST, { clientClass: 'k' });
      expect(answer.headers['www-authenticate']).toMatch(
        /^Bearer realm="[^"\\]+",service="[^"\\]+",scope="[^"\\]+",error="[\x20\x21\x23-\x5b\x5d-\x7e]{1,1024}"$/,
      );
      expect(JSON.parse(answer.text).errors[0].message.endsWith(renewalUrl)).toBe(true);
    },
  );
});

describe('a path that names nothing', () => {
  it.each([
    ['/v2/_catalog', 404, 'UNSUPPORTED'],
    ['/v2/acme/app/manifests/sha256:baddigeststring', 400, 'DIGEST_INVALID'],
    ['/v2/acme/app/manifests/latest/', 400, 'NAME_INVALID'],
    ['/v2//acme/app/manifests/latest', 400, 'NAME_INVALID'],
    ['/v2/acme%2Fapp/manifests/latest', 400, 'NAME_INVALID'],
    ['/v2/..%2ftoken', 400, 'NAME_INVALID'],
    ['/v2/../token/d', 400, 'NAME_INVALID'],
    ['/v2/Acme/app/manifests/latest', 400, 'NAME_INVALID'],
    [`/v2/${'x'.repeat(256)}/manifests/latest`, 400, 'NAME_INVALID'],
    ['/v2/acme/app/tags/list%3F', 404, 'UNSUPPORTED'],
    [`/v2/acme/app/blobs/blake3:${'a1'.repeat(32)}`, 404, 'BLOB_UNKNOWN'],
    ['/', 404, 'UNSUPPORTED'],
    ['/v1/search', 404, 'UNSUPPORTED'],
    ['/v2x', 404, 'UNSUPPORTED'],
    ['/token', 404, 'UNSUPPORTED'],
    ['/token/', 404, 'UNSUPPORTED'],
    ['/token/x', 404, 'UNSUPPORTED'],
    ['/token/d/', 404, 'UNSUPPORTED'],
  ])('%s is a %i %s', async (path, status, code) => {
    const { pull, asked } = gatewayWorld();
    const answer = await pull(path);
    expect(answer.status).toBe(status);
    expect(errorOf(answer).code).toBe(code);
    expect(asked).toEqual([]);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s is a 405 wherever it goes', async (method) => {
    const { pull } = gatewayWorld();
    for (const path of ['/v2/', MANIFEST, '/v2/acme/app/blobs/uploads/', '/v2/_catalog']) {
      const answer = await pull(path, { method });
      expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
      expect(errorOf(answer).code).toBe('UNSUPPORTED');
    }
  });
});

describe('a front that loses the length of a HEAD', () => {
  it('gets a 405 for the HEAD of a manifest, so that clients fall back to GET', async () => {
    const { pull, asked } = gatewayWorld({ manifestHead: 'refuse' });
    const answer = await pull(MANIFEST, { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET' } });
    expect(asked).toEqual([]);
    await pull(MANIFEST);
    await pull(`/v2/acme/app/blobs/${DIGEST}`, { method: 'HEAD' });
    expect(asked).toHaveLength(2);
  });
});

describe('a request that did not come through the front', () => {
  const through = { 'x-wharfage-origin': ORIGIN };

  it.each([
    ['no secret', through, 0],
    ['an empty secret', { ...through, 'x-wharfage-front': '' }, 0],
    ['a secret of 16 kB', { ...through, 'x-wharfage-front': 'x'.repeat(16_384) }, 0],
    ['a wrong secret', { ...through, 'x-wharfage-front': 'x'.repeat(36) }, 1],
  ])('but with %s is a plain 403, and nothing else is done', async (_what, headers, frontReads) => {
    const { send, token, asked, counts } = gatewayWorld();
    const authorization = `Bearer ${await token()}`;
    const answer = await send({ headers: { ...headers, authorization } });
    expect(answer.status).toBe(403);
    expect(Buffer.from(answer.body).toString()).toBe('forbidden');
    expect(Object.keys(answer.headers)).toEqual(['content-type', 'cache-control']);
    expect(asked).toEqual([]);
    expect(counts).toEqual({ reads: 0, hashes: 0, frontReads });
  });

  it.each([
    ['raises an alarm when it says that it did', through, 1],
    ['and is a stranger’s raises none', {}, 0],
  ])('%s', async (_what, headers, times) => {
    const { send, report } = gatewayWorld();
    expect(
      await send({ headers: { ...headers, 'x-wharfage-front': 'x'.repeat(36) } }),
    ).toMatchObject({ status: 403 });
    expect(report.lines).toHaveLength(1);
    expect(report.counted('FrontRefused')).toBe(times);
  });

  it.each([
    undefined,
    '',
    'http://registry.vendor.com',
    'https://registry.vendor.com/',
    'https://a"b',
    'https://a,b',
    'javascript:alert(1)',
  ])('but as if from %s is a plain 403: no challenge could be right', async (origin) => {
    const { send, front } = gatewayWorld();
    const headers = origin === undefined ? {} : { 'x-wharfage-origin': origin };
    expect(await send({ headers: { ...headers, 'x-wharfage-front': front } })).toMatchObject({
      status: 403,
    });
  });

  it.each(['http://127.0.0.1:4244', 'http://localhost:4244', 'https://registry.vendor.com:8443'])(
    'and %s is a front',
    async (origin) => {
      const { send, front } = gatewayWorld();
      const answer = await send({
        headers: { 'x-wharfage-front': front, 'x-wharfage-origin': origin },
      });
      expect(answer.headers['x-wharfage-challenge']).toContain(`realm="${origin}/token/d"`);
    },
  );
});

describe('when something of ours fails', () => {
  it.each(['/token/d', '/token/k', '/token/c'])(
    '%s is a 503 and no word about the credential',
    async (path) => {
      const { ask, world, report } = gatewayWorld();
      world.fault = new TypeError('canary');
      const answer = await ask(path, { headers: { authorization: basic('cus_Nova', SECRET) } });
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      expect(errorOf(answer).code).toBe('TOOMANYREQUESTS');
      expect(report.counted('GatewayUnavailable')).toBe(1);
      expect(JSON.stringify(report.lines)).not.toContain('canary');
    },
  );

  it('a pull is a 503 too', async () => {
    const { pull, world } = gatewayWorld();
    world.answer = { kind: 'refused', refusal: { kind: 'unavailable' } };
    const answer = await pull(MANIFEST, { clientClass: 'k' });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(answer.headers['www-authenticate']).toBeUndefined();
  });
});

describe('every refusal', () => {
  const refusal = fc.constantFrom<Refusal>(
    { kind: 'lapsed', lapse: { offerId: 'a', because: 'unpaid', endedAt: NOW } },
    { kind: 'unknown_repository', repository: 'acme/app' },
    { kind: 'unknown_manifest', reference: 'latest' },
    { kind: 'archived_manifest', reference: 'latest' },
    { kind: 'unknown_blob', digest: DIGEST },
    { kind: 'too_many_misses' },
    { kind: 'index_incomplete' },
    { kind: 'hostile_redirect' },
  );

  it('is below 400 for CloudFront, and in the form that clients read', async () => {
    const clientClass = fc.constantFrom('d' as const, 'k' as const, 'c' as const);
    await fc.assert(
      fc.asyncProperty(refusal, clientClass, async (each, its) => {
        const { send, pull, world, token, front } = gatewayWorld();
        world.answer = { kind: 'refused', refusal: each };
        errorOf(await pull(MANIFEST, { clientClass: its }));
        const raw = await send({
          rawPath: MANIFEST,
          headers: {
            'x-wharfage-front': front,
            'x-wharfage-origin': ORIGIN,
            authorization: `Bearer ${await token(its)}`,
          },
        });
        expect(raw.status).toBe(200);
        expect(Number(raw.headers['x-wharfage-status'])).toBeGreaterThanOrEqual(400);
        expect(raw.headers['content-length']).toBe(String(raw.body.length));
      }),
    );
  });
});

describe('whatever arrives', () => {
  const piece = fc.oneof(
    fc.constantFrom('v2', 'token', 'd', 'acme', 'app', 'manifests', 'blobs', 'tags', 'list'),
    fc.constantFrom('referrers', 'latest', DIGEST, '..', '', '%2f', '%2e%2e', '%', 'A', '_catalog'),
    fc.string({ maxLength: 8 }),
  );
  const path = fc.oneof(
    fc.array(piece, { maxLength: 7 }).map((pieces) => `/v2/${pieces.join('/')}`),
    fc.array(piece, { maxLength: 4 }).map((pieces) => `/${pieces.join('/')}`),
  );
  const method = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('GET', 'HEAD') },
    fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'get', ''),
    fc.string({ maxLength: 8 }),
  );
  const headers = fc.dictionary(
    fc.constantFrom('range', 'if-none-match', 'accept', 'user-agent', 'content-type', 'host'),
    fc.string({ maxLength: 30 }),
  );
  const authorization = fc.oneof(
    fc.constantFrom('good', 'basic'),
    fc.string({ maxLength: 40 }).map((text) => `Bearer ${text}`),
    fc.string({ maxLength: 40 }).map((text) => `Basic ${text}`),
    fc.string({ maxLength: 20 }),
  );
  const request = fc.record({
    method,
    rawPath: path,
    rawQuery: fc.oneof(fc.webQueryParameters(), fc.string()),
    headers,
    authorization,
    body: fc.uint8Array({ maxLength: 40 }),
  });

  it('is one of the stated answers, never a fault, and what is asked for stands in the path', async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ authorization: given, headers: others, ...each }) => {
        const { ask, token, asked, report } = gatewayWorld();
        const good = given === 'good' ? `Bearer ${await token()}` : basic('cus_Nova', SECRET);
        const value = given === 'good' || given === 'basic' ? good : given;
        const answer = await ask(each.rawPath, {
          ...each,
          headers: { ...others, authorization: value },
        });
        expect([200, 400, 401, 404, 405]).toContain(answer.status);
        if (answer.status >= 400) errorOf(answer);
        expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0');
        expect(answer.headers['cache-control']).toBe('private, no-store');
        expect(report.counted('GatewayUnavailable')).toBe(0);
        if (given !== 'good') expect(asked).toEqual([]);
        for (const { request: parsed } of asked) {
          if (parsed.kind === 'ping') continue;
          expect(decodeURIComponent(each.rawPath)).toContain(`/v2/${parsed.repository}/`);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

it('no log line holds a secret, a token, a header, a path or a query', async () => {
  const { ask, pull, token, report, send } = gatewayWorld();
  const authorization = basic('cus_Nova', SECRET);
  const good = await token();
  await ask('/token/d', { headers: { authorization }, rawQuery: 'scope=canary&account=canary' });
  await ask('/token/d', { headers: { authorization: basic('cus_Nova', `${SECRET}canary`) } });
  await ask('/v2/', { headers: { authorization, 'user-agent': 'canary' } });
  await ask('/v2/canary', { headers: { authorization: `Bearer ${good}canary` } });
  await pull('/v2/canary', { rawQuery: 'canary' });
  await pull('/v2/canary/manifests/latest', { method: 'CANARY' });
  await send({ rawPath: '/canary', headers: { 'x-wharfage-front': 'canary' } });
  const body = new TextEncoder().encode(`grant_type=password&username=cus_Nova&password=${SECRET}`);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  await ask('/token/k', { method: 'POST', headers, body });
  expect(report.lines).toHaveLength(8);
  const text = JSON.stringify(report.lines).toLowerCase();
  for (const secret of [
    'canary',
    'wharfage_pull',
    'bearer',
    'basic',
    good.slice(-20).toLowerCase(),
  ]) {
    expect(text).not.toContain(secret);
  }
});

it('one line is logged for each answer that no use case logs', async () => {
  const { ask, pull, report } = gatewayWorld();
  await ask('/v2/', { headers: { 'user-agent': 'skopeo/1.22.0' } });
  await pull('/v2/_catalog', { clientClass: 'k' });
  await pull('/v2/');
  await ask('/token/c', { headers: { authorization: basic('cus_Nova', SECRET) } });
  await ask('/token/c');
  const at = NOW;
  const ids = { customerId: 'cus_Nova', credentialId: 'Cred00000001' };
  expect(report.lines).toMatchObject([
    { message: 'pull', fields: { at, clientClass: 'c', decision: 'no_credential', status: 401 } },
    {
      message: 'pull',
      fields: { at, ...ids, clientClass: 'k', decision: 'no_such_route', status: 404 },
    },
    { message: 'token', fields: { at, ...ids, clientClass: 'c', decision: 'issued', status: 200 } },
    { message: 'token', fields: { at, clientClass: 'c', decision: 'no_credential', status: 401 } },
  ]);
  expect(report.lines).toHaveLength(4);
});
