import { itemOfRelease, releaseKeyOf } from '../../functions/adapters/release-item.ts';
import {
  credentialKey,
  customerKey,
  indexStateKey,
  referrerPrefix,
  releaseKey,
  TAG_PREFIX,
} from '../../functions/adapters/table-keys.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { Customer } from '../../functions/core/customer.ts';
import type {
  IndexState,
  ReleaseItem,
  ReleaseKey,
  ReleaseReferrer,
  ReleaseTag,
} from '../../functions/core/release.ts';
import type { PullStore, ReleaseStore } from '../../functions/ports.ts';
import { memoryTable, type Rows, saveRevision } from './memory-table.ts';

/** Pulls of `memoryStores().customers` and the others over the same rows. */
export const memoryPulls = (rows: Rows): PullStore => ({
  readPull: async ({ customerId, credentialId, key }) => {
    const customer = rows.get<Customer>(customerKey(customerId));
    const credential = rows.get<Credential>(credentialKey(customerId, credentialId));
    const item = key === undefined ? undefined : rows.get<ReleaseItem>(releaseKey(key));
    return {
      ...(customer === undefined ? {} : { customer }),
      ...(credential === undefined ? {} : { credential }),
      ...(item === undefined ? {} : { item }),
    };
  },
});

export const memoryReleases = (rows: Rows = memoryTable()): ReleaseStore => {
  const listed = <Item extends ReleaseItem>(repository: string, prefix: string): Item[] =>
    rows
      .query<Item | IndexState>(indexStateKey(repository).pk, prefix)
      .filter((item): item is Item => 'kind' in item)
      .map((item) => withoutBody(item) as Item);
  return {
    readReleases: async (keys) => {
      if (keys.length > 1_000) {
        throw new Error(`at most 1000 releases are read together, got ${keys.length}`);
      }
      return distinct(keys).flatMap((key) => rows.get<ReleaseItem>(releaseKey(key)) ?? []);
    },
    saveReleases: async (next) => {
      const conflicts = next
        .map(itemOfRelease)
        .filter((item) => saveRevision(rows, releaseKey(item), item) === 'conflict');
      return conflicts.map(releaseKeyOf);
    },
    removeReleases: async (items) => {
      const conflicts = items.filter((item) => {
        const stored = rows.get<ReleaseItem>(releaseKey(item));
        if (stored !== undefined && stored.revision !== item.revision) return true;
        rows.remove(releaseKey(item));
        return false;
      });
      return conflicts.map(releaseKeyOf);
    },
    listReleases: async function* listReleases(repository) {
      yield* listed(repository, '');
    },
    listTags: async (repository, after, limit) => {
      const later = listed<ReleaseTag>(repository, TAG_PREFIX).filter(({ tag }) => tag > after);
      return { tags: later.slice(0, limit), isLast: later.length <= limit };
    },
    listReferrers: async (repository, subject, after, limit) => {
      const all = listed<ReleaseReferrer>(repository, referrerPrefix(subject));
      const later = all.filter(({ digest }) => digest > after);
      return { referrers: later.slice(0, limit), isLast: later.length <= limit };
    },
    claimRefresh: async (tag, now) => {
      const stored = rows.get<ReleaseTag>(releaseKey(tag));
      const isSame = stored?.revision === tag.revision && stored.checkedAt === tag.checkedAt;
      if (!isSame) return 'conflict';
      rows.put(releaseKey(tag), { ...stored, checkedAt: now });
      return 'saved';
    },
    findIndexState: async (repository) => rows.get<IndexState>(indexStateKey(repository)),
    saveIndexState: async (next) => saveRevision(rows, indexStateKey(next.repository), next),
  };
};

const distinct = (keys: readonly ReleaseKey[]): readonly ReleaseKey[] => [
  ...new Map(keys.map((key) => [Object.values(releaseKey(key)).join(' '), key])).values(),
];

const withoutBody = (item: ReleaseItem): ReleaseItem => {
  const { body: _body, ...rest } = { body: undefined, ...item };
  return rest as ReleaseItem;
};
