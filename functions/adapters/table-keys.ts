/** The table's keys. Partition prefixes are the security boundary: IAM sees nothing else of a key. */
export type Key = { readonly pk: string; readonly sk: string };

const customerPartition = (customerId: string): string => `CUSTOMER#${customerId}`;
const membersPartition = (repository: string): string => `MEMBERS#${repository}`;

export const AUDIT_PREFIX = 'AUDIT#';
export const CREDENTIAL_PREFIX = 'CREDENTIAL#';
export const MEMBER_PREFIX = 'MEMBER#';

export const customerKey = (customerId: string): Key => ({
  pk: customerPartition(customerId),
  sk: 'CUSTOMER',
});

/** Twelve digits keep the sort order of the text that of the number. */
export const auditKey = (customerId: string, sequence: number): Key => ({
  pk: customerPartition(customerId),
  sk: `${AUDIT_PREFIX}${String(sequence).padStart(12, '0')}`,
});

export const credentialKey = (customerId: string, credentialId: string): Key => ({
  pk: customerPartition(customerId),
  sk: `${CREDENTIAL_PREFIX}${credentialId}`,
});

export const memberKey = (repository: string, account: string, customerId: string): Key => ({
  pk: membersPartition(repository),
  sk: `${MEMBER_PREFIX}${account}#${customerId}`,
});

export const policyKey = (repository: string): Key => ({
  pk: membersPartition(repository),
  sk: 'POLICY',
});

export const catalogKey: Key = { pk: 'STAGE', sk: 'CATALOG' };
export const cursorKey = (name: string): Key => ({ pk: 'STAGE', sk: `CURSOR#${name}` });
export const breakerKey = (day: string): Key => ({ pk: 'STAGE', sk: `BREAKER#${day}` });
