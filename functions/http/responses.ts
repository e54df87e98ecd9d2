import type { RawResponse } from './raw.ts';

type Headers = Readonly<Record<string, string>>;

/** On every answer: `docker manifest` needs the version, and what was decided for one request is never kept. */
const ALWAYS: Headers = {
  'docker-distribution-api-version': 'registry/2.0',
  'cache-control': 'private, no-store',
};

const NO_BYTES = new Uint8Array();

export const response = (
  status: number,
  headers: Headers,
  body: Uint8Array = NO_BYTES,
): RawResponse => ({
  status,
  headers: {
    ...ALWAYS,
    ...(status === 304 ? {} : { 'content-length': String(body.length) }),
    ...headers,
  },
  body,
});

export const json = (status: number, value: unknown, headers: Headers = {}): RawResponse =>
  response(status, { 'content-type': 'application/json', ...headers }, encoded(value));

export const encoded = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(value));
