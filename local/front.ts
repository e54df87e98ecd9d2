/**
 * The front door: CloudFront before the gateway's Function URL, on 127.0.0.1. What it imitates, and where that is
 * known from:
 * - both edge functions, as they are deployed: edge.ts
 * - every method but GET, HEAD, OPTIONS, PUT, POST, PATCH and DELETE is refused with 403 [memory]; a URL of more than
 *   8,192 bytes with 414, headers of more than 32,768 bytes with 494 [V limits: ecr-and-aws 6.1; memory statuses]
 * - the origin gets all the viewer's headers but Host (Managed-AllViewerExceptHostHeader) [V], without those of one
 *   connection, and the distribution's own header `x-wharfage-front`, whatever a client sent under that name [V];
 *   path and query as they came [memory]
 * - `Via`, `X-Amz-Cf-Id`, `X-Cache` are added to answers [V]; nothing is cached and nothing compressed, as in
 *   lib/gateway.ts; an origin that cannot be reached is a 502 [V]
 * - HEAD: the origin's Content-Length is passed on and the body left out [I: `npx wharfage probe` asks the real one]
 * Not imitated: TLS, HTTP/2 and 3, error pages, WAF, retries, time-outs, logs.
 */
import { randomUUID } from 'node:crypto';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { closeServer, listenOn } from './aws/listen.ts';
import {
  type Edge,
  EdgeFailure,
  type EdgeRequest,
  type EdgeResponse,
  edge,
  fromEdgeHeaders,
  toEdgeHeaders,
} from './edge.ts';
import { readBody } from './read-body.ts';

export type Front = {
  /** `http://127.0.0.1:4244`, what challenges name. */
  readonly origin: string;
  close(): Promise<void>;
};

type Options = {
  /** The gateway's Function URL. */
  readonly gatewayUrl: string;
  /** What the origin is sent along with each request. */
  readonly secret: string;
  readonly port?: number;
  readonly report: (message: string, error: unknown) => void;
};

type Answer = EdgeResponse & { readonly body: Uint8Array };

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'];
const URL_BYTES_MAX = 8_192;
const HEADER_BYTES_MAX = 32_768;
const BODY_BYTES_MAX = 8 * 1024 * 1024;

export const startFront = async (options: Options): Promise<Front> => {
  let edges: Edge | undefined;
  // CloudFront refuses what is too long, and not the parser.
  const server = createServer({ maxHeaderSize: 4 * HEADER_BYTES_MAX }, (request, response) => {
    if (edges === undefined) {
      response.destroy();
      return;
    }
    serve(options, edges, request)
      .then((answer) => send(request, response, answer))
      .catch((error: unknown) => {
        options.report('the front could not answer', error);
        response.destroy();
      });
  });
  const origin = await listenOn(server, options.port ?? 0);
  edges = edge(origin);
  return { origin, close: () => closeServer(server) };
};

const serve = async (options: Options, edges: Edge, incoming: IncomingMessage): Promise<Answer> => {
  const body = await readBody(incoming, BODY_BYTES_MAX);
  const refusal = refusalOf(incoming, body);
  if (refusal !== undefined) return page(refusal);
  const { uri, query } = targetOf(incoming);
  const request: EdgeRequest = {
    method: incoming.method ?? 'GET',
    uri,
    headers: toEdgeHeaders(pairsOf(incoming.rawHeaders)),
  };
  try {
    const outcome = edges.viewerRequest(request);
    if (outcome.kind === 'answer') return { body: new Uint8Array(), ...outcome.response };
    const answer = await ask(options, outcome.request, { query, body });
    return { ...answer, ...edges.viewerResponse(request, answer) };
  } catch (error) {
    options.report('the front answered by itself', error);
    return page(error instanceof EdgeFailure ? error.status : 502);
  }
};

const targetOf = ({ url = '/' }: IncomingMessage) => {
  const [uri = '/', ...rest] = url.split('?');
  return { uri, query: rest.length === 0 ? '' : `?${rest.join('?')}` };
};

