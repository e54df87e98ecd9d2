import { credentialStateOf } from '../core/credential-state.ts';
import type { Clock, CredentialStore } from '../ports.ts';
import type { Finding } from './finding.ts';
import type { Surveyed } from './survey-customers.ts';

export type CredentialDeps = {
  readonly credentials: Pick<CredentialStore, 'listCredentials'>;
  readonly clock: Clock;
};

/** Secrets that exist against credentials that wait to be claimed: each should have the other. */
export const diagnoseCredentials =
  (deps: CredentialDeps) =>
  async (
    sealedIds: readonly string[],
    surveyed: ReadonlyMap<string, Surveyed>,
  ): Promise<readonly Finding[]> => {
    const findings: Finding[] = [];
    const owned = new Set<string>();
    for (const { customerId, sealed } of surveyed.values()) {
      if (sealed.length === 0) continue;
      for (const credentialId of sealed) owned.add(credentialId);
      findings.push(...(await compare(deps, customerId, new Set(sealedIds))));
    }
    return [...findings, ...sealedIds.filter((id) => !owned.has(id)).map(strayFinding)];
  };

const compare = async (
  { credentials, clock }: CredentialDeps,
  customerId: string,
  sealedIds: ReadonlySet<string>,
): Promise<readonly Finding[]> =>
  (await credentials.listCredentials(customerId)).flatMap((credential): Finding[] => {
    const { credentialId } = credential;
    const { kind } = credentialStateOf(credential, clock());
    const isSealed = sealedIds.has(credentialId);
    if (kind === 'waiting') {
      return isSealed
        ? []
        : [
            {
              area: 'credentials',
              what: `credential ${credentialId} of ${customerId} waits to be claimed and has no secret`,
              cause: 'the secret was deleted by hand',
              mend: `wharfage credential retire ${customerId} --credential ${credentialId}, then wharfage credential rotate ${customerId}`,
            },
          ];
    }
    return isSealed
      ? [
          {
            area: 'credentials',
            what: `credential ${credentialId} of ${customerId} is ${kind} and its secret still exists`,
            cause: 'a claim or a retirement was cut off before it deleted the secret',
            mend: `wharfage credential rotate ${customerId}, or wharfage credential retire ${customerId} --credential ${credentialId} if the customer does not have it`,
          },
        ]
      : [];
  });

const strayFinding = (credentialId: string): Finding => ({
  area: 'credentials',
  what: `the sealed secret of credential ${credentialId} belongs to no customer`,
  cause: 'the customer’s item was lost, or the secret was made by hand',
  mend: `delete the secret whose name ends with /${credentialId}`,
});
