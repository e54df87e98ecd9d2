import type {
  Reference,
  ReleaseItem,
  ReleaseKey,
  ReleaseManifest,
  ReleaseTag,
} from '../core/release.ts';
import { keyOfReference } from '../core/release-keys.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { ImageSource, ReleaseStore } from '../ports.ts';
import type { IndexDeps } from './index-deps.ts';
import { indexImage } from './index-image.ts';

export type LookDeps = IndexDeps & {
  readonly releases: Pick<ReleaseStore, 'removeReleases'>;
  readonly images: Pick<ImageSource, 'readImages' | 'findImage'>;
};

export type Looked = 'indexed' | 'odd' | 'archived' | 'gone';

const ATTEMPTS_MAX = 8;

/**
 * Makes the index agree with ECR about one tag or digest, whatever became of it: indexed, archived or
 * gone. As often and as late as you like.
 */
export const lookAtImage =
  (deps: LookDeps) =>
  async (repository: string, reference: Reference, now: EpochSeconds): Promise<Looked> => {
    if (reference.kind === 'tag') return lookAtOne(deps, repository, reference, now);
    const key = keyOfReference(repository, reference);
    const [before] = await deps.releases.readReleases([key]);
    const looked = await lookAtOne(deps, repository, reference, now);
    if (before?.kind !== 'manifest') return looked;
    for (const tag of await staleTags(deps, before, looked)) {
      await lookAtOne(deps, repository, { kind: 'tag', tag }, now);
    }
    return looked;
  };

const lookAtOne = async (
  deps: LookDeps,
  repository: string,
  reference: Reference,
  now: EpochSeconds,
): Promise<Looked> => {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const answer = await indexImage(deps)(repository, reference, now);
    if (answer.kind !== 'missing') return answer.kind;
    const settled = await settle(deps, repository, reference, now);
    if (settled !== 'again') return settled;
  }
  const name = reference.kind === 'tag' ? reference.tag : reference.digest;
  throw new Error(`ECR lists ${name} of ${repository} and does not give it out`);
};

/** ECR gives nothing to pull. The item is read before ECR says why: what is written after that stays. */
const settle = async (
  deps: LookDeps,
  repository: string,
  reference: Reference,
  now: EpochSeconds,
): Promise<Looked | 'again'> => {
  const key = keyOfReference(repository, reference);
  const [stored] = await deps.releases.readReleases([key]);
  const promised = await referrersOf(deps, stored);
  const listed = await deps.images.findImage(repository, reference);
  if (listed !== undefined && !listed.isArchived) return 'again';
  const looked = listed === undefined ? 'gone' : 'archived';
  if (stored?.kind !== 'tag' && stored?.kind !== 'manifest') return looked;
  if (listed === undefined || listed.digest !== stored.digest) {
    return remove(deps, [stored, ...promised], looked);
  }
  if (stored.isArchived) return looked;
  const next = { ...archivedAt(stored, now), revision: stored.revision + 1 };
  const conflicts = await deps.releases.saveReleases([next]);
  return conflicts.length > 0 ? 'again' : looked;
};

const archivedAt = (
  item: ReleaseTag | ReleaseManifest,
  now: EpochSeconds,
): ReleaseTag | ReleaseManifest => {
  if (item.kind === 'manifest') return { ...item, isArchived: true };
  const { isMissing: _, ...tag } = item;
  return { ...tag, isArchived: true, checkedAt: now };
};

const referrersOf = async (
  { releases }: LookDeps,
  stored: ReleaseItem | undefined,
): Promise<readonly ReleaseItem[]> => {
  if (stored?.kind !== 'manifest' || stored.subject === undefined) return [];
  const { repository, subject, digest } = stored;
  return releases.readReleases([{ repository, kind: 'referrer', subject, digest }]);
};

/** What an image led to stays until the next listing, which knows what else leads there. */
const remove = async (
  { releases }: LookDeps,
  items: readonly ReleaseItem[],
  looked: Looked,
): Promise<Looked | 'again'> => {
  for (const item of items) {
    const conflicts = await releases.removeReleases([item]);
    if (conflicts.length > 0) return 'again';
  }
  return looked;
};

/** Tags of the image that still say something else of it. */
const staleTags = async (
  { releases }: LookDeps,
  { repository, digest, tags }: ReleaseManifest,
  looked: Looked,
): Promise<readonly string[]> => {
  const keys = Object.keys(tags).map((tag): ReleaseKey => ({ repository, kind: 'tag', tag }));
  const items = await releases.readReleases(keys);
  return items.flatMap((item) => {
    if (item.kind !== 'tag' || item.digest !== digest) return [];
    const isStale =
      looked === 'gone' ||
      item.isMissing !== undefined ||
      item.isArchived !== (looked === 'archived');
    return isStale ? [item.tag] : [];
  });
};
