import type { Refusal } from '../core/refusal.ts';
import type { RawRequest } from './raw.ts';

/** What a client sends to exchange its credential, by either of the two protocols. */
export type TokenRequest = {
  readonly username: string;
  readonly secret: string;
  readonly scopes: readonly string[];
};

type Parsed =
  | { readonly kind: 'asked'; readonly asked: TokenRequest }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const CHARACTERS_MAX = 1024 * 1024;
const HEADER_CHARACTERS_MAX = 4_096;

/** GET with Basic, or POST of a form with the password grant; clients fall back from the second to the first. */
export const parseTokenRequest = (request: RawRequest): Parsed => {
  const { method } = request;
  if (method === 'GET') return parseGet(request);
  if (method === 'POST') return parsePost(request);
  return refused({ kind: 'method_refused', method, allow: 'GET, POST' });
};

const parseGet = ({ headers, rawQuery }: RawRequest): Parsed => {
  if (rawQuery.length > CHARACTERS_MAX) return malformed('the query is too long');
  const header = headers.authorization;
  if (header === undefined) return refused({ kind: 'no_credential' });
  const credential = parseBasic(header);
  if (credential === undefined) return refused({ kind: 'wrong_credential' });
  const scopes = new URLSearchParams(rawQuery).getAll('scope');
  return { kind: 'asked', asked: { ...credential, scopes } };
};

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

/** Split at the first colon only: what comes after it is the secret, colons and all. */
const parseBasic = (header: string): Omit<TokenRequest, 'scopes'> | undefined => {
  const encoded = header.length > HEADER_CHARACTERS_MAX ? undefined : BASIC.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), secret: text.slice(colon + 1) };
};

const FORM = /^application\/x-www-form-urlencoded *(?:;|$)/i;

const parsePost = ({ headers, body }: RawRequest): Parsed => {
  if (!FORM.test(headers['content-type'] ?? '')) return malformed('a form is needed');
  if (body.length > CHARACTERS_MAX) return malformed('the form is too long');
  const form = new URLSearchParams(new TextDecoder().decode(body));
  // Clients ask for refresh tokens, which would be a second secret to revoke: there are none.
  if (form.get('grant_type') !== 'password')
    return malformed('only grant_type=password is allowed');
  const username = form.get('username');
  const secret = form.get('password');
  if (username === null || secret === null) return malformed('username and password are needed');
  return { kind: 'asked', asked: { username, secret, scopes: form.getAll('scope') } };
};

const malformed = (text: string): Parsed => refused({ kind: 'invalid_token_request', text });

const refused = (refusal: Refusal): Parsed => ({ kind: 'refused', refusal });
