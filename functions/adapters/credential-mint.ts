import { createHash, randomBytes } from 'node:crypto';
import { base62Of, pullSecretOf } from '../core/pull-secret.ts';
import type { Mint } from '../ports.ts';

const ID_DIGITS = 12;
const SECRET_BYTES = 32;
const SECRET_DIGITS = 43;

/** Identifiers and secrets from the system's random source. */
export const credentialMint: Mint = {
  // Twelve digits of a far longer number: without that, some first digits would be likelier.
  credentialId: () => randomBase62(SECRET_BYTES, SECRET_DIGITS).slice(-ID_DIGITS),
  secretText: (credentialId) =>
    pullSecretOf(credentialId, randomBase62(SECRET_BYTES, SECRET_DIGITS)),
  hashOf: (secretText) => `sha256:${createHash('sha256').update(secretText).digest('hex')}`,
};

const randomBase62 = (bytes: number, digits: number): string =>
  base62Of(BigInt(`0x${randomBytes(bytes).toString('hex')}`), digits);
