import { transform } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOf } from '../../functions/core/client-class.ts';
import { challengeOf } from '../../functions/http/challenge.ts';
import { renderRefusal } from '../../functions/http/render-refusal.ts';
import { EDGE_FUNCTION_BYTES_MAX, edgeFunction } from '../../lib/edge/edge-function.ts';
import { edge, fromEdgeHeaders, toEdgeHeaders } from '../../local/edge.ts';

const ORIGIN = 'https://registry.vendor.example';
const NAMES = ['viewer-request', 'viewer-response'] as const;
const { viewerRequest, viewerResponse } = edge(ORIGIN);

type Headers = Readonly<Record<string, string>>;

const ask = (uri: string, headers: Headers = {}, method = 'GET') =>
  viewerRequest({ method, uri, headers: toEdgeHeaders(Object.entries(headers)) });

const answered = (uri: string, headers: Headers = {}, method = 'GET') => {
  const outcome = ask(uri, headers, method);
  if (outcome.kind !== 'answer') throw new Error(`${uri} went on to the origin`);
  const { statusCode, body, headers: fields } = outcome.response;
  return {
    status: statusCode,
    headers: Object.fromEntries(fromEdgeHeaders(fields)),
    body: new TextDecoder().decode(body),
  };
};
const challenged = (uri: string, headers: Headers = {}): string | undefined =>
  answered(uri, headers).headers['www-authenticate'];

const forwarded = (uri: string, headers: Headers = {}, method = 'GET') => {
  const outcome = ask(uri, headers, method);
  if (outcome.kind !== 'forward') throw new Error(`${uri} was answered at the edge`);
  return {
    ...outcome.request,
    headers: Object.fromEntries(fromEdgeHeaders(outcome.request.headers)),
  };
};

/** What the gateway would answer, as it reaches the client. */
const fromOrigin = (uri: string, userAgent: string) => {
  const clientClass = classOf(userAgent);
  const { status, headers, body } = renderRefusal(
    { kind: 'no_credential' },
    {
      at: 'registry',
      renewalUrl: 'https://vendor.example/billing',
      clientClass,
      challenge: (error) =>
        challengeOf({
          origin: ORIGIN,
          rawPath: uri,
          clientClass,
          ...(error === undefined ? {} : { error }),
        }),
    },
  );
  const restored = viewerResponse(
    { method: 'GET', uri, headers: {} },
    { statusCode: status, headers: toEdgeHeaders(Object.entries(headers)) },
  );
  // Whoever sends the bytes sets their length.
  const { 'content-length': _length, ...rest } = Object.fromEntries(
    fromEdgeHeaders(restored.headers),
  );
  return { status: restored.statusCode, headers: rest, body: new TextDecoder().decode(body) };
};

