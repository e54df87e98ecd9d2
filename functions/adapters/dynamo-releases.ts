import { randomUUID } from 'node:crypto';
import type {
  IndexState,
  ReleaseItem,
  ReleaseKey,
  ReleaseReferrer,
  ReleaseTag,
} from '../core/release.ts';
import type { ReleaseStore, SaveOutcome } from '../ports.ts';
import { readBatch } from './dynamo-batch.ts';
import { saveRevision } from './dynamo-revision.ts';
import { findItem, type Item, removeItem, type Table, updateItem } from './dynamo-table.ts';
import { inRounds } from './in-rounds.ts';
import { itemOfRelease, releaseKeyOf, releaseOf, rowOfRelease } from './release-item.ts';
import { listReleases, listReleasesAfter } from './release-queries.ts';
import { indexStateKey, referrerPrefix, releaseKey, TAG_PREFIX } from './table-keys.ts';

const READ_MAX = 1_000;
const BATCH_MAX = 100;
const AT_ONCE = 10;

/** What each repository in ECR holds. */
export const dynamoReleases = (table: Table): ReleaseStore => ({
  readReleases: async (keys) => readReleases(table, keys),
  saveReleases: async (next) =>
    conflictsOf(next.map(itemOfRelease), (item) =>
      saveRevision(table, releaseKey(item), rowOfRelease(item)),
    ),
  // One that is gone counts as removed: its answer may have been lost, or somebody was faster.
  removeReleases: async (items) =>
    conflictsOf(items, ({ revision, ...key }) =>
      removeItem(table, releaseKey(key), {
        expression: 'attribute_not_exists(#pk) OR #revision = :revision',
        values: { ':revision': revision },
      }),
    ),
  listReleases: (repository) => listReleases(table, repository),
  listTags: async (repository, after, limit) => {
    const range = { prefix: TAG_PREFIX, after, limit };
    const { items, isLast } = await listReleasesAfter(table, repository, range);
    return { tags: items as readonly ReleaseTag[], isLast };
  },
  listReferrers: async (repository, subject, after, limit) => {
    const range = { prefix: referrerPrefix(subject), after, limit };
    const { items, isLast } = await listReleasesAfter(table, repository, range);
    return { referrers: items as readonly ReleaseReferrer[], isLast };
  },
  // `claimId` tells an own claim whose answer was lost from one that somebody else won.
  claimRefresh: async (tag, now) =>
    updateItem(
      table,
      releaseKey(tag),
      {
        expression: 'SET #checkedAt = :now, #claimId = :claimId',
        values: {
          ':now': now,
          ':claimId': randomUUID(),
          ':revision': tag.revision,
          ':checkedAt': tag.checkedAt,
        },
      },
      '#revision = :revision AND (#checkedAt = :checkedAt OR #claimId = :claimId)',
    ),
  findIndexState: async (repository) => {
    const item = await findItem(table, indexStateKey(repository));
    return item === undefined ? undefined : stateOf(item);
  },
  saveIndexState: async (next) => saveRevision(table, indexStateKey(next.repository), next),
});

const readReleases = async (
  table: Table,
  keys: readonly ReleaseKey[],
): Promise<readonly ReleaseItem[]> => {
  if (keys.length > READ_MAX) {
    throw new Error(`at most ${READ_MAX} releases are read together, got ${keys.length}`);
  }
  const wanted = [...new Map(keys.map((key) => [JSON.stringify(releaseKey(key)), key])).values()];
  const batches = Array.from({ length: Math.ceil(wanted.length / BATCH_MAX) }, (_, batch) =>
    wanted.slice(batch * BATCH_MAX, (batch + 1) * BATCH_MAX).map(releaseKey),
  );
  const read = await inRounds(AT_ONCE, batches, async (batch) => {
    const find = await readBatch(table, batch, 'the release index');
    return batch
      .map(find)
      .filter((item) => item !== undefined)
      .map(releaseOf);
  });
  return read.flat();
};

const conflictsOf = async <Release extends ReleaseKey>(
  releases: readonly Release[],
  write: (release: Release) => Promise<SaveOutcome>,
): Promise<readonly ReleaseKey[]> => {
  const conflicts = await inRounds(AT_ONCE, releases, async (release) =>
    (await write(release)) === 'conflict' ? [releaseKeyOf(release)] : [],
  );
  return conflicts.flat();
};

const stateOf = (item: Item): IndexState => {
  const { pk, sk, writeId, ...state } = item;
  return state as IndexState;
};
