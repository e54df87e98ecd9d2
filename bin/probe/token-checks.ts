import type { ClientClass } from '../../functions/core/client-class.ts';
import { type Check, CLASS_NAMES, errorOf, type Gateway, jsonOf, judged, unless } from './check.ts';
import type { WireAnswer } from './wire.ts';

export type Login = { readonly username: string; readonly secret: string };

const DEPLOY = 'deploy this version again: cdk deploy';

export type TokenOutcome =
  | { readonly kind: 'token'; readonly text: string; readonly answer: WireAnswer }
  | { readonly kind: 'refused'; readonly answer: WireAnswer };

/** Asks as a client of this class does; `scope` names what it is about to pull. */
export const fetchToken = async (
  gateway: Gateway,
  clientClass: ClientClass,
  { username, secret }: Login,
  scope: string,
): Promise<TokenOutcome> => {
  const query = new URLSearchParams({ service: gateway.host, ...(scope === '' ? {} : { scope }) });
  const authorization = `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
  const answer = await gateway.ask(`/token/${clientClass}?${query}`, {
    headers: { authorization },
  });
  const { token } = (jsonOf(answer) ?? {}) as { readonly token?: unknown };
  return answer.status === 200 && typeof token === 'string'
    ? { kind: 'token', text: token, answer }
    : { kind: 'refused', answer };
};

/** Why a login failed, in the gateway's own words. */
export const refusalOf = (answer: WireAnswer): string => {
  const error = errorOf(answer);
  return `${answer.status}${error === undefined ? '' : ` ${error.code}: ${error.message}`}`;
};

export const checkToken = (clientClass: ClientClass, answer: WireAnswer): Check => {
  const body = (jsonOf(answer) ?? {}) as Readonly<Record<string, unknown>>;
  const { token, access_token: accessToken, expires_in: expiresIn } = body;
  const unwanted = ['refresh_token', 'issued_at'].filter((name) => name in body);
  return judged(
    `access token, ${CLASS_NAMES[clientClass]}`,
    `200, lives ${String(expiresIn)} seconds`,
    [
      unless(token === accessToken, 'token and access_token differ', DEPLOY),
      unless(
        Number.isInteger(expiresIn) && Number(expiresIn) >= 60,
        `expires_in is ${JSON.stringify(expiresIn)}`,
        DEPLOY,
      ),
      unless(unwanted.length === 0, `the answer has ${unwanted.join(' and ')}`, DEPLOY),
      unless(
        (answer.headers.get('cache-control') ?? '').includes('no-store'),
        'the answer may be cached',
        DEPLOY,
      ),
    ],
  );
};

/** A token of more than an hour ago: clients fetch another only when they are told why. */
export const checkOldToken = async (gateway: Gateway, token: string): Promise<Check> => {
  const answer = await gateway.ask('/v2/', { headers: { authorization: `Bearer ${token}` } });
  const name = 'expired token';
  if (answer.status === 200) {
    return {
      name,
      outcome: 'unknown',
      what: 'the token of --old-token-file is still valid',
      change: 'tokens live an hour: try again later',
    };
  }
  const challenge = answer.headers.get('www-authenticate') ?? '';
  return judged(name, '401 with error="invalid_token"', [
    unless(answer.status === 401, `it is answered ${answer.status}`, DEPLOY),
    unless(
      challenge.includes('error="invalid_token"'),
      'the challenge does not say error="invalid_token"',
      DEPLOY,
    ),
  ]);
};
