import type { Credential } from '../core/credential.ts';
import { type CredentialState, credentialStateOf, isValid } from '../core/credential-state.ts';
import type { Clock, CredentialStore, Report, SealedSecrets } from '../ports.ts';

export type ClaimDeps = {
  readonly credentials: CredentialStore;
  readonly secrets: SealedSecrets;
  readonly report: Report;
  readonly clock: Clock;
};

export type ClaimRequest = {
  readonly customerId: string;
  /** Without it: the one credential that waits. */
  readonly credentialId?: string | undefined;
};

export type ClaimOutcome =
  | {
      readonly kind: 'claimed';
      readonly credentialId: string;
      readonly secretText: string;
      /** `left`: it could not be deleted yet, and the secret is shown all the same. */
      readonly sealedCopy: 'deleted' | 'left';
    }
  /** Claimed just now, but there was no secret any more: this credential can never be used. */
  | { readonly kind: 'lost'; readonly credentialId: string }
  | {
      readonly kind: 'refused';
      readonly credentialId: string;
      readonly state: Exclude<CredentialState, { kind: 'waiting' }>;
    }
  | { readonly kind: 'several'; readonly credentialIds: readonly string[] }
  | { readonly kind: 'none' };

/**
 * Hands out a credential's secret once. The conditional `claimedAt` comes first, so that of two
 * claimers one gets the secret and the other learns when; a crash after it loses the secret, never
 * shows it twice.
 */
export const claimCredential =
  (deps: ClaimDeps) =>
  async ({ customerId, credentialId }: ClaimRequest): Promise<ClaimOutcome> => {
    const stored = await deps.credentials.listCredentials(customerId);
    const candidates = candidatesOf(stored, credentialId, deps.clock());
    const [candidate, ...others] = candidates;
    if (candidate === undefined) return { kind: 'none' };
    if (others.length > 0) {
      return { kind: 'several', credentialIds: candidates.map((each) => each.credentialId) };
    }
    return claimOne(deps, candidate);
  };

const candidatesOf = (
  stored: readonly Credential[],
  credentialId: string | undefined,
  now: number,
): readonly Credential[] => {
  if (credentialId !== undefined)
    return stored.filter((each) => each.credentialId === credentialId);
  const waiting = stored.filter((each) => credentialStateOf(each, now).kind === 'waiting');
  if (waiting.length > 0) return waiting;
  // Nothing to claim: the newest says why, a valid one before any that is gone.
  const rank = (each: Credential): number => (isValid(each, now) ? 1 : 0);
  return stored.toSorted((a, b) => rank(b) - rank(a) || b.createdAt - a.createdAt).slice(0, 1);
};

const claimOne = async (
  { credentials, secrets, report, clock }: ClaimDeps,
  { customerId, credentialId }: Credential,
): Promise<ClaimOutcome> => {
  const now = clock();
  const claim = await credentials.claimCredential(customerId, credentialId, now);
  if (claim.kind === 'refused') {
    const state = claim.credential && credentialStateOf(claim.credential, now);
    return state === undefined || state.kind === 'waiting'
      ? { kind: 'none' }
      : { kind: 'refused', credentialId, state };
  }
  const secretText = await readSecret(secrets, credentialId);
  if (secretText === undefined) return { kind: 'lost', credentialId };
  const claimed = { kind: 'claimed', credentialId, secretText } as const;
  try {
    await secrets.destroySecret(credentialId);
    return { ...claimed, sealedCopy: 'deleted' };
  } catch {
    // The secret is in hand and must reach the customer; the next sync after its time deletes the copy.
    report.log('a claimed secret could not be deleted yet', { customerId, credentialId });
    return { ...claimed, sealedCopy: 'left' };
  }
};

const readSecret = async (
  secrets: SealedSecrets,
  credentialId: string,
): Promise<string | undefined> => {
  try {
    return await secrets.findSecret(credentialId);
  } catch (cause) {
    throw new Error(
      `credential ${credentialId} is now marked as claimed, but its secret could not be read: rotate to get another`,
      { cause },
    );
  }
};
