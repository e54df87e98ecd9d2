import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { isSameText } from '../../functions/adapters/same-text.ts';
import { challengeOf } from '../../functions/http/challenge.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { retireCredentials } from '../../functions/usecases/retire-credential.ts';
import { found, itemOf, NOW, subscription, windowOf } from '../support/builders.ts';
import { commandWorld } from '../support/command-world.ts';
import { gatewayWorld } from '../support/gateway-world.ts';
import { APP, blobItem, digestOf, getBlob, pullWorld } from '../support/pull-world.ts';
import { type Market, market, OPEN, routesOf, statusesOf } from './market.ts';
import { bearer, errorOf } from './shop.ts';

describe('CVE-2024-39897: a cache that all repositories share', () => {
  it('CVE-2024-39897: B’s digests through A are not there, by GET, by HEAD or as a mount', async () => {
    const { its, ada, app, tools } = await market();
    const token = await its.tokenOf(ada);
    expect(await statusesOf(its, token, routesOf('acme/app', app))).toEqual(OPEN);
    for (const method of ['GET', 'HEAD']) {
      for (const path of routesOf('acme/app', tools).slice(1, 3)) {
        expect((await its.ask(path, { ...bearer(token), method })).status).toBe(404);
      }
    }
    const rawQuery = `mount=${tools.layer}&from=acme/tools`;
    const uploads = '/v2/acme/app/blobs/uploads/';
    expect((await its.ask(uploads, { ...bearer(token), method: 'POST', rawQuery })).status).toBe(
      405,
    );
    const layer = `/v2/acme/app/blobs/${tools.layer}`;
    expect((await its.ask(layer, { ...bearer(token), rawQuery })).status).toBe(404);
  });

  it('CVE-2024-39897: a layer that both have is open in one’s own repository only', async () => {
    const { its, ada } = await market();
    const shared = 'a layer of both';
    const { layer } = await its.push('acme/app', '2.0.0', shared);
    await its.push('acme/tools', '2.0.0', shared);
    const paths = [`/v2/acme/app/blobs/${layer}`, `/v2/acme/tools/blobs/${layer}`];
    expect(await statusesOf(its, await its.tokenOf(ada), paths)).toEqual([307, 404]);
  });
});

it('CVE-2026-35172: what another customer has just pulled does not open again for whom it was closed', async () => {
  const { its, ada, app } = await market();
  const cy = await its.join('cus_Cy', 'app');
  const [adas, cys] = [await its.tokenOf(ada), await its.tokenOf(cy)];
  expect(await statusesOf(its, adas, routesOf('acme/app', app))).toEqual(OPEN);
  await its.lapse('cus_Ada', 'app');
  for (let round = 0; round < 3; round += 1) {
    expect(await statusesOf(its, cys, routesOf('acme/app', app))).toEqual(OPEN);
    const closed = await statusesOf(its, adas, routesOf('acme/app', app));
    expect(closed).toEqual([401, 401, 401, 401, 401]);
  }
});

it('CVE-2025-23208: what is open is what Stripe says now, whatever was open before', async () => {
  const products = fc.subarray(['app', 'tools'], { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(products, { minLength: 1, maxLength: 4 }), async (history) => {
      const { its } = await market();
      for (const present of history) {
        const items = present.map((name) => itemOf(name));
        const paidFor = subscription({ subscriptionId: 'sub_app', items });
        its.truths.set('cus_Ada', found([paidFor]));
        await its.sync('cus_Ada');
      }
      const windows = (await its.stores.customers.findCustomer('cus_Ada'))?.windows ?? [];
      expect(windows.map(({ offerId }) => offerId).toSorted()).toEqual(history.at(-1)?.toSorted());
    }),
    { numRuns: 40 },
  );
});

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

it.each(WRITES)(
  'CVE-2026-61833: %s is refused before anything is read, with a token and without',
  async (method) => {
    const { its, ada, app } = await market();
    const token = await its.tokenOf(ada);
    const calls = await its.callsOf(async () => {
      for (const path of ['/v2/', ...routesOf('acme/app', app), ...routesOf('acme/tools', app)]) {
        expect((await its.ask(path, { ...bearer(token), method })).status).toBe(405);
        expect((await its.ask(path, { method })).status).toBe(401);
      }
    });
    expect(calls).toEqual({});
  },
);

