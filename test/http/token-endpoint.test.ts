import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../../functions/http/raw.ts';
import { parseTokenRequest } from '../../functions/http/token-request.ts';
import { customer, NOW } from '../support/builders.ts';
import {
  basic,
  gatewayWorld,
  OTHER_SECRET,
  RENEWAL_URL,
  SECRET,
} from '../support/gateway-world.ts';

const FORM = 'application/x-www-form-urlencoded';
const GOOD = { authorization: basic('cus_Nova', SECRET) };

const post = (
  fields: Readonly<Record<string, string>>,
  contentType = FORM,
): Partial<RawRequest> => ({
  method: 'POST',
  headers: { 'content-type': contentType },
  body: new TextEncoder().encode(String(new URLSearchParams(fields))),
});

const PASSWORD = {
  grant_type: 'password',
  service: 'registry.vendor.com',
  client_id: 'containerd-client',
  username: 'cus_Nova',
  password: SECRET,
};

const tokenIn = (text: string): string => JSON.parse(text).access_token;

describe('GET with Basic', () => {
  it.each(['', 'account=cus_Nova&client_id=docker&offline_token=true&service=registry.vendor.com'])(
    'gets a token under both names, and nothing that outlives it: ?%s',
    async (rawQuery) => {
      const { ask } = gatewayWorld();
      const { status, headers, text } = await ask('/token/d', { headers: GOOD, rawQuery });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'private, no-store',
        'docker-distribution-api-version': 'registry/2.0',
      });
      const token = tokenIn(text);
      expect(JSON.parse(text)).toEqual({ token, access_token: token, expires_in: 3_600 });
      const authorization = `Bearer ${token}`;
      expect(await ask('/v2/', { headers: { authorization } })).toMatchObject({ status: 200 });
    },
  );

  it('keeps in the token which realm it came from', async () => {
    const { ask, asked } = gatewayWorld();
    for (const clientClass of ['d', 'k', 'c']) {
      const { text } = await ask(`/token/${clientClass}`, { headers: GOOD });
      await ask('/v2/', { headers: { authorization: `Bearer ${tokenIn(text)}` } });
    }
    expect(asked.map(({ identity }) => identity.clientClass)).toEqual(['d', 'k', 'c']);
  });

  it('with 10,000 scopes is answered like any other', async () => {
    const rawQuery = Array.from({ length: 10_000 }, (_, n) => `scope=repository:a/b${n}:pull`).join(
      '&',
    );
    expect(await gatewayWorld().ask('/token/d', { headers: GOOD, rawQuery })).toMatchObject({
      status: 200,
    });
  });

  it('with a query of more than a megabyte is refused', async () => {
    const rawQuery = 'x'.repeat(1024 * 1024 + 1);
    const { ask, counts } = gatewayWorld();
    expect(await ask('/token/d', { headers: GOOD, rawQuery })).toMatchObject({ status: 400 });
    expect(counts.reads).toBe(0);
  });

  it('without a credential is a 401 that challenges nobody', async () => {
    const { status, headers, text } = await gatewayWorld().ask('/token/d');
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBeUndefined();
    expect(text).toContain('UNAUTHORIZED');
  });
});

