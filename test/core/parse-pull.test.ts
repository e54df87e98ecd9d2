import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParsedPull, parsePull } from '../../functions/core/parse-pull.ts';

const HEX = 'a1'.repeat(32);
const DIGEST = `sha256:${HEX}`;
const SHA512 = `sha512:${'a1'.repeat(64)}`;
const HOST = 'registry.vendor.com';

const parse = (
  rawPath: string,
  { method = 'GET', rawQuery = '', headers = {}, host = HOST } = {},
): ParsedPull => parsePull({ method, rawPath, rawQuery, headers }, host);

const asked = (rawPath: string, given = {}) => {
  const parsed = parse(rawPath, given);
  return parsed.kind === 'asked' ? parsed.request : parsed.refusal;
};

describe('the registry itself', () => {
  it.each(['/v2', '/v2/'])('%s is a ping', (path) => {
    expect(asked(path)).toStrictEqual({ kind: 'ping' });
  });
});

describe('a manifest', () => {
  it('by tag', () => {
    expect(asked('/v2/acme/app/manifests/1.2.3')).toStrictEqual({
      kind: 'manifest',
      repository: 'acme/app',
      reference: { kind: 'tag', tag: '1.2.3' },
      isHead: false,
      knownDigests: [],
    });
  });

  it('by digest, HEAD', () => {
    const head = { method: 'HEAD' };
    expect(asked(`/v2/acme/app/manifests/${DIGEST}`, head)).toMatchObject({
      reference: { kind: 'digest', digest: DIGEST },
      isHead: true,
    });
  });

  it('by digest whose colon is escaped', () => {
    expect(asked(`/v2/acme/app/manifests/sha256%3A${HEX}`)).toMatchObject({
      reference: { kind: 'digest', digest: DIGEST },
    });
  });

  it.each([
    ['/v2/blobs/manifests/latest', 'blobs'],
    ['/v2/a/manifests/b/manifests/latest', 'a/manifests/b'],
    ['/v2/manifests/manifests/manifests', 'manifests'],
    ['/v2/tags/list/manifests/list', 'tags/list'],
    ['/v2/acme/%61pp/manifests/latest', 'acme/app'],
  ])('%s is one of %s', (path, repository) => {
    expect(asked(path)).toMatchObject({ kind: 'manifest', repository });
  });

  it.each([
    ['"a"', ['a']],
    [`W/"${DIGEST}", "b"`, [DIGEST, 'b']],
    ['*', ['*']],
    ['bare, "b"', ['b']],
    ['', []],
    [`"${'x'.repeat(4_096)}"`, []],
    [Array.from({ length: 30 }, () => '"a"').join(), Array.from({ length: 20 }, () => 'a')],
  ])('known to the client as %s', (header, knownDigests) => {
    const given = { headers: { 'if-none-match': header } };
    expect(asked('/v2/acme/app/manifests/1', given)).toMatchObject({ knownDigests });
  });

  it.each([
    ['sha256:baddigeststring', 'invalid_digest'],
    [`sha256:${HEX.toUpperCase()}`, 'invalid_digest'],
    [`sha256:${HEX}0`, 'invalid_digest'],
    ['sha512:00', 'invalid_digest'],
    ['sha256:', 'invalid_digest'],
    [':', 'invalid_digest'],
    [`md5:${'a'.repeat(300)}`, 'invalid_digest'],
    [SHA512, 'unknown_manifest'],
    [`blake3:${HEX}`, 'unknown_manifest'],
    ['-latest', 'invalid_reference'],
    ['x'.repeat(129), 'invalid_reference'],
    ['la%20test', 'invalid_reference'],
    ['caf%C3%A9', 'invalid_reference'],
  ])('called %s is refused', (reference, kind) => {
    expect(asked(`/v2/acme/app/manifests/${reference}`)).toMatchObject({ kind });
  });
});