it.each([
  ['CVE-2026-31801: a manifest over an existing tag', 'PUT'],
  ['CVE-2026-41888: the deletion of a tag', 'DELETE'],
])('%s changes nothing in ECR or in the index', async (_what, method) => {
  const { its, ada, app } = await market();
  const before = JSON.stringify(
    its.ecr.registry.list('acme/app').map(({ tags, digest }) => [[...tags], digest]),
  );
  const path = '/v2/acme/app/manifests/1.0.0';
  const body = new TextEncoder().encode('{"schemaVersion":2}');
  expect((await its.pull(ada, path, { method, body })).status).toBe(405);
  const after = JSON.stringify(
    its.ecr.registry.list('acme/app').map(({ tags, digest }) => [[...tags], digest]),
  );
  expect(after).toBe(before);
  expect((await its.pull(ada, path)).headers['docker-content-digest']).toBe(app.digest);
});

it.each([
  ['a key in its header', { alg: 'HS256', jwk: { kty: 'oct', k: 'bWluZQ' } }],
  ['a chain of certificates', { alg: 'RS256', x5c: ['MIIB'] }],
  ['no signature', { alg: 'none' }],
])('CVE-2025-24976: a JWT with %s is no token here', async (_what, header) => {
  const { its } = await market();
  const encoded = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = `${encoded(header)}.${encoded({ sub: 'cus_Ada', exp: NOW + 60 })}.${'A'.repeat(43)}`;
  expect((await its.ask('/v2/', bearer(jwt))).status).toBe(401);
});