describe('a request without a credential', () => {
  it('is told by which door to come in', () => {
    expect(answered('/v2/')).toEqual({
      status: 401,
      headers: {
        'www-authenticate': `Bearer realm="${ORIGIN}/token/d",service="registry.vendor.example"`,
        'docker-distribution-api-version': 'registry/2.0',
        'content-type': 'application/json',
        'cache-control': 'private, no-store',
      },
      body: '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required: log in with your pull credential"}]}',
    });
  });

  it.each([
    ['', 'd'],
    ['docker/28.5.2 go/go1.24 UpstreamClient(Docker-Client/28.5.2 containerd-client/2.1.9)', 'd'],
    ['buildkit/v0.0-dev', 'd'],
    ['Helm/4.0.0', 'd'],
    ['containerd/2.1.9', 'k'],
    ['skopeo/1.22.0', 'c'],
    ['containers/5.39.2 (github.com/containers/image)', 'c'],
    ['Buildah/1.43.2', 'c'],
    ['libpod/4.3.1', 'c'],
    ['podman/5.8.6', 'c'],
    ['cri-o/1.34', 'c'],
  ])('from the client %j has the realm of class %s', (userAgent, clientClass) => {
    expect(challenged('/v2/', { 'User-Agent': userAgent })).toContain(`/token/${clientClass}"`);
  });

  it.each([
    ['/v2/acme/app/manifests/latest', ',scope="repository:acme/app:pull"'],
    ['/v2/acme/blobs/manifests/latest', ',scope="repository:acme/blobs:pull"'],
    ['/v2/a/manifests/tags/list', ',scope="repository:a/manifests:pull"'],
    ['/v2/acme/app/referrers/sha256:0', ',scope="repository:acme/app:pull"'],
    ['/v2/acme/app/blobs/uploads/', ',scope="repository:acme/app:pull"'],
    ['/v2', ''],
    ['/v2/_catalog', ''],
    ['/v2/acme/app', ''],
    ['/v2/Acme/app/manifests/latest', ''],
    ['/v2/acme%2fapp/manifests/latest', ''],
    ['/v2//manifests/latest', ''],
    ['/v2/a"b/manifests/latest', ''],
    [`/v2/${'a'.repeat(255)}/manifests/latest`, `,scope="repository:${'a'.repeat(255)}:pull"`],
    [`/v2/${'a'.repeat(256)}/manifests/latest`, ''],
  ])('for %s has the scope %j', (uri, scope) => {
    expect(challenged(uri)).toBe(
      `Bearer realm="${ORIGIN}/token/d",service="registry.vendor.example"${scope}`,
    );
  });

  it.each(['HEAD', 'POST', 'PUT', 'DELETE'])('by %s gets the same', (method) => {
    expect(answered('/v2/acme/app/manifests/latest', {}, method)).toEqual(
      answered('/v2/acme/app/manifests/latest'),
    );
  });

  it('gets from the edge exactly what the origin would answer', () => {
    const segment = fc.oneof(
      fc.constantFrom('v2', 'manifests', 'blobs', 'tags', 'referrers', 'list', 'acme', '', '..'),
      fc.string({ unit: fc.constantFrom('a', 'b', '0', '-', '_', '.', 'A', '%', '2', 'f', '"') }),
    );
    const uri = fc.oneof(
      fc.array(segment, { maxLength: 7 }).map((segments) => ['/v2', ...segments].join('/')),
      fc.webPath().map((path) => `/v2/${path}`),
    );
    const userAgent = fc.oneof(
      fc.constantFrom('containerd/', 'containers/', 'skopeo/', 'podman', 'docker/', 'Podman'),
      fc.string({ unit: 'grapheme-ascii' }),
    );
    fc.assert(
      fc.property(uri, fc.tuple(userAgent, userAgent), (path, parts) => {
        const agent = parts.join('');
        expect(answered(path, { 'user-agent': agent })).toEqual(fromOrigin(path, agent));
      }),
      { numRuns: 500 },
    );
  });

  it('cannot choose where a client sends its password', () => {
    const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' };
    expect(challenged('/v2/', { ...headers, 'X-Wharfage-Origin': 'https://evil.example' })).toBe(
      challenged('/v2/'),
    );
  });

  it('is told the distribution’s own domain where the vendor has none', () => {
    const own = edge('https://d111.cloudfront.net', (name) => edgeFunction(name));
    const outcome = own.viewerRequest({ method: 'GET', uri: '/v2/', headers: {} });
    expect(outcome).toMatchObject({
      response: {
        headers: {
          'www-authenticate': {
            value:
              'Bearer realm="https://d111.cloudfront.net/token/d",service="d111.cloudfront.net"',
          },
        },
      },
    });
  });
});

describe('everything else is the origin’s to answer', () => {
  it.each([
    ['/v2/', { Authorization: 'Bearer x' }],
    ['/v2/', { authorization: '' }],
    ['/v2/acme/app/manifests/latest', { AUTHORIZATION: 'Basic x' }],
    ['/token/d', {}],
    ['/v2x', {}],
    ['/', {}],
  ])('%s with %j', (uri, headers) => {
    expect(forwarded(uri, headers as Headers).uri).toBe(uri);
  });

  it('with the public origin, and with nothing that only the front may say', () => {
    const headers = {
      Authorization: 'Bearer x',
      Accept: '*/*',
      'X-Wharfage-Origin': 'https://evil.example',
      'X-Wharfage-Front': 'guess',
      'x-wharfage-status': '200',
    };
    expect(forwarded('/v2/', headers).headers).toEqual({
      authorization: 'Bearer x',
      accept: '*/*',
      'x-wharfage-origin': ORIGIN,
    });
  });
});

