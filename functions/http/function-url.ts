import type { LambdaFunctionURLEvent } from 'aws-lambda';
import type { RawRequest, RawResponse } from './raw.ts';

type Result = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A Lambda Function URL in front of something that turns a Request into a Response. */
export const functionUrl =
  (handle: (request: Request) => Promise<Response>) =>
  async (event: LambdaFunctionURLEvent): Promise<Result> => {
    const request = parseRequest(event);
    const response =
      request === undefined ? new Response('bad request', { status: 400 }) : await handle(request);
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };

type RawResult = Result & { readonly isBase64Encoded: true };

/**
 * The same for something that needs a path nobody has resolved and bytes nobody has recoded: an
 * answer always travels in base64.
 */
export const rawFunctionUrl =
  (handle: (request: RawRequest) => Promise<RawResponse>) =>
  async (event: LambdaFunctionURLEvent): Promise<RawResult> => {
    const { status, headers, body } = await handle({
      method: event.requestContext.http.method,
      rawPath: event.rawPath,
      rawQuery: event.rawQueryString,
      headers: lowerCased(event.headers),
      body: bytesOf(event),
    });
    return {
      statusCode: status,
      headers,
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    };
  };

const lowerCased = (
  headers: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );

/** The request with the bytes that came over the wire; `undefined` for what `Request` cannot hold. */
const parseRequest = (event: LambdaFunctionURLEvent): Request | undefined => {
  const { method } = event.requestContext.http;
  const url = `https://function-url.invalid${event.rawPath}?${event.rawQueryString}`;
  try {
    const headers = new Headers();
    for (const [name, value] of Object.entries(event.headers)) headers.set(name, value ?? '');
    const body = method === 'GET' || method === 'HEAD' ? null : bytesOf(event);
    return new Request(url, { method, headers, body });
  } catch {
    // TypeError: a method, a URL or a header value that the Fetch standard does not allow.
    return undefined;
  }
};

/** Lambda encodes what is not text, and never undoes a content coding: nothing here inflates. */
const bytesOf = ({ body, isBase64Encoded }: LambdaFunctionURLEvent): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'));
