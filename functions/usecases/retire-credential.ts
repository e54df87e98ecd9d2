import type { Credential } from '../core/credential.ts';
import { type CredentialState, credentialStateOf, isValid } from '../core/credential-state.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { Clock, CredentialStore, SealedSecrets } from '../ports.ts';

export type RetireDeps = {
  readonly credentials: CredentialStore;
  readonly secrets: SealedSecrets;
  readonly clock: Clock;
};

export type RetireOutcome = {
  readonly retired: readonly string[];
  /** Asked for, and gone before. */
  readonly already: readonly { readonly credentialId: string; readonly state: CredentialState }[];
};

/** Retires at once one credential, or all of a customer's. Their secrets go too, claimed or not. */
export const retireCredentials =
  (deps: RetireDeps) =>
  async (
    customerId: string,
    which: { readonly credentialId: string } | 'all',
  ): Promise<RetireOutcome> => {
    const now = deps.clock();
    const stored = await deps.credentials.listCredentials(customerId);
    const chosen = stored.filter(
      ({ credentialId }) => which === 'all' || credentialId === which.credentialId,
    );
    for (const credential of chosen) await retireFrom(deps, credential, now);
    return {
      retired: chosen.filter((each) => isValid(each, now)).map(({ credentialId }) => credentialId),
      already: chosen
        .filter((each) => !isValid(each, now))
        .map((each) => ({
          credentialId: each.credentialId,
          state: credentialStateOf(each, now),
        })),
    };
  };

/** From then on it opens nothing. A secret that nobody may claim any more is no use to anyone. */
export const retireFrom = async (
  { credentials, secrets }: RetireDeps,
  { customerId, credentialId }: Pick<Credential, 'customerId' | 'credentialId'>,
  retiresAt: EpochSeconds,
): Promise<void> => {
  await credentials.retireCredential(customerId, credentialId, retiresAt);
  await secrets.destroySecret(credentialId);
};
