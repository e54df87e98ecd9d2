import { request as httpRequest } from 'node:http';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FunctionUrl, startFunctionUrl } from '../../../local/lambda/function-url.ts';

let server: FunctionUrl;
let events: LambdaFunctionURLEvent[];
let reports: string[];
let answer: () => unknown;

beforeEach(async () => {
  events = [];
  reports = [];
  answer = () => ({ statusCode: 204 });
  server = await startFunctionUrl({
    functionName: 'webhook',
    now: () => 1_800_000_000,
    handler: async (event) => {
      events.push(event);
      return answer();
    },
    report: (message, error) => reports.push(`${message}: ${String(error)}`),
  });
});

afterEach(() => server.close());

const post = (body: string | Uint8Array<ArrayBuffer>, contentType: string) =>
  fetch(server.url, {
    method: 'POST',
    body: new Blob([body]),
    headers: { 'content-type': contentType },
  });

describe('a request', () => {
  it('arrives as Lambda describes it', async () => {
    await fetch(`${server.url}/my/path?a=1&a=2&b=x%20y`, {
      method: 'PUT',
      body: '{"a":"ü"}',
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'Stripe-Signature': 't=1,v1=2',
        Cookie: 'c=1; d=2',
        'User-Agent': 'test',
      },
    });
    const host = new URL(server.url).host;
    expect(events).toMatchObject([
      {
        version: '2.0',
        routeKey: '$default',
        rawPath: '/my/path',
        rawQueryString: 'a=1&a=2&b=x%20y',
        queryStringParameters: { a: '1,2', b: 'x y' },
        cookies: ['c=1', 'd=2'],
        headers: {
          host,
          'content-type': 'application/json; charset=utf-8',
          'stripe-signature': 't=1,v1=2',
          'x-forwarded-proto': 'https',
        },
        requestContext: {
          accountId: 'anonymous',
          domainName: host,
          http: { method: 'PUT', path: '/my/path', sourceIp: '127.0.0.1', userAgent: 'test' },
          time: '15/Jan/2027:08:00:00 +0000',
          timeEpoch: 1_800_000_000_000,
        },
        body: '{"a":"ü"}',
        isBase64Encoded: false,
      },
    ]);
  });

  it('without a body, cookies or parameters has none of them', async () => {
    await fetch(server.url);
    expect(events[0]).toMatchObject({ rawPath: '/', rawQueryString: '', isBase64Encoded: false });
    expect(Object.keys(events[0] ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(body|cookies|queryStringParameters)$/)]),
    );
  });

  it.each([
    ['text/plain', false],
    ['application/json', false],
    ['application/x-www-form-urlencoded', true],
    ['application/jsonlines', true],
    ['application/octet-stream', true],
    ['', true],
  ])('of type "%s" is in base64: %s', async (contentType, isBase64Encoded) => {
    await post('hello', contentType);
    expect(events[0]).toMatchObject({
      isBase64Encoded,
      body: isBase64Encoded ? 'aGVsbG8=' : 'hello',
    });
  });

  it('keeps every byte of a binary body', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await post(bytes, 'application/octet-stream');
    expect(Buffer.from(events[0]?.body ?? '', 'base64')).toEqual(Buffer.from(bytes));
  });

  it('joins a header that comes twice', async () => {
    await new Promise<void>((resolve, reject) => {
      const request = httpRequest(
        server.url,
        { headers: { 'x-twice': ['1', '2'] } },
        (response) => {
          response.resume().on('end', resolve);
        },
      );
      request.on('error', reject).end();
    });
    expect(events[0]?.headers['x-twice']).toBe('1,2');
  });

  it.each([
    [6 * 1024 * 1024, 204],
    [6 * 1024 * 1024 + 1, 413],
  ])('of %i bytes is answered with %i', async (size, status) => {
    const response = await post('x'.repeat(size), 'text/plain');
    expect(response.status).toBe(status);
    expect(events).toHaveLength(status === 413 ? 0 : 1);
  });
});

describe('an answer', () => {
  it('carries status, headers, cookies and body', async () => {
    answer = () => ({
      statusCode: 400,
      headers: { 'Content-Type': 'text/plain', 'x-own': 'yes' },
      cookies: ['a=1', 'b=2'],
      body: 'bad',
    });
    const response = await fetch(server.url);
    expect([response.status, await response.text()]).toEqual([400, 'bad']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain',
      'x-own': 'yes',
    });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('is decoded from base64', async () => {
    answer = () => ({ statusCode: 200, body: 'AP8=', isBase64Encoded: true });
    const response = await fetch(server.url);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255]);
  });

  it('without a status is the body of a 200, as JSON', async () => {
    answer = () => ({ message: 'hello' });
    const response = await fetch(server.url);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/json',
    ]);
    expect(await response.json()).toEqual({ message: 'hello' });
  });

  it('loses WWW-Authenticate to another name', async () => {
    answer = () => ({ statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
    const { headers } = await fetch(server.url);
    expect([
      headers.get('www-authenticate'),
      headers.get('x-amzn-remapped-www-authenticate'),
    ]).toEqual([null, 'Bearer']);
  });

  it.each([
    [
      'an exception',
      () => {
        throw new Error('boom');
      },
      'boom',
    ],
    ['a status that is none', () => ({ statusCode: 42 }), 'from 100 to 599'],
    [
      'more than 6 MB',
      () => ({ statusCode: 200, body: 'x'.repeat(6 * 1024 * 1024 + 1) }),
      'at most 6291456 fit',
    ],
  ])('is a 502 for %s, without its reason', async (_name, failing, report) => {
    answer = failing;
    const response = await fetch(server.url);
    expect([response.status, await response.text()]).toEqual([502, 'Internal Server Error']);
    expect(reports).toEqual([expect.stringContaining(report)]);
  });
});
