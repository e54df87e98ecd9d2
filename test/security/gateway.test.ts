import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { pullSecretOf } from '../../functions/core/pull-secret.ts';
import { retireCredentials } from '../../functions/usecases/retire-credential.ts';
import { NOW } from '../support/builders.ts';
import { basic } from '../support/gateway-world.ts';
import { type Market, market, OPEN, routesOf, statusesOf } from './market.ts';
import { bearer, errorOf, type Shop, type Shopper, TOKEN_SECRET } from './shop.ts';

describe('T8: a stolen pull credential that was retired', () => {
  it('T8: is refused at the next login, and the token it was exchanged for at the next request', async () => {
    const { its, ada, app } = await market();
    const token = await its.tokenOf(ada);
    expect(await statusesOf(its, token, routesOf('acme/app', app))).toEqual(OPEN);
    await retireCredentials(its.deps)(ada.customerId, { credentialId: ada.credentialId });
    expect((await its.login(ada.customerId, ada.secret)).status).toBe(401);
    const refused = await statusesOf(its, token, ['/v2/', ...routesOf('acme/app', app)]);
    expect(refused).toEqual([401, 401, 401, 401, 401, 401]);
  });
});

describe('T9: a token that we did not make', () => {
  const encoded = (value: unknown): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: 'cus_Ada', aud: 'registry.vendor.com', exp: NOW + 3_600 };
  const jwt = (header: object, key: string): string => {
    const text = `${encoded(header)}.${encoded(claims)}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };
  const signed = (payload: string, key: string): string => {
    const bytes = Buffer.from(payload);
    return Buffer.concat([bytes, createHmac('sha256', key).update(bytes).digest()]).toString(
      'base64url',
    );
  };
  const jwk = { kty: 'oct', k: Buffer.from('mine').toString('base64url') };
  let its: Shop;
  let ada: Shopper;
  let good: string;
  beforeAll(async () => {
    ({ its, ada } = await market());
    good = await its.tokenOf(ada);
  });

  it.each<[string, () => string]>([
    [
      'a JWT without a signature, alg none',
      () => `${encoded({ alg: 'none' })}.${encoded(claims)}.`,
    ],
    ['a JWT with its key inside', () => jwt({ alg: 'HS256', jwk }, 'mine')],
    [
      'a JWT with the address of its key',
      () => jwt({ alg: 'HS256', jku: 'https://evil.example' }, 'mine'),
    ],
    ['a JWT that calls an HMAC an RSA signature', () => jwt({ alg: 'RS256' }, TOKEN_SECRET)],
    ['a JWT signed with our very secret', () => jwt({ alg: 'HS256', kid: '1' }, TOKEN_SECRET)],
    ['our payload signed with another key', () => signed(`1 k ${NOW + 3_600} x cus_Ada`, 'mine')],
    ['our payload signed with nothing', () => signed(`1 k ${NOW + 3_600} x cus_Ada`, '')],
    ['another version, rightly signed', () => signed(`2 k ${NOW + 3_600} x cus_Ada`, TOKEN_SECRET)],
    ['the good one, cut', () => good.slice(0, -1)],
    [
      'the good one, with its last letter changed',
      () => `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`,
    ],
    ['the good one, twice', () => good + good],
    ['the good one, in another base64', () => Buffer.from(good, 'base64url').toString('base64')],
    ['the good one, with a stray character', () => `${good.slice(0, 9)}=${good.slice(9)}`],
    ['the pull secret itself', () => ada.secret],
    ['nothing', () => ''],
  ])('T9: %s is a 401 that costs no read', async (_what, text) => {
    const calls = await its.callsOf(async () => {
      expect((await its.ask('/v2/', bearer(text()))).status).toBe(401);
    });
    expect(calls).toEqual({});
  });

  it('T9: and the good one opens', async () => {
    expect((await its.ask('/v2/', bearer(good))).status).toBe(200);
  });
});

describe('T12: an end between the manifest and its layers', () => {
  it.each<[string, (market: Market) => Promise<unknown>]>([
    ['of the subscription', ({ its }) => its.lapse('cus_Ada', 'app')],
    ['of the credential', ({ its, ada }) => retireCredentials(its.deps)(ada.customerId, 'all')],
  ])('T12: %s stops the very next layer', async (_what, end) => {
    const all = await market();
    const { its, ada, app } = all;
    const token = await its.tokenOf(ada);
    expect(await statusesOf(its, token, routesOf('acme/app', app).slice(1, 3))).toEqual([200, 307]);
    await end(all);
    const answer = await its.ask(`/v2/acme/app/blobs/${app.layer}`, bearer(token));
    expect([401, 403]).toContain(answer.status);
    expect(answer.headers.location).toBeUndefined();
  });
});

describe('T17: a path that two readers could read in two ways', () => {
  const CORPUS = [
    '/v2/acme/tools/../app/manifests/1.0.0',
    '/v2/acme/tools/..%2fapp/manifests/1.0.0',
    '/v2/acme/tools/%2e%2e/app/manifests/1.0.0',
    '/v2/acme/tools/..%252fapp/manifests/1.0.0',
    '/v2/acme/tools/..;/app/manifests/1.0.0',
    '/v2/acme/tools/..\\app/manifests/1.0.0',
    '/v2/acme%2fapp/manifests/1.0.0',
    '/v2//acme/app/manifests/1.0.0',
    '/v2/acme//app/manifests/1.0.0',
    '/v2/./acme/app/manifests/1.0.0',
    '/v2/acme/app/manifests/1.0.0/',
    '/v2/acme/app/manifests/1.0.0%00',
    '/v2/acme/app/manifests/1.0.0%0d%0aX: y',
    '/v2/ACME/app/manifests/1.0.0',
    '/v2/acme/app%20/manifests/1.0.0',
    '/V2/acme/app/manifests/1.0.0',
    '/v2\\acme\\app\\manifests\\1.0.0',
    '//v2/acme/app/manifests/1.0.0',
    '/token/../v2/acme/app/manifests/1.0.0',
    '/v2/acme/tools/manifests/1.0.0/../../../app/manifests/1.0.0',
    '/v2/acme/tools/blobs/acme/app/manifests/1.0.0',
    '/v2/acme/app/manifests/1.0.0?x=/v2/acme/tools/manifests/1.0.0',
  ];
  let all: Market;
  beforeAll(async () => {
    all = await market();
  });

  it.each(CORPUS)('T17: %s opens nothing, and ECR is not asked', async (path) => {
    const { its, bob } = all;
    const token = await its.tokenOf(bob);
    const calls = await its.callsOf(async () => {
      expect([400, 404]).toContain((await its.ask(path, bearer(token))).status);
    });
    expect(calls.ecr).toBeUndefined();
  });

  it('T17: whatever is put together, Bob gets bytes of his own repository only', async () => {
    const { its, bob, tools } = all;
    const token = await its.tokenOf(bob);
    const piece = fc.constantFrom(
      'acme',
      'tools',
      'app',
      'manifests',
      'blobs',
      '1.0.0',
      '..',
      '.',
      '',
      '%2e%2e',
      '%2f',
      ';',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 3, maxLength: 8 }), async (pieces) => {
        const answer = await its.ask(`/v2/${pieces.join('/')}`, bearer(token));
        if (answer.status !== 200) return;
        expect(answer.headers['docker-content-digest']).toBe(tools.digest);
      }),
      { numRuns: 500 },
    );
  });
});

it('T20: every answer that lets something through has a row with who, what and by which version', async () => {
  const { its, ada, app } = await market();
  const token = await its.tokenOf(ada);
  its.report.lines.length = 0;
  expect(await statusesOf(its, token, routesOf('acme/app', app))).toEqual(OPEN);
  const rows = its.report.lines.filter(({ message }) => message === 'pull');
  const { customerId, credentialId } = ada;
  expect(rows).toHaveLength(OPEN.length);
  for (const { fields } of rows) {
    expect(fields).toMatchObject({
      customerId,
      credentialId,
      repository: 'acme/app',
      decision: 'allow',
      version: expect.any(Number),
    });
  }
  expect(rows.map(({ fields }) => fields.digest).slice(0, 3)).toEqual([
    app.digest,
    app.digest,
    app.layer,
  ]);
  const [day] = await its.stores.ledger.listPulls(customerId);
  expect(day).toMatchObject({ repository: 'acme/app' });
});

it('T21: another customer’s image is not there by its digest, in one’s own repository or in theirs', async () => {
  const { its, bob, app } = await market();
  const token = await its.tokenOf(bob);
  const paths = ['acme/tools', 'acme/app'].flatMap((repository) =>
    routesOf(repository, app).slice(1, 3),
  );
  expect(await statusesOf(its, token, paths)).toEqual([404, 404, 404, 404]);
});

describe('T22: a customer with somebody else’s credential', () => {
  it('T22: user name x secret opens on the diagonal only', async () => {
    const { its, ada, bob } = await market();
    const cy = await its.join('cus_Cy', 'app');
    const all = [ada, bob, cy];
    const outcomes: boolean[][] = [];
    for (const { customerId } of all) {
      const row: boolean[] = [];
      for (const { secret } of all) row.push((await its.login(customerId, secret)).status === 200);
      outcomes.push(row);
    }
    expect(outcomes).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ]);
  });

  it('T22: a token names one customer and one credential, and neither can be exchanged', async () => {
    const { its, ada, bob, app } = await market();
    const mixed = await its.tokens.issueToken({
      customerId: ada.customerId,
      credentialId: bob.credentialId,
      clientClass: 'k',
      expiresAt: NOW + 3_600,
    });
    const [status] = await statusesOf(its, mixed, routesOf('acme/app', app));
    expect(status).toBe(401);
  });
});

describe('T24: a secret in a URL', () => {
  it('T24: is not taken from one', async () => {
    const { its, ada } = await market();
    const rawQuery = new URLSearchParams({
      username: ada.customerId,
      password: ada.secret,
    }).toString();
    expect((await its.ask('/token/k', { rawQuery })).status).toBe(401);
    const token = await its.tokenOf(ada);
    expect((await its.ask('/v2/', { rawQuery: `access_token=${token}` })).status).toBe(401);
  });

  it('T24: no answer may be kept, and none but the storage’s own address leads elsewhere', async () => {
    const { its, ada, app } = await market();
    const token = await its.tokenOf(ada);
    for (const path of ['/v2/', '/token/k', '/v2/_catalog', ...routesOf('acme/app', app)]) {
      const { headers, status } = await its.ask(path, bearer(token));
      expect(headers['cache-control']).toBe('private, no-store');
      if (status !== 307) expect(headers.location).toBeUndefined();
      else expect(headers.location).not.toContain(token);
    }
  });
});

describe('T25: whoever asks for what they may not have', () => {
  it('T25: is told the same, at the same cost, as for what does not exist', async () => {
    const { its, bob, app } = await market();
    const token = await its.tokenOf(bob);
    const seen = async (path: string, name: string) => {
      let text = '';
      const calls = await its.callsOf(async () => {
        const answer = await its.ask(path, bearer(token));
        text = `${answer.status} ${answer.text} ${Object.keys(answer.headers)}`;
      });
      return { text: text.replaceAll(name, 'NAME'), calls };
    };
    for (const [index, path] of routesOf('acme/app', app).entries()) {
      const unknown = routesOf('acme/xyz', app)[index] ?? '';
      expect(await seen(path, 'acme/app')).toEqual(await seen(unknown, 'acme/xyz'));
    }
  });

  it('T25: a wrong secret, an unknown customer and an unknown credential are one answer', async () => {
    const { its, ada } = await market();
    const other = credentialMint.secretText(ada.credentialId);
    const unknown = credentialMint.secretText('Nobody000000');
    const answers = [
      await its.login(ada.customerId, other),
      await its.login(ada.customerId, unknown),
      await its.login('cus_Nobody', ada.secret),
    ];
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(401);
  });
});

it('T26: a comparison takes the same work, whatever is known of the credential', async () => {
  const { its, ada, bob } = await market();
  const attempts: readonly (readonly [string, string])[] = [
    [ada.customerId, ada.secret],
    [ada.customerId, credentialMint.secretText(ada.credentialId)],
    [ada.customerId, bob.secret],
    ['cus_Nobody', ada.secret],
  ];
  for (const [username, secret] of attempts) {
    its.counts.hashes = 0;
    const { readPull } = await its.callsOf(() => its.login(username, secret));
    expect({ readPull, hashes: its.counts.hashes }).toEqual({ readPull: 1, hashes: 1 });
  }
});

it('T27: a dump of the table holds nothing that opens anything', async () => {
  const { its, ada, bob } = await market();
  await its.rotate(ada.customerId);
  const dump = [...its.stores.table.entries()].flat().join('\n');
  const words = [...new Set(dump.split(/[\s"'{}[\],]+/))].filter((word) => word.length >= 6);
  expect(words.length).toBeGreaterThan(100);
  expect(dump).not.toContain(ada.secret.slice(-50, -7));
  for (const word of words) {
    const opened = [
      (await its.login(ada.customerId, word)).status,
      (await its.login(bob.customerId, `wharfage_pull_${bob.credentialId}_${word}`)).status,
      (await its.ask('/v2/', bearer(word))).status,
      (await its.ask('/v2/', { headers: { authorization: basic(ada.customerId, word) } })).status,
    ];
    expect(opened).toEqual([401, 401, 401, 401]);
  }
});

it('T31: what a customer of one product is told names no other', async () => {
  const { its, bob, app, tools } = await market();
  const token = await its.tokenOf(bob);
  const paths = [
    '/v2/',
    '/v2/_catalog',
    '/v2/acme/xyz/tags/list',
    ...routesOf('acme/tools', tools),
  ];
  for (const path of paths) {
    const { text, headers } = await its.ask(path, bearer(token));
    const told = text + JSON.stringify(headers);
    for (const foreign of ['acme/app', 'cus_Ada', app.digest, app.layer, 'prod_', 'sub_', '@']) {
      expect(told).not.toContain(foreign);
    }
  }
  const payload = Buffer.from(token, 'base64url').subarray(0, -32).toString();
  expect(payload).toBe(`1 k ${NOW + 3_600} ${bob.credentialId} cus_Bob`);
});

describe('T33: a flood of guesses', () => {
  const random = 'x'.repeat(43);
  const wrongSum = `wharfage_pull_Cred00000001_${random}_000000`;

  it.each<[string, string, string, object]>([
    ['with a wrong checksum', 'cus_Ada', wrongSum, {}],
    ['without a customer’s id', 'ada@customer.example', pullSecretOf('Cred00000001', random), {}],
    ['of the right form', 'cus_Ada', pullSecretOf('Cred00000001', random), { readPull: 1 }],
  ])('T33: %s costs this and no more', async (_what, username, secret, cost) => {
    const { its } = await market();
    const calls = await its.callsOf(async () => {
      expect((await its.login(username, secret)).status).toBe(401);
    });
    expect(calls).toEqual(cost);
  });

  it('T33: at the registry costs nothing, and a customer’s for what is not there asks ECR 30 times a minute', async () => {
    const { its, ada } = await market();
    const token = await its.tokenOf(ada);
    expect(
      await its.callsOf(() => its.ask('/v2/acme/app/manifests/1.0.0', bearer('x'.repeat(90)))),
    ).toEqual({});
    const statuses: number[] = [];
    const { ecr } = await its.callsOf(async () => {
      for (let tag = 0; tag < 100; tag += 1) {
        statuses.push((await its.ask(`/v2/acme/app/manifests/none-${tag}`, bearer(token))).status);
      }
    });
    expect(ecr).toBe(30);
    expect(statuses.filter((status) => status === 429)).toHaveLength(70);
  });
});

it('T38: a thousand wrong secrets lock nobody out', async () => {
  const { its, ada, app } = await market();
  for (let guess = 0; guess < 1_000; guess += 1) {
    const secret = pullSecretOf(ada.credentialId, String(guess).padStart(43, '0'));
    expect((await its.login(ada.customerId, secret)).status).toBe(401);
  }
  const token = await its.tokenOf(ada);
  expect(await statusesOf(its, token, routesOf('acme/app', app))).toEqual(OPEN);
});

describe('T41: a pull token for anything but pulling', () => {
  const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'MKCOL', 'get', 'GETX', ''];
  const extra = [
    '/v2/',
    '/v2/_catalog',
    '/v2/acme/app/blobs/uploads/',
    '/v2/acme/app/blobs/uploads/1',
    '/v2/_wharfage/admin',
  ];

  it.each(METHODS)('T41: by %j is a 405 that reads, asks and changes nothing', async (method) => {
    const { its, ada, app } = await market();
    const token = await its.tokenOf(ada);
    const calls = await its.callsOf(async () => {
      for (const path of [...extra, ...routesOf('acme/app', app)]) {
        expect((await its.ask(path, { ...bearer(token), method })).status).toBe(405);
      }
    });
    expect(calls).toEqual({});
  });

  it.each(['/v2/_catalog', '/v1/search', '/admin', '/metrics', '/debug/vars', '/api/v2.0/users'])(
    'T41: %s is nothing',
    async (path) => {
      const { its, ada } = await market();
      const answer = await its.pull(ada, path);
      expect(answer.status).toBe(404);
      expect(errorOf(answer).code).toBe('UNSUPPORTED');
    },
  );
});

it('T46: a customer who is gone gets nothing more, with a token, a digest or an address that once worked', async () => {
  const { its, ada, app } = await market();
  const token = await its.tokenOf(ada);
  expect(await statusesOf(its, token, routesOf('acme/app', app))).toEqual(OPEN);
  await its.lapse('cus_Ada', 'app');
  const { customers } = its.stores;
  expect((await customers.findCustomer('cus_Ada'))?.windows).toEqual([]);
  for (const path of routesOf('acme/app', app)) {
    const answer = await its.ask(path, bearer(token));
    expect(answer.headers.location).toBeUndefined();
    expect(errorOf(answer)).toMatchObject({ code: 'DENIED' });
  }
});
