import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeServer, listenOn } from '../../local/aws/listen.ts';
import { type Front, startFront } from '../../local/front.ts';

type Seen = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
type Asked = { path?: string; method?: string; headers?: Record<string, string> };
type Answered = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

let origin: Server;
let front: Front;
let seen: Seen[];
let reports: string[];
let answer: { status: number; headers: Record<string, string>; body: string };

beforeEach(async () => {
  seen = [];
  reports = [];
  answer = { status: 200, headers: {}, body: 'hello' };
  origin = createServer((request, response) => {
    text(request)
      .then((body) => {
        const { method = '', url = '', headers } = request;
        seen.push({ method, url, headers, body });
        response.writeHead(answer.status, {
          'content-length': String(answer.body.length),
          ...answer.headers,
        });
        response.end(answer.body);
      })
      .catch((error: unknown) => response.destroy(error as Error));
  });
  const gatewayUrl = await listenOn(origin, 0);
  front = await startFront({
    gatewayUrl,
    secret: 'the-front',
    report: (message) => reports.push(message),
  });
});

afterEach(async () => {
  await front.close();
  await closeServer(origin);
});

/** Not through `fetch`, which tidies paths up. */
const ask = (
  path: string,
  { method = 'GET', headers = {}, body = '' } = {} as {
    method?: string;
    headers?: Record<string, string>;
    body?: string;
  },
): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(front.origin);
    const asking = httpRequest({ hostname, port, path, method, headers }, (response) => {
      text(response)
        .then((whole) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: whole,
          }),
        )
        .catch(reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
const bearer = { authorization: 'Bearer x' };

describe('what the origin is sent', () => {
  it('is the path and the query as they came', async () => {
    const path = '/v2/a/../b//c%2Fd/tags/list?n=1&last=%00&x?y';
    await ask(path, { headers: bearer });
    expect(seen[0]?.url).toBe(path);
  });

  it('is the front’s word for secret and origin, whatever the client says', async () => {
    await ask('/v2/', {
      headers: {
        ...bearer,
        host: 'evil.example',
        'x-wharfage-front': 'guessed',
        'x-wharfage-origin': 'https://evil.example',
        'x-wharfage-status': '200',
      },
    });
    expect(seen[0]?.headers).toMatchObject({
      'x-wharfage-front': 'the-front',
      'x-wharfage-origin': front.origin,
      authorization: 'Bearer x',
    });
    expect(JSON.stringify(seen)).not.toMatch(/evil|guessed|x-wharfage-status/);
  });

  it('is a form as it was posted', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await ask('/token/d', { method: 'POST', headers, body: 'grant_type=password' });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/token/d', body: 'grant_type=password' });
  });
});

describe('what the client gets', () => {
  it('without a credential is the challenge of the edge, and the origin hears nothing', async () => {
    const { status, headers, body } = await ask('/v2/acme/app/tags/list', {
      headers: { 'user-agent': 'containerd/2.1.9' },
    });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe(
      `Bearer realm="${front.origin}/token/k",service="${new URL(front.origin).host}",scope="repository:acme/app:pull"`,
    );
    expect(JSON.parse(body)).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] });
    expect(seen).toEqual([]);
  });

  it('is the real status and challenge of a refusal, with its body', async () => {
    answer.headers = { 'x-wharfage-status': '403', 'x-wharfage-challenge': 'Bearer realm="r"' };
    answer.body = 'denied';
    const { status, headers, body } = await ask('/v2/', { headers: bearer });
    expect([status, headers['www-authenticate'], body]).toEqual([
      403,
      'Bearer realm="r"',
      'denied',
    ]);
    expect(Object.keys(headers).filter((name) => name.startsWith('x-wharfage'))).toEqual([]);
  });

  it('of an origin that answers 400 or above is what it is: no function runs', async () => {
    answer = { status: 503, headers: { 'x-wharfage-status': '200' }, body: 'down' };
    const { status, headers } = await ask('/v2/', { headers: bearer });
    expect([status, headers['x-cache'], headers['x-wharfage-status']]).toEqual([
      503,
      'Error from cloudfront',
      '200',
    ]);
  });

  it('by HEAD is the length, and no body', async () => {
    answer.headers = { 'content-length': '12345' };
    answer.body = '';
    const { headers, body } = await ask('/v2/a/manifests/b', { method: 'HEAD', headers: bearer });
    expect([headers['content-length'], body]).toEqual(['12345', '']);
  });

  it('of a redirect is the redirect, and what is not modified has no length', async () => {
    answer = { status: 307, headers: { location: 'http://localhost:1/x' }, body: '' };
    const redirect = await ask('/v2/a/blobs/b', { headers: bearer });
    expect([redirect.status, redirect.headers.location]).toEqual([307, 'http://localhost:1/x']);
    answer = { status: 304, headers: { etag: '"x"' }, body: '' };
    const known = await ask('/v2/a/manifests/b', { headers: bearer });
    expect([known.status, known.headers['content-length'], known.headers.etag]).toEqual([
      304,
      undefined,
      '"x"',
    ]);
  });

  it('when the origin is gone is a 502 of the front’s own', async () => {
    await closeServer(origin);
    const { status, headers } = await ask('/v2/', { headers: bearer });
    expect([status, headers.server]).toEqual([502, 'CloudFront']);
    expect(reports).toEqual(['the front answered by itself']);
  });
});

describe('what CloudFront refuses by itself', () => {
  it.each<[string, Asked, number]>([
    ['a method that it does not know', { method: 'PROPFIND' }, 403],
    ['a path that is too long', { path: `/v2/${'a'.repeat(8_200)}` }, 414],
    ['headers that are too large', { headers: { 'x-large': 'a'.repeat(33_000) } }, 494],
  ])('%s', async (_name, { path = '/v2/', ...more }: Asked, status) => {
    expect((await ask(path, more)).status).toBe(status);
    expect(seen).toEqual([]);
  });

  it('a target that is no path', async () => {
    const { port } = new URL(front.origin);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end('GET http://evil.example/v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect((await text(socket)).split('\r\n')[0]).toBe('HTTP/1.1 400 Bad Request');
    expect(seen).toEqual([]);
  });
});
