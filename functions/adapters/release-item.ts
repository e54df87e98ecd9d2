import type { ReleaseItem, ReleaseKey } from '../core/release.ts';
import { bytesOf, fittingRelease, RELEASE_BYTES_MAX } from '../core/release-size.ts';
import type { Item } from './dynamo-table.ts';
import { releaseKey } from './table-keys.ts';

/** A manifest's bytes that do not fit beside the rest are left out: the gateway then asks ECR for them. */
export const itemOfRelease = (release: ReleaseItem): ReleaseItem => {
  const fitting = fittingRelease(release);
  if (fitting !== undefined) return fitting;
  const { pk, sk } = releaseKey(release);
  throw new Error(
    `${pk} ${sk} would take ${bytesOf(release)} bytes in the table, allowed are ${RELEASE_BYTES_MAX}`,
  );
};

/**
 * As the table has it. In the maps whose keys others choose, each key has a mark before it: the SDK
 * cannot write a map with `constructor` or `__proto__` in it, nor the table one with an empty key.
 */
export const rowOfRelease = (release: ReleaseItem): ReleaseItem =>
  withKeys(release, (key) => `${MARK}${key}`) as ReleaseItem;

export const releaseOf = (item: Item): ReleaseItem => {
  const { pk, sk, writeId, claimId, ...release } = item;
  return withKeys(release, (key) => key.slice(MARK.length)) as ReleaseItem;
};

const MARK = '#';
const MAPS = ['annotations', 'opens', 'tags'] as const;

const withKeys = (item: Item, keyOf: (key: string) => string): Item => {
  const maps = MAPS.flatMap((field) => {
    const map = item[field];
    if (typeof map !== 'object' || map === null) return [];
    const entries = Object.entries(map).map(([key, value]) => [keyOf(key), value]);
    return [[field, Object.fromEntries(entries)] as const];
  });
  return { ...item, ...Object.fromEntries(maps) };
};

export const releaseKeyOf = (item: ReleaseKey): ReleaseKey => {
  const { repository, kind } = item;
  switch (kind) {
    case 'tag':
      return { repository, kind, tag: item.tag };
    case 'referrer':
      return { repository, kind, subject: item.subject, digest: item.digest };
    default:
      return { repository, kind, digest: item.digest };
  }
};
