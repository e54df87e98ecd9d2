import type { ReleaseKey } from '../core/release.ts';
import { unreachable } from '../core/unreachable.ts';

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

const releasesPartition = (repository: string): string => `RELEASES#${repository}`;

export const TAG_PREFIX = 'TAG#';

/** Below it are the manifests that refer to `subject`. */
export const referrerPrefix = (subject: string): string => `REFERRER#${subject}#`;

export const releaseKey = (key: ReleaseKey): Key => ({
  pk: releasesPartition(key.repository),
  sk: releaseSortKey(key),
});

const releaseSortKey = (key: ReleaseKey): string => {
  switch (key.kind) {
    case 'tag':
      return `${TAG_PREFIX}${key.tag}`;
    case 'manifest':
      return `MANIFEST#${key.digest}`;
    case 'blob':
      return `BLOB#${key.digest}`;
    case 'referrer':
      return `${referrerPrefix(key.subject)}${key.digest}`;
    default:
      return unreachable(key);
  }
};

/** Beside the releases: how far the index of their repository has come. */
export const indexStateKey = (repository: string): Key => ({
  pk: releasesPartition(repository),
  sk: 'INDEX',
});

/** A repository's name never begins with `#`, so this partition is nobody's. */
export const missesKey = (minute: number, whose: string): Key => ({
  pk: 'RELEASES##MISSES',
  sk: `${minute}#${whose}`,
});

export const PULL_PREFIX = 'PULL#';
export const USED_PREFIX = 'USED#';

const ledgerPartition = (customerId: string): string => `LEDGER#${customerId}`;

export const pullKey = (customerId: string, { day, repository, shard }: PullRow): Key => ({
  pk: ledgerPartition(customerId),
  sk: `${PULL_PREFIX}${day}#${repository}#${shard}`,
});

/** One of the rows of a customer, repository and day. Neither a day nor a repository contains `#`. */
export type PullRow = { readonly day: string; readonly repository: string; readonly shard: number };

export const useKey = (customerId: string, credentialId: string): Key => ({
  pk: ledgerPartition(customerId),
  sk: `${USED_PREFIX}${credentialId}`,
});
