import type { Credential } from './credential.ts';
import type { EpochSeconds } from './time.ts';

/** Where a pull credential is in its life. The first three open what the customer is entitled to. */
export type CredentialState =
  | { readonly kind: 'waiting'; readonly claimBy: EpochSeconds }
  | { readonly kind: 'active'; readonly claimedAt: EpochSeconds }
  | { readonly kind: 'retiring'; readonly retiresAt: EpochSeconds }
  | { readonly kind: 'retired'; readonly retiredAt: EpochSeconds }
  /** Nobody claimed it in time. */
  | { readonly kind: 'unclaimed'; readonly since: EpochSeconds };

export const credentialStateOf = (
  { claimBy, claimedAt, retiresAt }: Credential,
  now: EpochSeconds,
): CredentialState => {
  if (retiresAt !== undefined && retiresAt <= now) return { kind: 'retired', retiredAt: retiresAt };
  if (claimedAt === undefined) {
    return claimBy <= now ? { kind: 'unclaimed', since: claimBy } : { kind: 'waiting', claimBy };
  }
  return retiresAt === undefined ? { kind: 'active', claimedAt } : { kind: 'retiring', retiresAt };
};

/** It opens something, or will once it is claimed. */
export const isValid = (credential: Credential, now: EpochSeconds): boolean => {
  const { kind } = credentialStateOf(credential, now);
  return kind === 'waiting' || kind === 'active' || kind === 'retiring';
};
