import type { ReleaseItem, ReleaseManifest, ReleaseTag } from '../core/release.ts';
import { rightTo } from '../core/tag-history.ts';
import { findMiss } from './find-miss.ts';
import { hideImage } from './hide-image.ts';
import { type Ask, type Found, type Outcome, type PullWorld, refused } from './pull-world.ts';
import { refreshTag } from './refresh-tag.ts';
import { serveManifest } from './serve-manifest.ts';

/** HEAD or GET of a manifest, by tag or by digest: from the index, and from ECR when the index is behind. */
export const answerManifest = async (world: PullWorld, ask: Ask<'manifest'>): Promise<Outcome> => {
  const indexed = imageOf(ask.item);
  if (indexed === undefined) return serveFound(world, ask, await findMiss(world, ask));
  if (rightTo(ask.access, indexed) === undefined)
    return hideImage(world, ask, indexed, 'from_index');
  return serveFound(world, ask, await refreshTag(world, ask, indexed));
};

const imageOf = (item: ReleaseItem | undefined): ReleaseTag | ReleaseManifest | undefined => {
  if (item?.kind === 'tag') return item.isMissing ? undefined : item;
  return item?.kind === 'manifest' ? item : undefined;
};

/** What ECR has just said may be more or less than what the index said: the right is looked up again. */
const serveFound = async (
  world: PullWorld,
  ask: Ask<'manifest'>,
  found: Found,
): Promise<Outcome> => {
  if (found.kind === 'refused') return refused(found.refusal);
  const right = rightTo(ask.access, found.image);
  if (right === undefined) return hideImage(world, ask, found.image, 'from_ecr');
  const outcome = await serveManifest(world, ask, found, right);
  return { ...outcome, opening: right.opening };
};
