import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { shown } from './bad-input.ts';

/*
 * Everything here can be reached by any page that the same browser shows. So: only under a loopback
 * name, which a name that somebody points at 127.0.0.1 is not; changes only from this page itself, or
 * from a program that is no browser; and only as JSON, which a form of another site cannot send.
 */

const HOSTNAMES = ['127.0.0.1', 'localhost'];
const OWN_SITES = ['same-origin', 'none'];

const BODY_BYTES_MAX = 64 * 1024;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

export const safeHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
};

export const loopbackOnly: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host') ?? '';
  if (HOSTNAMES.includes(host.replace(/:\d+$/, ''))) return next();
  return refuse(c, 403, `this page answers as 127.0.0.1 or localhost only, not as ${shown(host)}`);
};

export const ownChangesOnly: MiddlewareHandler = async (c, next) => {
  if (c.req.method === 'GET') return next();
  const { req } = c;
  const origin = req.header('origin');
  if (origin !== undefined && origin !== `http://${req.header('host') ?? ''}`) {
    return refuse(
      c,
      403,
      `changes are taken from this page itself only, not from ${shown(origin)}`,
    );
  }
  const site = req.header('sec-fetch-site');
  if (site !== undefined && !OWN_SITES.includes(site)) {
    return refuse(
      c,
      403,
      `changes are taken from this page itself only, and this one is ${shown(site)}`,
    );
  }
  const type = req.header('content-type');
  if (type?.split(';')[0]?.trim() !== 'application/json') {
    return refuse(c, 415, `the content type is ${shown(type)}: application/json is needed`);
  }
  return next();
};

export const KEY_HEADER = 'x-wharfage-local-key';

/** Others on this machine reach loopback as well: what reads files asks for what only their owner can know. */
export const keyHoldersOnly =
  (key: string): MiddlewareHandler =>
  async (c, next) => {
    if (isEqual(c.req.header(KEY_HEADER) ?? '', key)) return next();
    return refuse(c, 403, `${KEY_HEADER} is missing or wrong: npm run local -- add knows it`);
  };

const isEqual = (given: string, wanted: string): boolean =>
  timingSafeEqual(hashOf(given), hashOf(wanted));

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

export const smallBodiesOnly: MiddlewareHandler = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: (c) => refuse(c, 413, `the body is too large: ${BODY_BYTES_MAX} bytes are allowed`),
});

type Refusal = 400 | 403 | 404 | 409 | 413 | 415 | 500;

/** Every error of this interface is one sentence. */
export const refuse = (c: Context, status: Refusal, error: string): Response =>
  c.json({ error }, status);
