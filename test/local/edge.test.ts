import { describe, expect, it } from 'vitest';
import { edgeFunction } from '../../lib/edge/edge-function.ts';
import { type Edge, EdgeFailure, edge, fromEdgeHeaders, toEdgeHeaders } from '../../local/edge.ts';

const ORIGIN = 'http://127.0.0.1:4244';
const onRequest = (body: string): Edge =>
  edge(ORIGIN, (name) =>
    name === 'viewer-request' ? `function handler(event) { ${body} }` : edgeFunction(name),
  );
const onResponse = (body: string): Edge =>
  edge(ORIGIN, (name) =>
    name === 'viewer-response' ? `function handler(event) { ${body} }` : edgeFunction(name),
  );

const REQUEST = {
  method: 'GET',
  uri: '/v2/',
  headers: toEdgeHeaders([
    ['Host', '127.0.0.1:4244'],
    ['Via', '1.1 proxy'],
    ['Connection', 'close'],
    ['X-Amz-Cf-Id', 'x'],
    ['Cookie', 'a=b'],
  ]),
};
const RESPONSE = {
  statusCode: 200,
  headers: toEdgeHeaders([
    ['Warning', '299 - "soon"'],
    ['X-Cache', 'Miss'],
    ['Set-Cookie', 'a=b'],
  ]),
};

const failureOf = (act: () => unknown): EdgeFailure => {
  try {
    act();
  } catch (error) {
    if (error instanceof EdgeFailure) return error;
    throw error;
  }
  throw new Error('nothing failed');
};

describe('headers', () => {
  it('that come twice are one field with both values, and two headers again', () => {
    const headers = toEdgeHeaders([
      ['Accept', 'a/b'],
      ['User-Agent', 'c'],
      ['ACCEPT', 'd/e'],
    ]);
    expect(headers).toEqual({
      accept: { value: 'a/b', multiValue: [{ value: 'a/b' }, { value: 'd/e' }] },
      'user-agent': { value: 'c' },
    });
    expect(fromEdgeHeaders(headers)).toEqual([
      ['accept', 'a/b'],
      ['accept', 'd/e'],
      ['user-agent', 'c'],
    ]);
  });
});

describe('a function at the edge', () => {
  it('is not shown what CloudFront keeps to itself, and cannot lose it', () => {
    const seen = onRequest(
      "event.request.headers.seen = { value: Object.keys(event.request.headers).join(' ') }; return event.request;",
    ).viewerRequest(REQUEST);
    expect(seen).toEqual({
      kind: 'forward',
      request: { ...REQUEST, headers: { ...REQUEST.headers, seen: { value: 'host via' } } },
    });
  });

  it('is told its distribution, the occasion and the viewer', () => {
    const { viewerRequest } = onRequest(
      'return { statusCode: 200, headers: {}, body: JSON.stringify([event.version, event.context.distributionDomainName, event.context.eventType, event.viewer.ip, event.request.method]) };',
    );
    const outcome = viewerRequest(REQUEST);
    const body = outcome.kind === 'answer' ? outcome.response.body : undefined;
    expect(new TextDecoder().decode(body)).toBe(
      '["1.0","127.0.0.1:4244","viewer-request","127.0.0.1","GET"]',
    );
  });

  it.each([
    ['{ encoding: "text", data: "grün" }', 'grün'],
    ['{ encoding: "base64", data: "Z3LDvG4=" }', 'grün'],
    ['"grün"', 'grün'],
  ])('may answer with the body %s', (body, text) => {
    const outcome = onRequest(`return { statusCode: 200, body: ${body} };`).viewerRequest(REQUEST);
    expect(outcome).toMatchObject({ kind: 'answer', response: { statusCode: 200 } });
    const bytes = outcome.kind === 'answer' ? outcome.response.body : undefined;
    expect(new TextDecoder().decode(bytes)).toBe(text);
  });

  it.each([
    ["event.request.headers.host = { value: 'evil' }; return event.request;", 'the header host'],
    ['delete event.request.headers.via; return event.request;', 'the header via'],
    [
      "event.request.headers['content-length'] = { value: '1' }; return event.request;",
      'the header content-length',
    ],
    [
      "event.request.headers['x-edge-x'] = { value: '1' }; return event.request;",
      'added the header x-edge-x',
    ],
    [
      "event.request.headers.connection = { value: '1' }; return event.request;",
      'added the header connection',
    ],
    ["event.request.headers['X-Y'] = { value: '1' }; return event.request;", 'the header X-Y'],
    ["event.request.headers.x = 'y'; return event.request;", 'the header x'],
    ["event.request.headers.x = { value: 'y\\nz' }; return event.request;", 'the header x'],
    ["event.request.method = 'POST'; return event.request;", 'the method'],
    ["event.request.uri = 'v2'; return event.request;", 'a uri'],
    ["event.request.uri = '/' + 'a'.repeat(8191); return event.request;", 'a uri'],
    ['delete event.request.headers; return event.request;', 'without headers'],
    ['return 1;', 'neither a request nor a response'],
    ["return { statusCode: '401' };", 'the status "401"'],
    ['return { statusCode: 600 };', 'the status 600'],
    ['return { statusCode: 401, body: { encoding: "hex", data: "" } };', 'a body'],
  ])('may not do this to a request, and CloudFront would answer 502: %s', (body, message) => {
    const failure = failureOf(() => onRequest(body).viewerRequest(REQUEST));
    expect(failure.status).toBe(502);
    expect(failure.message).toContain(message);
  });

  it.each([
    ["event.response.headers.warning = { value: 'x' }; return event.response;", 'header warning'],
    ['delete event.response.headers.warning; return event.response;', 'header warning'],
    ["event.response.headers.via = { value: 'x' }; return event.response;", 'header via'],
    ["event.response.headers['x-cache'] = { value: 'x' }; return event.response;", 'x-cache'],
    ['return undefined;', 'failed'],
  ])('may not do this to a response: %s', (body, message) => {
    const failure = failureOf(() => onResponse(body).viewerResponse(REQUEST, RESPONSE));
    expect(failure.message).toContain(message);
  });

  it.each([
    'throw new Error("x");',
    'for (;;) {}',
    'return fetch("https://vendor.example");',
    'return require("fs");',
    'return process.env;',
    'return eval("1");',
    'return new Function("return 1")();',
  ])('has no such thing, and CloudFront would answer 503: %s', (body) => {
    expect(failureOf(() => onRequest(body).viewerRequest(REQUEST)).status).toBe(503);
  });

  it('may change a response, and keeps what it was not shown', () => {
    const { viewerResponse } = onResponse(
      'event.response.statusCode = 401; event.response.headers.x = { value: event.request.uri }; return event.response;',
    );
    expect(viewerResponse(REQUEST, RESPONSE)).toEqual({
      statusCode: 401,
      statusDescription: '',
      headers: { ...RESPONSE.headers, x: { value: '/v2/' } },
    });
  });

  it.each([400, 403, 429, 500, 502])('is not run when the origin answered %i', (statusCode) => {
    const refusal = { ...RESPONSE, statusCode };
    expect(onResponse('throw new Error("x");').viewerResponse(REQUEST, refusal)).toBe(refusal);
  });
});
