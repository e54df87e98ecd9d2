import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { rawFunctionUrl } from '../../functions/http/function-url.ts';
import type { RawRequest } from '../../functions/http/raw.ts';

const event = (given: object): LambdaFunctionURLEvent =>
  ({
    rawPath: '/v2/../a//b%2f',
    rawQueryString: 'n=1&last=a%20b',
    headers: { 'User-Agent': 'docker/28', authorization: 'Basic a', 'x-none': undefined },
    requestContext: { http: { method: 'GET' } },
    isBase64Encoded: false,
    ...given,
  }) as unknown as LambdaFunctionURLEvent;

const handled = async (given: object) => {
  const requests: RawRequest[] = [];
  const body = new Uint8Array([0, 0xff, 0x0a]);
  const result = await rawFunctionUrl(async (request) => {
    requests.push(request);
    return { status: 201, headers: { etag: '"a"' }, body };
  })(event(given));
  return { request: requests[0], result };
};

it('a request keeps its path and query as they were sent, and its headers in lower case', async () => {
  const { request } = await handled({});
  expect(request).toStrictEqual({
    method: 'GET',
    rawPath: '/v2/../a//b%2f',
    rawQuery: 'n=1&last=a%20b',
    headers: { 'user-agent': 'docker/28', authorization: 'Basic a' },
    body: new Uint8Array(),
  });
});

it.each([
  [{ body: 'grüße' }, Buffer.from('grüße')],
  [{ body: '/wA=', isBase64Encoded: true }, Buffer.from([0xff, 0])],
])('a body of %j keeps its bytes', async (given, expected) => {
  const { request } = await handled(given);
  expect(Buffer.from(request?.body ?? [])).toStrictEqual(expected);
});

it('an answer keeps its bytes, whatever they are', async () => {
  const { result } = await handled({});
  expect(result).toStrictEqual({
    statusCode: 201,
    headers: { etag: '"a"' },
    body: 'AP8K',
    isBase64Encoded: true,
  });
});
