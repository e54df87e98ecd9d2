/**
 * The storage that ECR's layers come from: an S3 bucket behind presigned URLs. What it imitates, and where that is
 * known from:
 * - another host than the registry: here `localhost`, while the registry is 127.0.0.1, so that clients that pass
 *   `Authorization` on to the same host would show [V: ecr-and-aws 3; oci-pull 41]
 * - a request that carries Authorization beside the URL's signature: 400 InvalidArgument `Only one auth mechanism
 *   allowed…` [3P: renovatebot/renovate#3877]
 * - the signature binds method, path and expiry: anything but GET, HEAD too, is 403 SignatureDoesNotMatch; after
 *   X-Amz-Expires (3,600 s) 403 AccessDenied `Request has expired` [memory; V for the 3,600 s]
 * - Range: 206 with Content-Range, 416 beyond the end; several ranges are ignored [V: S3's GetObject]
 * - errors are XML [V]
 * Not imitated: SigV4 itself (the signature is an HMAC of our own), TLS, versions, multipart.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { EpochSeconds } from '../functions/core/time.ts';
import type { Blob, Blobs } from './aws/blobs.ts';
import { layerUrls } from './aws/layer-url.ts';
import { closeServer, listenOn } from './aws/listen.ts';

/** What came and how it ended, for whoever asserts that blobs pass here and nowhere else. */
type StorageRequest = {
  readonly method: string;
  readonly status: number;
  readonly digest: string | undefined;
  readonly range: string | undefined;
  readonly hasAuthorization: boolean;
};

export type Storage = {
  /** `http://localhost:4567` */
  readonly origin: string;
  layerUrl(digest: string): string;
  /** The last requests, oldest first. */
  requests(): readonly StorageRequest[];
  /** The next `times` answers that are longer break off after so many bytes. */
  breakOff(times: number, afterBytes: number): void;
  close(): Promise<void>;
};

type Options = {
  readonly now: () => EpochSeconds;
  readonly blobs: Blobs;
  readonly port?: number;
};

const REQUESTS_KEPT = 1_000;

export const startStorage = async ({ now, blobs, port = 0 }: Options): Promise<Storage> => {
  const urls = layerUrls(randomBytes(32), now);
  const requests: StorageRequest[] = [];
  const breaks: number[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = await answerOf({ blobs, urls }, request);
    requests.push(requestOf(request, answer));
    if (requests.length > REQUESTS_KEPT) requests.shift();
    if (answer.kind === 'refused') refuse(response, answer);
    else await send(response, { answer, blobs, breakAfter: takeBreak(breaks, answer) });
  };
  const servers = await listenOnBoth(port, (request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const origin = `http://localhost:${servers.port}`;
  return {
    origin,
    layerUrl: (digest) => urls.urlOf(origin, digest),
    requests: () => [...requests],
    breakOff: (times, afterBytes) => {
      breaks.push(...Array.from({ length: times }, () => afterBytes));
    },
    close: servers.close,
  };
};

type Refused = {
  readonly kind: 'refused';
  readonly status: number;
  readonly code: string;
  readonly message: string;
};

type ObjectAnswer = {
  readonly kind: 'object';
  readonly status: 200 | 206;
  readonly blob: Blob;
  readonly first: number;
  readonly last: number;
};

const requestOf = (
  { method = '', headers }: IncomingMessage,
  answer: Refused | ObjectAnswer,
): StorageRequest => ({
  method,
  status: answer.status,
  digest: answer.kind === 'object' ? answer.blob.digest : undefined,
  range: headers.range,
  hasAuthorization: headers.authorization !== undefined,
});

/** The next planned one, unless the answer would end before it. */
const takeBreak = (breaks: number[], { first, last }: ObjectAnswer): number | undefined =>
  last - first >= (breaks[0] ?? Number.POSITIVE_INFINITY) ? breaks.shift() : undefined;

const refusal = (status: number, code: string, message: string): Refused => ({
  kind: 'refused',
  status,
  code,
  message,
});

const TWO_MECHANISMS = refusal(
  400,
  'InvalidArgument',
  'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
);
const WRONG = refusal(
  403,
  'SignatureDoesNotMatch',
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
);
const EXPIRED = refusal(403, 'AccessDenied', 'Request has expired');
const NO_KEY = refusal(404, 'NoSuchKey', 'The specified key does not exist.');
const NO_RANGE = refusal(416, 'InvalidRange', 'The requested range is not satisfiable');

const answerOf = async (
  { blobs, urls }: { readonly blobs: Blobs; readonly urls: ReturnType<typeof layerUrls> },
  request: IncomingMessage,
): Promise<Refused | ObjectAnswer> => {
  if (request.headers.authorization !== undefined) return TWO_MECHANISMS;
  const check = urls.check(request.method ?? '', request.url ?? '');
  if (check.kind === 'wrong') return WRONG;
  if (check.kind === 'expired') return EXPIRED;
  const blob = await blobs.find(check.digest);
  if (blob === undefined) return NO_KEY;
  return ranged(blob, request.headers.range);
};

const ranged = (blob: Blob, range: string | undefined): Refused | ObjectAnswer => {
  const end = blob.sizeBytes - 1;
  const whole = { kind: 'object', status: 200, blob, first: 0, last: end } as const;
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === '' && to === '') return whole;
  const first = from === '' ? Math.max(0, blob.sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? end : Math.min(Number(to), end);
  if (first > last) return NO_RANGE;
  return { kind: 'object', status: 206, blob, first, last };
};

const refuse = (response: ServerResponse, { status, code, message }: Refused): void => {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
};

type Sending = {
  readonly answer: ObjectAnswer;
  readonly blobs: Blobs;
  readonly breakAfter: number | undefined;
};

const send = async (
  response: ServerResponse,
  { answer, blobs, breakAfter }: Sending,
): Promise<void> => {
  const { blob, first, last, status } = answer;
  response.writeHead(status, {
    'content-type': 'application/octet-stream',
    'content-length': last - first + 1,
    'accept-ranges': 'bytes',
    etag: `"${blob.digest.slice(-32)}"`,
    ...(status === 206 ? { 'content-range': `bytes ${first}-${last}/${blob.sizeBytes}` } : {}),
  });
  if (breakAfter === undefined) {
    await pipeline(blobs.read(blob.digest, first, last), response);
    return;
  }
  for await (const chunk of blobs.read(blob.digest, first, first + breakAfter - 1)) {
    response.write(chunk);
  }
  // What was written goes out first, as it would on a line that then breaks.
  setTimeout(() => response.destroy(), BREAK_AFTER_MS);
};

const BREAK_AFTER_MS = 50;

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** `localhost` is either address, by the client's choice: IPv6 where this machine has it. */
const listenOnBoth = async (
  port: number,
  listener: Listener,
): Promise<{ readonly port: number; close(): Promise<void> }> => {
  const first = createServer(listener);
  const taken = Number(new URL(await listenOn(first, port)).port);
  const second = await listenOnSixth(createServer(listener), taken);
  return {
    port: taken,
    close: async () => {
      await closeServer(first);
      if (second !== undefined) await closeServer(second);
    },
  };
};

const NO_IPV6 = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

const listenOnSixth = (server: Server, port: number): Promise<Server | undefined> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (NO_IPV6.includes(cause.code ?? '')) resolve(undefined);
      else reject(new Error(`cannot listen on [::1]:${port}: ${cause.message}`, { cause }));
    });
    server.listen(port, '::1', () => resolve(server));
  });
