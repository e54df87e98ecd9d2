import type { Credential } from '../core/credential.ts';
import type { Item } from './dynamo-table.ts';

export const credentialOf = (item: Item): Credential => {
  const { pk, sk, claimId, ...credential } = item;
  return credential as Credential;
};
