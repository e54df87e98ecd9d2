import { accessTokens } from '../../functions/adapters/access-tokens.ts';
import { isHashOf } from '../../functions/adapters/credential-hash.ts';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { frontSecret } from '../../functions/adapters/front-secret.ts';
import type { ClientClass } from '../../functions/core/client-class.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { Customer } from '../../functions/core/customer.ts';
import type { Identity } from '../../functions/core/identity.ts';
import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import type { PullRequest } from '../../functions/core/pull-request.ts';
import { pullSecretOf } from '../../functions/core/pull-secret.ts';
import { DAY } from '../../functions/core/time.ts';
import { type GatewaySettings, gateway } from '../../functions/http/gateway.ts';
import type { RawRequest, RawResponse } from '../../functions/http/raw.ts';
import { issueAccessToken } from '../../functions/usecases/issue-access-token.ts';
import { catalog, customer, NOW, windowOf } from './builders.ts';
import { recordingReport } from './recordings.ts';

const FRONT = 'secret-of-the-front-0123456789abcdef';
const TOKEN_SECRET = 'secret-of-the-tokens-0123456789abcdef';
export const ORIGIN = 'https://registry.vendor.com';
export const RENEWAL_URL = 'https://acme.example/renew';
const CREDENTIAL_ID = 'Cred00000001';
export const SECRET = pullSecretOf(CREDENTIAL_ID, 'r'.repeat(43));
export const OTHER_SECRET = pullSecretOf(CREDENTIAL_ID, 's'.repeat(43));

export const basic = (username: string, secret: string): string =>
  `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;

/** As the client sees an answer once the front's second function has restored it. */
export type Seen = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

const seen = ({ status, headers, body }: RawResponse): Seen => {
  const { 'x-wharfage-status': real, 'x-wharfage-challenge': challenge, ...rest } = headers;
  return {
    status: Number(real ?? status),
    headers: challenge === undefined ? rest : { ...rest, 'www-authenticate': challenge },
    text: Buffer.from(body).toString(),
  };
};

/** The gateway with real secrets and tokens, over one customer and an answer that the test sets. */
export const gatewayWorld = (settings: Partial<GatewaySettings> = {}) => {
  const report = recordingReport();
  const counts = { reads: 0, hashes: 0, frontReads: 0 };
  const asked: { identity: Identity; request: PullRequest; host: string }[] = [];
  const world = {
    now: NOW,
    fault: undefined as Error | undefined,
    customer: customer({ windows: [windowOf('app')] }) as Customer,
    credential: {
      credentialId: CREDENTIAL_ID,
      customerId: 'cus_Nova',
      hash: credentialMint.hashOf(SECRET),
      label: 'first',
      createdAt: NOW - DAY,
      claimBy: NOW + DAY,
      claimedAt: NOW - DAY,
    } as Credential,
    answer: { kind: 'pong' } as PullAnswer,
  };
  const clock = () => world.now;
  const tokens = accessTokens({
    readSecret: async () => JSON.stringify({ current: TOKEN_SECRET }),
  });
  const deployed = catalog();
  const readPull = async ({ customerId }: { readonly customerId: string }) => {
    counts.reads += 1;
    if (world.fault !== undefined) throw world.fault;
    if (customerId !== world.customer.customerId) return {};
    return { customer: world.customer, credential: world.credential };
  };
  const issue = issueAccessToken({
    pulls: { readPull },
    tokens,
    ledger: { noteUse: async () => {}, notePull: async () => {} },
    isHashOf: (hash, text) => {
      counts.hashes += 1;
      return isHashOf(hash, text);
    },
    catalogs: async () => ({ deployed, accepted: deployed }),
    clock,
    report,
  });
  const isFront = frontSecret({
    readSecret: async () => {
      counts.frontReads += 1;
      return JSON.stringify({ current: FRONT });
    },
  });
  const handle = gateway(
    {
      isFront,
      tokens,
      issue,
      answer: async (identity, request, host) => {
        asked.push({ identity, request, host });
        return world.answer;
      },
      clock,
      report,
    },
    { renewalUrl: RENEWAL_URL, manifestHead: 'full', ...settings },
  );
  /** As sent to the function itself; `ask` goes through the front. */
  const send = ({
    method = 'GET',
    rawPath = '/v2/',
    rawQuery = '',
    headers = {},
    body = new Uint8Array(),
  }: Partial<RawRequest>): Promise<RawResponse> =>
    handle({ method, rawPath, rawQuery, headers, body });
  const ask = async (rawPath: string, given: Partial<RawRequest> = {}): Promise<Seen> => {
    const front = { 'x-wharfage-front': FRONT, 'x-wharfage-origin': ORIGIN };
    return seen(await send({ ...given, rawPath, headers: { ...given.headers, ...front } }));
  };
  const token = (clientClass: ClientClass = 'd', given: Partial<Identity> = {}) =>
    tokens.issueToken({
      customerId: 'cus_Nova',
      credentialId: CREDENTIAL_ID,
      clientClass,
      expiresAt: world.now + 3_600,
      ...given,
    });
  const pull = async (
    rawPath: string,
    given: Partial<RawRequest> & { readonly clientClass?: ClientClass } = {},
  ): Promise<Seen> => {
    const authorization = `Bearer ${await token(given.clientClass)}`;
    return ask(rawPath, { ...given, headers: { authorization, ...given.headers } });
  };
  return { world, counts, asked, report, send, ask, token, pull, front: FRONT };
};
