/**
 * A Lambda Function URL on loopback, payload format 2.0, buffered. What it imitates, and where that is known from:
 * - the event's shape: lower-case headers, several values joined by commas, cookies apart, `rawPath` and
 *   `rawQueryString` as sent, parameters decoded and joined [V: AWS's sample events; types]
 * - a body that is neither text/* nor application/json arrives in base64 [3P: an AWS talk of 2022]
 * - a result without statusCode is the body of a 200, as JSON; content type application/json unless said [V]
 * - an exception is a 502 [V]; request and response of at most 6 MB, 413 and 502 beyond [V limit; I status]
 * - WWW-Authenticate, Date, Server, User-Agent and Content-MD5 of an answer arrive as x-amzn-Remapped-… [V for REST
 *   APIs, 3P for Function URLs]
 * - HEAD: the handler's body is not sent, and Content-Length is its length [I: `npx wharfage probe` asks the real one];
 *   neither is sent for 204 and 304 [I]
 * Not imitated: IAM authorisation, streaming, TLS, throttling.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import type { EpochSeconds } from '../../functions/core/time.ts';
import { closeServer, listenOn } from '../aws/listen.ts';
import { readBody } from '../read-body.ts';
import { contextFor, type LambdaContext, throughJson } from './context.ts';
import { type Answer, answerOf } from './url-answer.ts';
import { eventOf } from './url-event.ts';

export type FunctionUrlOptions = {
  readonly functionName: string;
  readonly handler: (event: LambdaFunctionURLEvent, context: LambdaContext) => Promise<unknown>;
  readonly now: () => EpochSeconds;
  readonly port?: number;
  readonly report: (message: string, error: unknown) => void;
};

export type FunctionUrl = { readonly url: string; close(): Promise<void> };

const BODY_BYTES_MAX = 6 * 1024 * 1024;
/** More than CloudFront passes on. */
const HEADER_BYTES_MAX = 64 * 1024;

export const startFunctionUrl = async (options: FunctionUrlOptions): Promise<FunctionUrl> => {
  const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX }, (request, response) => {
    serve(options, request)
      .then((answer) => send(response, answer))
      .catch((error: unknown) => {
        options.report(`no answer of ${options.functionName} could be sent`, error);
        response.destroy();
      });
  });
  const url = await listenOn(server, options.port ?? 0);
  return { url, close: () => closeServer(server) };
};

const plain = (status: number, text: string): Answer => ({
  status,
  headers: [['content-type', 'text/plain']],
  body: Buffer.from(text),
});

const serve = async (options: FunctionUrlOptions, request: IncomingMessage): Promise<Answer> => {
  const body = await readBody(request, BODY_BYTES_MAX);
  if (body === 'too large') return plain(413, 'Request Entity Too Large');
  try {
    const event = eventOf(request, body, options.now());
    const result = await options.handler(throughJson(event), contextFor(options.functionName));
    const answer = answerOf(throughJson(result));
    if (answer.body.length <= BODY_BYTES_MAX) return answer;
    throw new Error(`the answer has ${answer.body.length} bytes, at most ${BODY_BYTES_MAX} fit`);
  } catch (error) {
    options.report(`${options.functionName} failed`, error);
    return plain(502, 'Internal Server Error');
  }
};

const NO_BODY = [204, 304];

const send = (response: ServerResponse, { status, headers, body }: Answer): void => {
  response.statusCode = status;
  for (const [name, value] of headers) response.appendHeader(name, value);
  // For a HEAD as well: Node leaves the body out and keeps its length.
  if (!NO_BODY.includes(status)) response.setHeader('content-length', body.length);
  response.end(body);
};
