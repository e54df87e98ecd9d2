import { randomUUID } from 'node:crypto';
import type { Credential } from '../core/credential.ts';
import type { CredentialStore } from '../ports.ts';
import { credentialOf } from './credential-item.ts';
import { findItem, listItems, putItem, type Table, updateItem } from './dynamo-table.ts';
import { CREDENTIAL_PREFIX, credentialKey, customerKey } from './table-keys.ts';

/** Hashes of pull credentials and when each was claimed and retired. */
export const dynamoCredentials = (table: Table): CredentialStore => ({
  putCredential: async (credential) => {
    const { customerId, credentialId } = credential;
    const key = credentialKey(customerId, credentialId);
    const outcome = await putItem(table, key, credential, {
      expression: 'attribute_not_exists(#pk)',
    });
    if (outcome === 'saved') return credential;
    const stored = await findCredential(table, customerId, credentialId);
    if (stored === undefined) throw new Error(`credential ${credentialId} is there and is not`);
    return stored;
  },
  listCredentials: async (customerId) =>
    (await listItems(table, customerKey(customerId).pk, CREDENTIAL_PREFIX)).map(credentialOf),
  claimCredential: async (customerId, credentialId, now) => {
    const key = credentialKey(customerId, credentialId);
    const claimId = randomUUID();
    const outcome = await updateItem(
      table,
      key,
      {
        expression: 'SET #claimedAt = :now, #claimId = :claimId',
        values: { ':now': now, ':claimId': claimId },
      },
      'attribute_exists(#pk) AND attribute_not_exists(#claimedAt) AND #claimBy > :now AND ' +
        '(attribute_not_exists(#retiresAt) OR #retiresAt > :now)',
    );
    if (outcome === 'saved') return { kind: 'claimed' };
    const stored = await findItem(table, key);
    // Our own claim, which took effect although its answer was lost: refusing would lose the secret.
    if (stored?.claimId === claimId) return { kind: 'claimed' };
    return { kind: 'refused', credential: stored === undefined ? undefined : credentialOf(stored) };
  },
  retireCredential: async (customerId, credentialId, retiresAt) => {
    // A conflict means that it retires at least as early, or never was.
    await updateItem(
      table,
      credentialKey(customerId, credentialId),
      { expression: 'SET #retiresAt = :retiresAt', values: { ':retiresAt': retiresAt } },
      'attribute_exists(#pk) AND (attribute_not_exists(#retiresAt) OR #retiresAt > :retiresAt)',
    );
  },
});

const findCredential = async (
  table: Table,
  customerId: string,
  credentialId: string,
): Promise<Credential | undefined> => {
  const item = await findItem(table, credentialKey(customerId, credentialId));
  return item === undefined ? undefined : credentialOf(item);
};
