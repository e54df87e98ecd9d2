import { credentialMint } from './credential-mint.ts';
import { isSameText } from './same-text.ts';

/** Whether a stored hash is that of the secret that somebody sent. */
export const isHashOf = (hash: string, secretText: string): boolean =>
  isSameText(hash, credentialMint.hashOf(secretText));
