import type { RawRequest, RawResponse } from './raw.ts';

/** `https://registry.vendor.com`; without TLS only on this machine. */
const ORIGIN = /^(?:https:\/\/[a-z0-9.-]+|http:\/\/(?:127\.0\.0\.1|localhost))(?::\d{1,5})?$/;
const SECRET_CHARACTERS_MAX = 256;

/**
 * The public origin of a request that came through the front, which alone knows the secret;
 * `undefined` for any other. The origin is the front's word, never the client's `Host`.
 */
export const originOf = async (
  { headers }: RawRequest,
  isFront: (secret: string) => Promise<boolean>,
): Promise<string | undefined> => {
  const secret = headers['x-wharfage-front'] ?? '';
  if (secret === '' || secret.length > SECRET_CHARACTERS_MAX) return undefined;
  if (!(await isFront(secret))) return undefined;
  const origin = headers['x-wharfage-origin'] ?? '';
  return ORIGIN.test(origin) ? origin : undefined;
};

/** It says that it comes from the front: what that proves, only the secret decides. */
export const namesOrigin = ({ headers }: RawRequest): boolean =>
  headers['x-wharfage-origin'] !== undefined;

/** Says nothing about what is here: whoever reads it went round the front. */
export const notThroughFront: RawResponse = {
  status: 403,
  headers: { 'content-type': 'text/plain', 'cache-control': 'private, no-store' },
  body: new TextEncoder().encode('forbidden'),
};
