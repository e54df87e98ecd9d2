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

export const releaseOf = (item: Item): ReleaseItem => {
  const { pk, sk, writeId, claimId, ...release } = item;
  return release as ReleaseItem;
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