describe('an address that leads elsewhere', () => {
  const HOSTILE = [
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.169.254/',
    'https://amazonaws.com.evil.example/layer',
    'https://evil.example/.amazonaws.com',
    'https://evil.example\\.amazonaws.com/',
    'https://s3.amazonaws.com@evil.example/',
    'http://layers.s3.amazonaws.com/',
    'https://layers.s3.amazonaws.com:8443/',
    'file:///etc/passwd',
    '//evil.example/',
    'https://registry.vendor.example/v2/acme/app/blobs/x',
  ];

  it.each(HOSTILE)(
    'T28: CVE-2026-33540: CVE-2020-15157: a layer at %s is refused, and the address is not told',
    async (url) => {
      const world = pullWorld();
      world.buy('cus_Nova', { windows: [windowOf('app')] });
      const layer = digestOf('c');
      world.put(blobItem(layer, { opens: { app: NOW - 1 } }));
      world.layers.set(`${APP} ${layer}`, url);
      const calls = await world.callsOf(async () => {
        expect(await world.pull(getBlob(layer))).toEqual({
          kind: 'refused',
          refusal: { kind: 'hostile_redirect' },
        });
      });
      expect(calls.filter((call) => call === 'findLayerUrl')).toHaveLength(1);
      expect(world.report.counted('HostileRedirect')).toBe(1);
      expect(JSON.stringify(world.report.lines)).not.toContain(url.slice(8, 30));
    },
  );

  it('T28: CVE-2026-33540: the client gets a 502 for it, without a Location', async () => {
    const { pull, world } = gatewayWorld();
    world.answer = { kind: 'refused', refusal: { kind: 'hostile_redirect' } };
    const answer = await pull(`/v2/acme/app/blobs/${digestOf('c')}`);
    expect(answer.status).toBe(502);
    expect(answer.headers.location).toBeUndefined();
  });

  it('CVE-2026-48978: the realm of our challenge is the front’s own, whatever host a client names', async () => {
    const { its } = await market();
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      origin: 'https://evil.example',
    };
    const answer = await its.ask('/v2/acme/app/manifests/1.0.0', { headers });
    expect(answer.status).toBe(401);
    expect(JSON.stringify(answer)).not.toContain('evil.example');
    const challenge = challengeOf({
      origin: 'https://r.example',
      rawPath: '/v2/a"b/tags/list',
      clientClass: 'd',
    });
    expect(challenge).toBe('Bearer realm="https://r.example/token/d",service="r.example"');
  });

  it('T28: CVE-2026-2377: CVE-2026-32591: CVE-2020-13788: nothing at run time opens an address but Stripe’s, and that follows no redirect', () => {
    const folder = new URL('../../functions/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(100);
    const opening = files.filter((path) =>
      /\bfetch\(|node:https?|node:net|node:dns|XMLHttpRequest|undici|axios/.test(
        readFileSync(new URL(path, folder), 'utf8'),
      ),
    );
    expect(opening).toEqual(['adapters/stripe-reads.ts']);
    const stripe = readFileSync(new URL('adapters/stripe-reads.ts', folder), 'utf8');
    expect(stripe.match(/\bfetch\([^;]*/g)).toEqual([expect.stringContaining("redirect: 'error'")]);
  });

  it('CVE-2026-2377: CVE-2026-32591: CVE-2020-13788: an address in a manifest or a query is never asked for', async () => {
    const { its, ada } = await market();
    const foreign = {
      mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
      digest: digestOf('f'),
      size: 1,
      urls: ['http://169.254.169.254/'],
    };
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    its.ecr.registry.push('acme/app', {
      manifest: {
        schemaVersion: 2,
        mediaType,
        config: { mediaType: 'application/json', digest: digestOf('e'), size: 1 },
        layers: [foreign],
      },
      tags: ['foreign'],
    });
    expect((await its.pull(ada, '/v2/acme/app/manifests/foreign')).status).toBe(200);
    const rawQuery = 'url=http://169.254.169.254/&ns=evil.example&registry=http://evil.example';
    const answer = await its.pull(ada, `/v2/acme/app/blobs/${digestOf('f')}`, { rawQuery });
    expect(answer.headers.location ?? 'https://layers.s3.amazonaws.com').toContain('amazonaws.com');
  });
});

describe('CVE-2023-2253: a list as long as its asker wants', () => {
  let crowd: Market;
  beforeAll(async () => {
    crowd = await market();
    const tags = Array.from({ length: 1_100 }, (_, index) => `t${String(index).padStart(4, '0')}`);
    await crowd.its.push('acme/app', '2.0.0', 'tagged', tags);
  });

  it.each([
    ['n=1000000000', 200, 1_000],
    ['', 200, 1_000],
    ['n=1000', 200, 1_000],
    ['n=0', 200, 0],
    ['n=-1', 400, 0],
    ['n=1e9', 400, 0],
    ['n=0x10', 400, 0],
    [`n=${'9'.repeat(40)}`, 200, 1_000],
  ])('CVE-2023-2253: ?%s is a %i with %i tags', async (rawQuery, status, count) => {
    const answer = await crowd.its.pull(crowd.ada, '/v2/acme/app/tags/list', { rawQuery });
    expect(answer.status).toBe(status);
    const listed = (JSON.parse(answer.text) as { readonly tags?: readonly string[] }).tags ?? [];
    expect(listed).toHaveLength(count);
  });

  it('CVE-2023-2253: and there is no list of repositories', async () => {
    const { its, ada } = await market();
    for (const rawQuery of ['', 'n=1000000000', 'n=-1']) {
      expect((await its.pull(ada, '/v2/_catalog', { rawQuery })).status).toBe(404);
    }
  });
});

it.each([
  '/v2/_catalog/',
  '/v2//_catalog',
  '/v2/./_catalog',
  '/v2/x/../_catalog',
  '/v2/%5fcatalog',
  '/v2/%2f_catalog',
  '/v2/..;/_catalog',
  '/V2/_catalog',
  '/_catalog',
  '//v2/_catalog',
  '/v2/_catalog%00',
  '/v2/_catalog;x=1',
])('CVE-2020-29662: the catalog is on no other path either: %s', async (path) => {
  const { its, ada } = await market();
  const answer = await its.pull(ada, path);
  expect([400, 404]).toContain(answer.status);
  expect(answer.text).not.toContain('"repositories"');
});

it('CVE-2022-31667..31670: CVE-2024-22278: an id of somebody else’s is none, whatever is done with it', async () => {
  const { its, ada, bob } = await market();
  const theirs = { customerId: ada.customerId, credentialId: bob.credentialId };
  const before = await its.stores.credentials.listCredentials(bob.customerId);
  expect(await claimCredential(its.deps)(theirs)).toEqual({ kind: 'none' });
  const retired = await retireCredentials(its.deps)(ada.customerId, {
    credentialId: bob.credentialId,
  });
  expect(retired).toEqual({ retired: [], already: [] });
  await its.stores.credentials.retireCredential(ada.customerId, bob.credentialId, NOW);
  expect(await its.stores.credentials.listCredentials(bob.customerId)).toEqual(before);
  expect((await its.login(bob.customerId, bob.secret)).status).toBe(200);
});

it('CVE-2019-19030: CVE-2020-13794: neither repositories nor customers can be told by asking', async () => {
  const { its, bob, app } = await market();
  const token = await its.tokenOf(bob);
  for (const [index, path] of routesOf('acme/app', app).entries()) {
    const forbidden = await its.ask(path, bearer(token));
    const unknown = await its.ask(routesOf('acme/xyz', app)[index] ?? '', bearer(token));
    expect(forbidden.status).toBe(unknown.status);
    expect(forbidden.text.replaceAll('acme/app', '')).toBe(unknown.text.replaceAll('acme/xyz', ''));
    const scope = { rawQuery: 'scope=repository:acme/app:pull' };
    const granted = await its.ask('/token/d', {
      ...scope,
      headers: { authorization: 'Basic eA==' },
    });
    expect(granted.status).toBe(401);
  }
  const answers = ['cus_Ada', 'cus_Bob', 'cus_Nobody'].map((id) =>
    its.login(id, credentialMint.secretText('Nobody000000')),
  );
  expect(new Set((await Promise.all(answers)).map(({ text, status }) => text + status)).size).toBe(
    1,
  );
});

describe('CVE-2023-20902: a comparison that tells how far it got', () => {
  it('CVE-2023-20902: compares digests of one length, so that any two texts can be compared', () => {
    for (const [one, other] of [
      ['', 'a'],
      ['a', 'ä'],
      ['a'.repeat(9), 'a'.repeat(99_999)],
    ] as const) {
      expect(isSameText(one, other)).toBe(false);
      expect(isSameText(other, other)).toBe(true);
    }
  });

  it.each([
    ['adapters/same-text.ts', 'timingSafeEqual('],
    ['adapters/credential-hash.ts', 'isSameText('],
    ['adapters/front-secret.ts', 'isSameText('],
    ['adapters/access-tokens.ts', 'timingSafeEqual('],
  ])('CVE-2023-20902: %s compares with %s and with nothing quicker', (path, comparison) => {
    const source = readFileSync(new URL(`../../functions/${path}`, import.meta.url), 'utf8');
    expect(source).toContain(comparison);
    expect(source).not.toMatch(
      /(?:hash|text|secret|signature|current|previous) === (?!undefined)/i,
    );
  });
});

it.each([
  'cus_%',
  'cus_*',
  'cus_',
  'cus_Ada%',
  'cus_Ada#',
  'CUSTOMER#cus_Ada',
  'cus_Ada\n',
  ' cus_Ada',
  'cus_?da',
  '',
])('CVE-2026-110697: the user name %j matches nobody and is not looked up', async (username) => {
  const { its, ada } = await market();
  const calls = await its.callsOf(async () => {
    const answer = await its.login(username, ada.secret);
    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain(ada.credentialId);
  });
  expect(calls.listCredentials).toBeUndefined();
  expect(username === 'cus_' ? {} : calls).toEqual({});
});

it.each(['%', '*', 'MANIFEST#', 'TAG#', '\u{10ffff}', '..'])(
  'CVE-2026-110697: a page that begins after %j lists this repository’s tags and no other item',
  async (last) => {
    const { its, bob } = await market();
    const rawQuery = new URLSearchParams({ last }).toString();
    const answer = await its.pull(bob, '/v2/acme/tools/tags/list', { rawQuery });
    const { tags = [] } = JSON.parse(answer.text) as { readonly tags?: readonly string[] };
    expect(tags.filter((tag) => tag !== '1.0.0')).toEqual([]);
  },
);

it('CVE-2026-18255: whoever may look at everything sees no secret and no hash of one', async () => {
  const world = commandWorld();
  await world.sync();
  await claimCredential(world.deps)({ customerId: 'cus_Nova' });
  const [credential] = await world.stores.credentials.listCredentials('cus_Nova');
  const shown: string[] = [];
  for (const argv of [['status', 'cus_Nova'], ['status'], ['doctor']]) {
    for (const form of [[], ['--json']]) {
      const { out, errors } = await world.run(...argv, ...form);
      shown.push(out, errors);
    }
  }
  const text = shown.join('\n');
  expect(text).toContain('cus_Nova');
  expect(credential?.hash).toMatch(/^sha256:/);
  for (const hidden of ['canary', credential?.hash ?? '', 'whsec_', 'nova.example']) {
    expect(text).not.toContain(hidden);
  }
});

it('CVE-2026-123710: these routes exist and no other: nothing turns a key or makes a token for somebody else', async () => {
  const { its, ada, app } = await market();
  const token = await its.tokenOf(ada);
  const words = [
    '',
    '_catalog',
    'keys',
    'rotate',
    'oauth2',
    'auth',
    'superuser',
    'signup',
    'health',
    'logs',
  ];
  const roots = ['/', '/v2/', '/token/', '/token/d/', '/v1/', '/api/v1/'];
  const known = ['/v2/', '/v2', '/token/d', '/token/k', '/token/c', ...routesOf('acme/app', app)];
  const paths = [...known, ...roots.flatMap((root) => words.map((word) => root + word))];
  const answering: string[] = [];
  for (const path of new Set(paths)) {
    for (const method of ['GET', 'POST']) {
      const { status } = await its.ask(path, { ...bearer(token), method });
      if (![400, 404, 405].includes(status)) answering.push(`${method} ${path}`);
    }
  }
  const registry = ['/v2/', '/v2', ...routesOf('acme/app', app)];
  // A token buys no token: these answer that a credential is needed, and POST that a form is.
  const exchange = ['/token/d', '/token/k', '/token/c'];
  expect(answering.toSorted()).toEqual(
    [...registry, ...exchange].map((path) => `GET ${path}`).toSorted(),
  );
  for (const path of exchange) expect((await its.ask(path, bearer(token))).status).toBe(401);
});

it('CVE-2025-4374: a pull changes no permission', async () => {
  const { its, ada, app } = await market();
  const rights = (): readonly (readonly [string, string])[] =>
    [...its.stores.table].filter(([key]) => /^(?:CUSTOMER|MEMBERS|STAGE)/.test(key));
  const [before, token] = [rights(), await its.tokenOf(ada)];
  const paths = [
    ...routesOf('acme/app', app),
    ...routesOf('acme/tools', app),
    '/v2/acme/new/tags/list',
  ];
  for (const path of paths) await its.ask(path, bearer(token));
  expect(rights()).toEqual(before);
  expect(its.ecr.registry.hasRepository('acme/new')).toBe(false);
  expect(its.policies.sent.filter(({ occasion }) => !occasion.includes('cus_'))).toEqual([]);
});

it('CVE-2025-48374: GHSA-prh4-vhfh-24mj: no secret gets into a log or the audit trail, even where people err', async () => {
  const { its, ada } = await market();
  // The secret as the user name, in the path, in the query and in the scope, as people paste it.
  await its.login(ada.secret, ada.customerId);
  await its.pull(ada, `/v2/${ada.secret}/manifests/latest`);
  await its.pull(ada, `/v2/acme/app/manifests/latest`, { rawQuery: `password=${ada.secret}` });
  await its.ask('/token/d', {
    rawQuery: `scope=repository:${ada.secret}:pull`,
    headers: { authorization: ada.secret },
  });
  const audit = await its.stores.customers.listAudit(ada.customerId);
  const written = JSON.stringify([its.report.lines, audit, its.subjects.sent, its.policies.sent]);
  expect(written).not.toContain('wharfage_pull_');
  expect(written).not.toContain(ada.secret.slice(-20));
});

it('CVE-2019-19030: a refusal says what to do and not what there is', async () => {
  const { its, bob } = await market();
  const answer = await its.pull(bob, '/v2/acme/app/tags/list');
  expect(errorOf(answer).message).toMatch(/does not exist or is not part of your subscription/);
});
