import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import type { EpochSeconds } from '../../functions/core/time.ts';

/** The request as Lambda describes it to the function. */
export const eventOf = (
  request: IncomingMessage,
  body: Buffer,
  now: EpochSeconds,
): LambdaFunctionURLEvent => {
  const headers = headersOf(request);
  const { rawPath, rawQueryString } = targetOf(request);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...cookiesOf(headers),
    headers,
    ...parametersOf(rawQueryString),
    requestContext: contextOf(request, headers, now),
    ...bodyOf(body, headers),
  };
};

type Headers = Record<string, string>;

const contextOf = (
  request: IncomingMessage,
  headers: Headers,
  now: EpochSeconds,
): LambdaFunctionURLEvent['requestContext'] => ({
  accountId: 'anonymous',
  apiId: 'local',
  domainName: headers.host ?? '',
  domainPrefix: 'local',
  http: {
    method: request.method ?? 'GET',
    path: targetOf(request).rawPath,
    protocol: `HTTP/${request.httpVersion}`,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    userAgent: headers['user-agent'] ?? '',
  },
  requestId: randomUUID(),
  routeKey: '$default',
  stage: '$default',
  time: logTime(now),
  timeEpoch: now * 1_000,
});

const targetOf = ({ url = '/' }: IncomingMessage) => {
  const [rawPath = '/', ...rest] = url.split('?');
  return { rawPath, rawQueryString: rest.join('?') };
};

const headersOf = (request: IncomingMessage): Headers => ({
  ...Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values = []]) => [
      name,
      values.join(name === 'cookie' ? '; ' : ','),
    ]),
  ),
  'x-forwarded-for': request.socket.remoteAddress ?? '127.0.0.1',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '443',
});

const cookiesOf = ({ cookie }: Headers): Pick<LambdaFunctionURLEvent, 'cookies'> =>
  cookie === undefined ? {} : { cookies: cookie.split('; ') };

const bodyOf = (
  body: Buffer,
  headers: Headers,
): Pick<LambdaFunctionURLEvent, 'body' | 'isBase64Encoded'> => {
  if (body.length === 0) return { isBase64Encoded: false };
  return isText(headers['content-type'] ?? '')
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
};

const isText = (contentType: string): boolean =>
  /^(text\/|application\/json\s*(;|$))/i.test(contentType);

const parametersOf = (query: string): Pick<LambdaFunctionURLEvent, 'queryStringParameters'> => {
  if (query === '') return {};
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters[name];
    parameters[name] = before === undefined ? value : `${before},${value}`;
  }
  return { queryStringParameters: parameters };
};

/** `21/Nov/2026:11:32:55 +0000` */
const logTime = (now: EpochSeconds): string => {
  const [, day, month, year, time] = new Date(now * 1_000).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
};