describe('a blob', () => {
  it.each([
    [undefined, undefined],
    ['bytes=0-', { first: 0 }],
    ['bytes=5-5', { first: 5, last: 5 }],
    ['bytes=5-4', undefined],
    ['bytes=-5', undefined],
    ['bytes=0-1,4-5', undefined],
    ['bytes=9999999999999999-', undefined],
    ['items=0-1', undefined],
  ])('with the range %s', (header, range) => {
    const headers = header === undefined ? {} : { range: header };
    expect(asked(`/v2/acme/app/blobs/${DIGEST}`, { headers })).toStrictEqual({
      kind: 'blob',
      repository: 'acme/app',
      digest: DIGEST,
      isHead: false,
      ...(range === undefined ? {} : { range }),
    });
  });

  it('by HEAD', () => {
    expect(asked(`/v2/acme/app/blobs/${DIGEST}`, { method: 'HEAD' })).toMatchObject({
      isHead: true,
    });
  });

  it.each([
    ['latest', 'invalid_digest'],
    ['sha256:00', 'invalid_digest'],
    [SHA512, 'unknown_blob'],
    [`blake3:${HEX}`, 'unknown_blob'],
  ])('called %s is refused', (digest, kind) => {
    expect(asked(`/v2/acme/app/blobs/${digest}`)).toMatchObject({ kind });
  });
});

describe('a list of tags', () => {
  it.each([
    ['', {}],
    ['n=0', { n: 0 }],
    ['n=7&last=1.2.3', { n: 7, last: '1.2.3' }],
    ['n=1000000000', { n: 1_000 }],
    [`n=${'9'.repeat(400)}`, { n: 1_000 }],
    ['last=', {}],
    ['n=7&n=8', { n: 7 }],
    ['ns=docker.io', {}],
  ])('asked for with ?%s', (rawQuery, page) => {
    expect(asked('/v2/acme/app/tags/list', { rawQuery })).toStrictEqual({
      kind: 'tags',
      repository: 'acme/app',
      ...page,
    });
  });

  it.each([
    ['n=-1', 'n'],
    ['n=abc', 'n'],
    ['n=', 'n'],
    ['n=1.5', 'n'],
    [`last=${'x'.repeat(129)}`, 'last'],
    ['last=a%00b', 'last'],
    ['last=caf%C3%A9', 'last'],
    [`x=${'x'.repeat(8_192)}`, 'last'],
  ])('asked for with ?%s is refused', (rawQuery, text) => {
    const refusal = { kind: 'invalid_page', text };
    expect(asked('/v2/acme/app/tags/list', { rawQuery })).toStrictEqual(refusal);
  });
});

describe('referrers', () => {
  it.each([
    ['', {}],
    ['artifactType=application%2Fspdx%2Bjson', { artifactType: 'application/spdx+json' }],
    ['artifactType=application/spdx+json', { artifactType: 'application/spdx+json' }],
    [`last=${DIGEST}&artifactType=`, { last: DIGEST }],
  ])('asked for with ?%s', (rawQuery, page) => {
    expect(asked(`/v2/acme/app/referrers/${DIGEST}`, { rawQuery })).toStrictEqual({
      kind: 'referrers',
      repository: 'acme/app',
      subject: DIGEST,
      ...page,
    });
  });

  it.each([
    [`artifactType=${'x'.repeat(256)}`, 'artifactType'],
    ['artifactType=a%0D%0Ab', 'artifactType'],
    ['last=%22', undefined],
    ['last=a%20b', 'last'],
  ])('asked for with ?%s', (rawQuery, text) => {
    const expected =
      text === undefined ? { kind: 'referrers', last: '"' } : { kind: 'invalid_page', text };
    expect(asked(`/v2/acme/app/referrers/${DIGEST}`, { rawQuery })).toMatchObject(expected);
  });

  it('of a digest that nobody pushes are a question all the same', () => {
    expect(asked(`/v2/acme/app/referrers/${SHA512}`)).toMatchObject({ subject: SHA512 });
  });

  it.each(['latest', 'sha256:00'])('of %s are refused', (subject) => {
    expect(asked(`/v2/acme/app/referrers/${subject}`)).toMatchObject({ kind: 'invalid_digest' });
  });
});

