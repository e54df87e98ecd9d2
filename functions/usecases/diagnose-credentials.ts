import type { Credential } from '../core/credential.ts';
import { type CredentialState, credentialStateOf } from '../core/credential-state.ts';
import { type EpochSeconds, HOUR, MINUTE } from '../core/time.ts';
import type { Clock, CredentialStore } from '../ports.ts';
import { atOnce } from './at-once.ts';
import type { Finding } from './finding.ts';
import type { Surveyed } from './survey-customers.ts';

export type CredentialDeps = {
  readonly credentials: Pick<CredentialStore, 'listCredentials'>;
  readonly clock: Clock;
};

const READS_AT_ONCE = 10;

/** The list of secrets may be five minutes old, and nobody shall retire a credential for that. */
const SETTLED_AFTER_SECONDS = 10 * MINUTE;

/** Secrets that exist against credentials that wait to be claimed: each should have the other. */
export const diagnoseCredentials =
  (deps: CredentialDeps, onProgress: (done: number, total: number) => void) =>
  async (
    sealedIds: readonly string[],
    surveyed: ReadonlyMap<string, Surveyed>,
  ): Promise<readonly Finding[]> => {
    const existing = new Set(sealedIds);
    const owners = [...surveyed.values()].filter(({ sealed }) => sealed.length > 0);
    const owned = new Set(owners.flatMap(({ sealed }) => sealed));
    const findings: Finding[] = [];
    let done = 0;
    await atOnce(READS_AT_ONCE, owners, async ({ customerId }) => {
      findings.push(...(await compare(deps, customerId, existing)));
      done += 1;
      onProgress(done, owners.length);
    });
    return [...findings, ...sealedIds.filter((id) => !owned.has(id)).map(strayFinding)];
  };

const compare = async (
  { credentials, clock }: CredentialDeps,
  customerId: string,
  existing: ReadonlySet<string>,
): Promise<readonly Finding[]> => {
  const now = clock();
  return (await credentials.listCredentials(customerId)).flatMap((credential): Finding[] => {
    const { credentialId } = credential;
    const state = credentialStateOf(credential, now);
    const isSealed = existing.has(credentialId);
    const isRight = isSealed === (state.kind === 'waiting');
    if (isRight || now < changedAtOf(credential, state) + SETTLED_AFTER_SECONDS) return [];
    return [isSealed ? leftFinding(credential, state) : lostFinding(credential)];
  });
};

/** Since when its secret should be there, or should not. */
const changedAtOf = (
  { createdAt, claimedAt = createdAt }: Credential,
  state: CredentialState,
): EpochSeconds => {
  if (state.kind === 'retired') return state.retiredAt;
  // The sync that is due an hour after the claim's deadline deletes it.
  return state.kind === 'unclaimed' ? state.since + HOUR : claimedAt;
};

const lostFinding = ({ credentialId, customerId }: Credential): Finding => ({
  area: 'credentials',
  what: `credential ${credentialId} of ${customerId} waits to be claimed and has no secret`,
  cause: 'the secret was deleted by hand',
  mend: `wharfage credential retire ${customerId} --credential ${credentialId}, then wharfage credential rotate ${customerId}`,
});

const leftFinding = (
  { credentialId, customerId }: Credential,
  { kind }: CredentialState,
): Finding => ({
  area: 'credentials',
  what: `credential ${credentialId} of ${customerId} is ${kind} and its secret still exists`,
  cause: 'a claim or a retirement was cut off before it deleted the secret',
  mend: `if the customer has it, delete the secret whose name ends with /${credentialId}; if not, wharfage credential rotate ${customerId}`,
});

const strayFinding = (credentialId: string): Finding => ({
  area: 'credentials',
  what: `the sealed secret of credential ${credentialId} belongs to no customer`,
  cause: 'the customer’s item was lost, the secret was made by hand, or it was deleted minutes ago',
  mend: `wharfage doctor again in 10 minutes; if it still says so, delete the secret whose name ends with /${credentialId}`,
});