describe('a wrong credential', () => {
  const WRONG = {
    status: 401,
    text: `{"errors":[{"code":"UNAUTHORIZED","message":"wrong user name or secret: the user name is your customer id (cus_...), the secret begins with wharfage_pull_. ${RENEWAL_URL}"}]}`,
  };

  it.each([
    ['another secret', basic('cus_Nova', OTHER_SECRET), 1],
    ['an unknown user', basic('cus_Nobody', SECRET), 1],
    ['a password', basic('cus_Nova', 'hunter2'), 0],
    ['a password with colons', basic('cus_Nova', 'a:b:c'), 0],
    ['a password that is not ASCII', basic('cus_Nova', 'пароль'), 0],
    ['a secret with a colon behind', basic('cus_Nova', `${SECRET}:`), 0],
    ['an identity token', basic('<token>', SECRET), 0],
    ['no colon', `Basic ${Buffer.from('cus_Nova').toString('base64')}`, 0],
    ['no base64', 'Basic !!!', 0],
    ['another scheme', `Bearer ${SECRET}`, 0],
    ['16 kB', basic('cus_Nova', 'x'.repeat(16_384)), 0],
    ['nothing', '', 0],
  ])('%s is one answer in every class', async (_what, authorization, reads) => {
    const answers = [];
    for (const clientClass of ['d', 'k', 'c']) {
      const { ask, counts } = gatewayWorld();
      const answer = await ask(`/token/${clientClass}`, { headers: { authorization } });
      expect(answer).toMatchObject(WRONG);
      expect(counts).toMatchObject({ reads, hashes: reads });
      answers.push(answer);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});

describe('Basic', () => {
  const parse = (authorization: string) =>
    parseTokenRequest({
      method: 'GET',
      rawPath: '/token/d',
      rawQuery: 'scope=a&scope=b',
      headers: { authorization },
      body: new Uint8Array(),
    });

  it.each([
    ['bob', 'a:b::c'],
    ['bob', ''],
    ['', 'secret'],
    ['bob', 'пароль'],
  ])('splits %j and %j at the first colon', (username, secret) => {
    expect(parse(basic(username, secret))).toStrictEqual({
      kind: 'asked',
      asked: { username, secret, scopes: ['a', 'b'] },
    });
  });

  it('is not read beyond 4 kB', () => {
    expect(parse(basic('bob', 'x'.repeat(3_000)))).toMatchObject({ kind: 'asked' });
    expect(parse(basic('bob', 'x'.repeat(3_100)))).toStrictEqual({
      kind: 'refused',
      refusal: { kind: 'wrong_credential' },
    });
  });
});

describe('a customer who lapsed', () => {
  const lapsed = customer({
    withheld: [{ offerId: 'app', source: 'sub_1', because: 'canceled', endedAt: NOW }],
  });

  it.each([
    ['d', 403],
    ['k', 200],
    ['c', 200],
  ])('gets in class %s a %i', async (clientClass, status) => {
    for (const request of [{ headers: GOOD }, post(PASSWORD)]) {
      const { ask, world } = gatewayWorld();
      world.customer = lapsed;
      expect(await ask(`/token/${clientClass}`, request)).toMatchObject({ status });
    }
  });

  it('reads the sentence there', async () => {
    const { ask, world, report } = gatewayWorld();
    world.customer = lapsed;
    const rawQuery = 'scope=repository%3Aacme%2Fapp%3Apull';
    const { text, headers } = await ask('/token/d', { headers: GOOD, rawQuery });
    expect(headers['www-authenticate']).toBeUndefined();
    expect(JSON.parse(text)).toEqual({
      errors: [
        {
          code: 'DENIED',
          message: `Access to acme/app ended on 2026-11-21: the subscription was canceled. ${RENEWAL_URL}`,
        },
      ],
    });
    expect(report.lines.at(-1)?.fields).toMatchObject({
      customerId: 'cus_Nova',
      repository: 'acme/app',
      decision: 'lapsed',
      because: 'canceled',
      status: 403,
    });
  });

  it('whose credential was retired is told that, by a 401', async () => {
    const { ask, world } = gatewayWorld();
    world.credential = { ...world.credential, retiresAt: NOW };
    const { status, text } = await ask('/token/c', { headers: GOOD });
    expect(status).toBe(401);
    expect(text).toContain('this pull credential was retired');
  });
});

describe('POST of a form', () => {
  it('with the password grant gets the token, and the scope that the protocol asks for', async () => {
    const scope = 'repository:acme/app:pull,push repository:acme/app:pull registry:catalog:*';
    const { ask } = gatewayWorld();
    const { status, text } = await ask('/token/k', post({ ...PASSWORD, scope }));
    expect(status).toBe(200);
    const token = tokenIn(text);
    expect(JSON.parse(text)).toEqual({
      token,
      access_token: token,
      expires_in: 3_600,
      scope: 'repository:acme/app:pull',
    });
  });

  it('with a charset is a form', async () => {
    const { ask } = gatewayWorld();
    const answer = await ask('/token/k', post(PASSWORD, `${FORM}; charset=utf-8`));
    expect(answer).toMatchObject({ status: 200 });
  });

  it('with 10,000 scopes is answered like any other', async () => {
    const scope = Array.from({ length: 10_000 }, (_, n) => `repository:a/b${n}:pull`).join(' ');
    const { status, text } = await gatewayWorld().ask('/token/k', post({ ...PASSWORD, scope }));
    expect(status).toBe(200);
    expect(text.length).toBeLessThan(8_192);
  });

  it('with the wrong secret is a 401', async () => {
    const { ask } = gatewayWorld();
    const answer = await ask('/token/k', post({ ...PASSWORD, password: OTHER_SECRET }));
    expect(answer).toMatchObject({ status: 401 });
  });

  const { password: _password, ...withoutPassword } = PASSWORD;
  const { grant_type: _grant, ...withoutGrant } = PASSWORD;
  it.each<[string, Partial<RawRequest>]>([
    ['the grant of a refresh token', post({ grant_type: 'refresh_token', refresh_token: 'a' })],
    ['no grant', post(withoutGrant)],
    ['no password', post(withoutPassword)],
    ['JSON', post(PASSWORD, 'application/json')],
    ['a type that begins like a form’s', post(PASSWORD, `${FORM}x`)],
    ['no type', { ...post(PASSWORD), headers: {} }],
    ['no body', { ...post(PASSWORD), body: new Uint8Array() }],
    ['bytes that are no text', { ...post(PASSWORD), body: new Uint8Array([0xff, 0xfe]) }],
    ['more than a megabyte', post({ ...PASSWORD, padding: 'x'.repeat(1024 * 1024) })],
  ])('with %s is a 400, after which clients try GET', async (_what, request) => {
    const { ask, counts } = gatewayWorld();
    const { status, text } = await ask('/token/k', request);
    expect(status).toBe(400);
    expect(JSON.parse(text).errors[0].code).toBe('UNSUPPORTED');
    expect(counts).toMatchObject({ reads: 0, hashes: 0 });
  });
});

it.each(['PUT', 'HEAD', 'DELETE', 'OPTIONS', 'post'])('%s is a 405', async (method) => {
  const answer = await gatewayWorld().ask('/token/d', { method, headers: GOOD });
  expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } });
});