const refusalOf = (
  { method = '', url = '', rawHeaders }: IncomingMessage,
  body: Buffer | 'too large',
): number | undefined => {
  if (!METHODS.includes(method)) return 403;
  if (!url.startsWith('/')) return 400;
  if (Buffer.byteLength(url) > URL_BYTES_MAX) return 414;
  const headerBytes = rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
  if (headerBytes > HEADER_BYTES_MAX) return 494;
  // What Lambda would refuse anyway is not held here.
  return body === 'too large' ? 413 : undefined;
};

/** CloudFront's own refusals: a page, and nothing of the registry's. */
const page = (statusCode: number): Answer => ({
  statusCode,
  headers: {
    server: { value: 'CloudFront' },
    'content-type': { value: 'text/html' },
    'x-cache': { value: 'Error from cloudfront' },
  },
  body: Buffer.from(`<HTML><HEAD><TITLE>ERROR: ${statusCode}</TITLE></HEAD></HTML>\n`),
});

type Pair = readonly [name: string, value: string];

const pairsOf = (raw: readonly string[]): readonly Pair[] =>
  raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));

/** Of one connection, or set anew for the origin. */
const NOT_PASSED_ON = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-amz-cf-id',
  'x-wharfage-front',
];

const ask = (
  { gatewayUrl, secret }: Options,
  { method, uri, headers }: EdgeRequest,
  { query, body }: { readonly query: string; readonly body: Buffer | 'too large' },
): Promise<Answer> => {
  const { hostname, port } = new URL(gatewayUrl);
  const passed = fromEdgeHeaders(headers).filter(([name]) => !NOT_PASSED_ON.includes(name));
  const wire: readonly Pair[] = [
    ...passed,
    ['host', `${hostname}:${port}`],
    ['via', '1.1 local.cloudfront.net (CloudFront)'],
    ['x-amz-cf-id', randomUUID()],
    ['x-wharfage-front', secret],
    ...(body.length === 0 ? [] : [['content-length', String(body.length)] as const]),
  ];
  return new Promise((resolve, reject) => {
    // Not through `URL`, which would resolve the `..` of a path.
    const asking = httpRequest(
      { hostname, port, method, path: `${uri}${query}`, headers: wire.flat() },
      (response) => {
        readBody(response, BODY_BYTES_MAX).then(
          (bytes) => resolve(answerOf(response, bytes)),
          reject,
        );
      },
    );
    asking.on('error', reject);
    asking.end(body);
  });
};

const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'date'];

const answerOf = (response: IncomingMessage, body: Buffer | 'too large'): Answer => {
  if (body === 'too large') throw new Error(`the origin sent more than ${BODY_BYTES_MAX} bytes`);
  const { statusCode = 502 } = response;
  const pairs = pairsOf(response.rawHeaders).filter(
    ([name]) => !HOP_BY_HOP.includes(name.toLowerCase()),
  );
  return {
    statusCode,
    headers: toEdgeHeaders([
      ...pairs,
      ['via', '1.1 local.cloudfront.net (CloudFront)'],
      ['x-amz-cf-id', randomUUID()],
      ['x-cache', statusCode < 400 ? 'Miss from cloudfront' : 'Error from cloudfront'],
    ]),
    body,
  };
};

const NO_BODY = [204, 304];

const send = (request: IncomingMessage, response: ServerResponse, answer: Answer): void => {
  const { statusCode, headers, body } = answer;
  response.statusCode = statusCode;
  for (const [name, value] of fromEdgeHeaders(headers)) response.appendHeader(name, value);
  // A HEAD has no body to measure: its length is what the origin said.
  const isMeasured = request.method !== 'HEAD' || !response.hasHeader('content-length');
  if (NO_BODY.includes(statusCode)) response.removeHeader('content-length');
  else if (isMeasured) response.setHeader('content-length', body.length);
  response.end(body);
};
