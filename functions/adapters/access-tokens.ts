import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseClass } from '../core/client-class.ts';
import type { Identity } from '../core/identity.ts';
import { type EpochSeconds, MINUTE } from '../core/time.ts';
import type { AccessTokens } from '../ports.ts';
import { parseSecretPair } from './secret-pair.ts';

const FORM = {
  pattern: /^[\x21-\x7e]{32,256}$/,
  name: 'the secret of the access tokens',
  example: '32 characters or more',
};

/** Clients send it with every request, and some keep headers short. */
const TOKEN_CHARACTERS_MAX = 512;
const TOKEN = /^[A-Za-z0-9_-]{64,512}$/;
const SIGNATURE_BYTES = 32;
/** One function's clock may be ahead of another's: the client was promised the whole hour. */
const SKEW_SECONDS = 5 * MINUTE;

/**
 * Access tokens that point at a credential and say nothing of what it opens: signed, so that checking
 * one needs no read, and opaque to whoever carries it.
 */
export const accessTokens = ({
  readSecret,
}: {
  /** The secret's text, `{"current":"…","previous":"…"}`. */
  readonly readSecret: () => Promise<string>;
}): AccessTokens => ({
  issueToken: async (identity) => {
    const { current } = parseSecretPair(await readSecret(), FORM);
    const payload = Buffer.from(payloadOf(identity));
    const text = Buffer.concat([payload, signatureOf(payload, current)]).toString('base64url');
    if (text.length <= TOKEN_CHARACTERS_MAX) return text;
    throw new Error(
      `an access token for ${identity.customerId} would have ${text.length} characters, at most ${TOKEN_CHARACTERS_MAX} are allowed`,
    );
  },
  verifyToken: async (text, now) => {
    const signed = parseToken(text);
    if (signed === undefined) return { kind: 'invalid' };
    const { current, previous } = parseSecretPair(await readSecret(), FORM);
    const isOurs =
      isSignedWith(signed, current) || (previous !== undefined && isSignedWith(signed, previous));
    const identity = isOurs ? parsePayload(signed.payload.toString()) : undefined;
    return identity === undefined ? { kind: 'invalid' } : verified(identity, now);
  },
});

const verified = (identity: Identity, now: EpochSeconds) =>
  now < identity.expiresAt + SKEW_SECONDS
    ? ({ kind: 'valid', identity } as const)
    : ({ kind: 'expired' } as const);

type Signed = { readonly payload: Buffer; readonly signature: Buffer };

/** Only the one way of writing these bytes: Node reads stray characters and stray bits as well. */
const parseToken = (text: string): Signed | undefined => {
  if (!TOKEN.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) return undefined;
  return {
    payload: bytes.subarray(0, -SIGNATURE_BYTES),
    signature: bytes.subarray(-SIGNATURE_BYTES),
  };
};

const isSignedWith = ({ payload, signature }: Signed, secret: string): boolean =>
  timingSafeEqual(signature, signatureOf(payload, secret));

const signatureOf = (payload: Buffer, secret: string): Buffer =>
  createHmac('sha256', secret).update(payload).digest();

const VERSION = '1';
const SEPARATOR = ' ';

const payloadOf = ({ clientClass, expiresAt, credentialId, customerId }: Identity): string =>
  [VERSION, clientClass, expiresAt, credentialId, customerId].join(SEPARATOR);

/** What we signed ourselves; of another version after a deployment that changed the form. */
const parsePayload = (text: string): Identity | undefined => {
  const [version, classText = '', expiry, credentialId = '', customerId = ''] =
    text.split(SEPARATOR);
  const clientClass = parseClass(classText);
  if (version !== VERSION || clientClass === undefined) return undefined;
  return { clientClass, expiresAt: Number(expiry), credentialId, customerId };
};
