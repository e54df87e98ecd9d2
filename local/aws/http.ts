/**
 * What the AWS services share on the wire, AWS JSON 1.0 and 1.1:
 * - POST /, `X-Amz-Target: <service>.<operation>`; the body is the input; errors are a status, `__type` and
 *   `message` [V: the SDK's AwsJson protocols]
 * - SQS repeats the older query protocol's code in `x-amzn-query-error` [V: the SDK's awsQueryCompatible trait]
 * - a request without a SigV4 `Authorization` for this service is refused; the signature itself and its
 *   age are not checked, because the operator's command runs on the real clock beside a moved one
 * - the SDK takes `Date` of an answer for the service's clock [V: the SDK's clock-skew correction]
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochSeconds } from '../../functions/core/time.ts';
import { type Fault, type FaultSwitch, faultBook } from './faults.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { closeServer, listenOn } from './listen.ts';
import { ServiceError } from './service-error.ts';

export type Call = {
  /** Where the caller reached us, `http://127.0.0.1:4567`. */
  readonly origin: string;
  /** Fires when the caller hangs up or the stand-in closes. */
  readonly gone: AbortSignal;
};

export type Operation = {
  readonly takes: readonly string[];
  readonly run: (fields: Fields, call: Call) => object | Promise<object>;
};

export type JsonService = {
  /** As in the scope of a SigV4 signature. */
  readonly name: 'sqs' | 'ecr' | 'secretsmanager';
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** What stands before an error's code in `__type`. */
  readonly errorPrefix: string;
  readonly missing: (name: string) => ServiceError;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly now: () => EpochSeconds;
};

export type Running = FaultSwitch & {
  readonly url: string;
  close(): Promise<void>;
};

const BODY_BYTES_MAX = 2 * 1024 * 1024;

/** Serves on 127.0.0.1; port 0 takes a free one. */
export const startJsonService = async (service: JsonService, port: number): Promise<Running> => {
  const book = faultBook();
  const closing = new AbortController();
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing.signal]);
    handle(service, request, { signal, take: book.take, latency: book.latencyMilliseconds })
      .catch(refusalOf)
      .then((reply) => send(service, response, reply))
      .catch((error: unknown) => response.destroy(error as Error));
  });
  const url = await listenOn(server, port);
  return {
    url,
    close: async () => {
      closing.abort();
      await closeServer(server);
    },
    fail: book.fail,
    setLatency: book.setLatency,
    calls: book.calls,
    resetCalls: book.resetCalls,
  };
};

type Reply =
  | { readonly kind: 'done'; readonly output: object }
  | { readonly kind: 'refused'; readonly error: ServiceError }
  | { readonly kind: 'dropped' };

type Conditions = {
  readonly signal: AbortSignal;
  readonly take: (operation: string) => Fault | undefined;
  readonly latency: () => number;
};

const handle = async (
  service: JsonService,
  request: IncomingMessage,
  { signal, take, latency }: Conditions,
): Promise<Reply> => {
  const body = await readBody(request);
  const name = operationName(service, request);
  const operation = service.operations[name];
  if (operation === undefined) {
    throw new ServiceError(
      'UnknownOperationException',
      `this stand-in imitates ${Object.keys(service.operations).join(', ')} of ${service.name}, not ${name}`,
    );
  }
  requireSignature(service, request);
  const fault = take(name);
  if (latency() > 0) await sleep(latency());
  if (fault?.kind === 'refuse') {
    throw new ServiceError(fault.code, fault.message, { status: fault.status });
  }
  if (fault?.kind === 'drop') return { kind: 'dropped' };
  const fields = fieldsOf(parseJson(body), service.missing);
  fields.allowOnly(operation.takes, name);
  const origin = `http://${request.headers.host ?? '127.0.0.1'}`;
  const output = await operation.run(fields, { origin, gone: signal });
  return fault?.kind === 'do_then_drop' ? { kind: 'dropped' } : { kind: 'done', output };
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > BODY_BYTES_MAX) {
      throw new ServiceError(
        'RequestEntityTooLargeException',
        `a request holds at most ${BODY_BYTES_MAX} bytes`,
        { status: 413 },
      );
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const operationName = (service: JsonService, request: IncomingMessage): string => {
  const target = request.headers['x-amz-target'];
  const prefix = `${service.target}.`;
  if (request.method === 'POST' && typeof target === 'string' && target.startsWith(prefix)) {
    return target.slice(prefix.length);
  }
  throw new ServiceError(
    'UnknownOperationException',
    `expected POST with X-Amz-Target: ${prefix}<operation>, got ${request.method} with ${String(target)}`,
  );
};

const requireSignature = (service: JsonService, request: IncomingMessage): void => {
  const authorization = request.headers.authorization ?? '';
  const scope = `/${service.name}/aws4_request`;
  if (authorization.startsWith('AWS4-HMAC-SHA256 Credential=') && authorization.includes(scope)) {
    return;
  }
  throw new ServiceError(
    'MissingAuthenticationTokenException',
    `the request carries no SigV4 signature for ${service.name}`,
    { status: 403 },
  );
};

/** What is no JSON is `undefined`, which the fields refuse. */
const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const refusalOf = (error: unknown): Reply => {
  if (error instanceof ServiceError) return { kind: 'refused', error };
  console.error('a stand-in failed; this is a mistake in the stand-in', error);
  return {
    kind: 'refused',
    error: new ServiceError('InternalFailure', String(error), { status: 500 }),
  };
};

const send = (service: JsonService, response: ServerResponse, reply: Reply): void => {
  if (reply.kind === 'dropped') {
    response.destroy();
    return;
  }
  response.setHeader('Date', new Date(service.now() * 1_000).toUTCString());
  response.setHeader('Content-Type', `application/x-amz-json-${service.version}`);
  response.setHeader('x-amzn-RequestId', randomUUID());
  if (reply.kind === 'done') {
    response.end(JSON.stringify(reply.output));
    return;
  }
  const { code, message, status, queryCode } = reply.error;
  response.statusCode = status;
  if (service.name === 'sqs') {
    const side = status < 500 ? 'Sender' : 'Receiver';
    response.setHeader('x-amzn-query-error', `${queryCode};${side}`);
  }
  response.end(JSON.stringify({ __type: `${service.errorPrefix}${code}`, message }));
};
