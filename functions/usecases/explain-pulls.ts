import { type CredentialState, credentialStateOf } from '../core/credential-state.ts';
import type { PullDay } from '../core/ledger.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { Clock, CredentialStore, Ledger } from '../ports.ts';

export type ExplainPullsDeps = {
  readonly ledger: Pick<Ledger, 'listPulls' | 'listUses'>;
  readonly credentials: Pick<CredentialStore, 'listCredentials'>;
  readonly clock: Clock;
};

export type ExplainedPulls = {
  /** Newest first. */
  readonly days: readonly PullDay[];
  readonly credentials: readonly {
    readonly credentialId: string;
    /** Absent when only the ledger still knows it: its customer was deleted. */
    readonly state?: CredentialState;
    readonly lastUsedAt?: EpochSeconds;
  }[];
};

/** What a customer pulled and was refused, and when each credential was last used. The ledger outlives its customer. */
export const explainPulls =
  ({ ledger, credentials, clock }: ExplainPullsDeps) =>
  async (customerId: string): Promise<ExplainedPulls> => {
    const [days, uses, stored] = await Promise.all([
      ledger.listPulls(customerId),
      ledger.listUses(customerId),
      credentials.listCredentials(customerId),
    ]);
    const now = clock();
    const known = new Map(stored.map((each) => [each.credentialId, credentialStateOf(each, now)]));
    const ids = [...new Set([...known.keys(), ...Object.keys(uses)])];
    return {
      days,
      credentials: ids.map((credentialId) => {
        const state = known.get(credentialId);
        const lastUsedAt = uses[credentialId];
        return {
          credentialId,
          ...(state === undefined ? {} : { state }),
          ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
        };
      }),
    };
  };