describe('what is no route', () => {
  it.each([
    '/v2/_catalog',
    '/v2/acme',
    '/v2/acme/app',
    '/v2/acme/app/tags/other',
    '/v2/manifests/latest',
    '/v2/acme/app/blobs/uploads/1',
    '/v2/acme/app/constructor/latest',
    '/v2/acme/app/__proto__/latest',
    '/v2x/acme/app/manifests/latest',
    '/token/d',
    '',
  ])('%s', (path) => {
    expect(asked(path)).toStrictEqual({ kind: 'no_such_route' });
  });
});

describe('what is no name', () => {
  it.each([
    '/v2/acme/app/manifests/latest/',
    '/v2//acme/app/manifests/latest',
    '/v2/acme//app/manifests/latest',
    '/v2/acme%2Fapp/manifests/latest',
    '/v2/acme%2fapp/manifests/latest',
    '/v2/acme/..%2f..%2ftoken/manifests/latest',
    '/v2/../token/d',
    '/v2/acme/../other/manifests/latest',
    '/v2/acme/%2e%2e/other/manifests/latest',
    '/v2/acme/./app/manifests/latest',
    '/v2/acme%252fapp/manifests/latest',
    '/v2/acme\\app/manifests/latest',
    '/v2/acme/%/manifests/latest',
    '/v2/acme/%ff/manifests/latest',
    '/v2/Acme/app/manifests/latest',
    '/v2/acme/app%00/manifests/latest',
    `/v2/${'x'.repeat(4_096)}/manifests/latest`,
  ])('%s', (path) => {
    expect(asked(path)).toMatchObject({ kind: 'invalid_name' });
  });

  it('host and name have 255 characters between them, and a slash', () => {
    const name = 'x'.repeat(255 - HOST.length - 1);
    expect(asked(`/v2/${name}/manifests/1`)).toMatchObject({ repository: name });
    expect(asked(`/v2/${name}x/manifests/1`)).toMatchObject({ kind: 'invalid_name' });
  });
});

it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'get', ''])(
  '%s is refused everywhere, naming what is allowed',
  (method) => {
    const refusal = { kind: 'method_refused', method, allow: 'GET, HEAD' };
    expect(asked('/v2/', { method })).toStrictEqual(refusal);
    expect(asked('/v2/acme/app/manifests/latest', { method })).toStrictEqual(refusal);
  },
);

describe('whatever is asked', () => {
  const piece = fc.oneof(
    fc.constantFrom('acme', 'app', 'manifests', 'blobs', 'tags', 'list', 'referrers', 'latest'),
    fc.constantFrom(DIGEST, '..', '.', '', '%2f', '%2F', '%2e%2e', '%', '%25', 'A', '_catalog'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/v2/${pieces.join('/')}`);
  const NAME = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

  it('is one repository by its name, or refused; and that name stands in the path as sent', () => {
    fc.assert(
      fc.property(path, fc.webQueryParameters(), (rawPath, rawQuery) => {
        const request = asked(rawPath, { rawQuery });
        if (!('repository' in request) || request.repository === undefined) return;
        expect(request.repository).toMatch(NAME);
        expect(decodeURIComponent(rawPath)).toContain(`/v2/${request.repository}/`);
      }),
      { numRuns: 3_000 },
    );
  });

  it('a name that is valid is served as itself, in any encoding of its letters', () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?$/);
    const escaped = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`;
    fc.assert(
      fc.property(
        fc.array(component, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.boolean()),
        (components, isEscaped) => {
          const repository = components.join('/');
          const encoded = [...repository]
            .map((letter) => (letter !== '/' && isEscaped.next().value ? escaped(letter) : letter))
            .join('');
          expect(asked(`/v2/${encoded}/manifests/latest`)).toMatchObject({ repository });
        },
      ),
    );
  });
});