describe('an answer of the origin', () => {
  const restored = (headers: Headers, statusCode = 200) => {
    const response = viewerResponse(
      { method: 'GET', uri: '/v2/', headers: {} },
      { statusCode, headers: toEdgeHeaders(Object.entries(headers)) },
    );
    return {
      status: response.statusCode,
      headers: Object.fromEntries(fromEdgeHeaders(response.headers)),
      body: response.body,
    };
  };

  it.each([400, 401, 403, 404, 405, 429, 502, 503])(
    'that means %i says so to the client',
    (status) => {
      const answer = restored({ 'x-wharfage-status': String(status), 'retry-after': '5' });
      expect(answer).toEqual({ status, headers: { 'retry-after': '5' }, body: undefined });
    },
  );

  it('that is a challenge gets its header back', () => {
    const answer = restored({ 'x-wharfage-status': '401', 'x-wharfage-challenge': 'Bearer x' });
    expect(answer.headers).toEqual({ 'www-authenticate': 'Bearer x' });
  });

  it.each([200, 304, 307])('of %i passes as it is, without what is ours', (status) => {
    const answer = restored({ etag: '"x"', 'x-wharfage-other': 'y' }, status);
    expect(answer).toEqual({ status, headers: { etag: '"x"' }, body: undefined });
  });

  it.each(['', '200', '399', '600', '401.5', 'abc', '-401', 'NaN'])(
    'whose status %j is none never passes as a success',
    (status) => {
      expect(restored({ 'x-wharfage-status': status }).status).toBe(502);
    },
  );

  it('keeps its notice, which no function may touch', () => {
    const answer = restored({ warning: '299 - "ends soon"', 'x-wharfage-status': '403' });
    expect(answer.headers).toEqual({ warning: '299 - "ends soon"' });
  });
});

describe('the code', () => {
  it.each(NAMES)('of %s fits into a function, with the longest domain too', (name) => {
    const origin = `https://${'a'.repeat(240)}.vendor.example`;
    expect(Buffer.byteLength(edgeFunction(name, origin))).toBeLessThanOrEqual(
      EDGE_FUNCTION_BYTES_MAX,
    );
  });

  it.each(["https://a'b", 'https://a/b', 'ftp://a', 'registry.vendor.example', 'https://A', ''])(
    'takes no origin such as %j',
    (origin) => {
      expect(() => edgeFunction('viewer-request', origin)).toThrow('the public origin is');
    },
  );

  // CloudFront says that the runtime is ECMAScript 5.1 with some features of 6 to 12, and ours use the fewest.
  const KNOWN = { 'const-and-let': true, arrow: true, 'template-literal': true } as const;

  it.each(NAMES)('of %s needs no syntax that the runtime may lack', async (name) => {
    const code = edgeFunction(name, ORIGIN);
    const newest = await transform(code, { target: 'esnext' });
    const oldest = await transform(code, { target: 'es5', supported: KNOWN });
    expect(oldest.code).toBe(newest.code);
  });

  it.each(['const { a } = b;', 'f(a?.b);', 'f(...a);', 'for (const a of b) f(a);', 'f(a ?? b);'])(
    'and %j would be noticed',
    async (code) => {
      const compare = async () => {
        const newest = await transform(code, { target: 'esnext', logLevel: 'silent' });
        const oldest = await transform(code, {
          target: 'es5',
          supported: KNOWN,
          logLevel: 'silent',
        });
        expect(oldest.code).toBe(newest.code);
      };
      await expect(compare()).rejects.toThrow();
    },
  );
});
