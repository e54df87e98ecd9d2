import { errorFields } from '../core/error-fields.ts';
import type { ReleaseManifest, ReleaseTag } from '../core/release.ts';
import { MINUTE } from '../core/time.ts';
import type { ImageReading } from '../ports.ts';
import { foundOf, indexNow, unknownImage } from './find-miss.ts';
import type { Ask, Found, PullWorld } from './pull-world.ts';

const FRESH_SECONDS = MINUTE;

/**
 * What an image of the index is now. A tag may have moved without an event having reached us: once a
 * minute, whoever wins the claim asks ECR. The others, and everybody while ECR or the write fails,
 * get what is indexed.
 */
export const refreshTag = async (
  world: PullWorld,
  ask: Ask<'manifest'>,
  image: ReleaseTag | ReleaseManifest,
): Promise<Found> => {
  const indexed: Found = { kind: 'found', image };
  if (image.kind === 'manifest' || ask.now < image.checkedAt + FRESH_SECONDS) return indexed;
  const { repository, tag } = image;
  try {
    const claim = await world.deps.releases.claimRefresh(image, ask.now);
    return claim === 'conflict' ? indexed : await askAgain(world, ask, image);
  } catch (error) {
    world.deps.report.log('a stale tag is served', { repository, tag, ...errorFields(error) });
    return indexed;
  }
};

const askAgain = async (
  world: PullWorld,
  ask: Ask<'manifest'>,
  image: ReleaseTag,
): Promise<Found> => {
  const { repository, tag } = image;
  const [reading] = await world.deps.images.readImages(repository, [{ kind: 'tag', tag }]);
  if (reading === undefined) throw new Error(`ECR said nothing about ${repository}:${tag}`);
  if (isAsIndexed(image, reading)) return { kind: 'found', image };
  if (reading.kind === 'mismatch') {
    world.deps.report.count('DigestMismatch', { repository, tag });
    return { kind: 'found', image };
  }
  if (reading.kind === 'found') return foundOf(ask, await indexNow(world, ask));
  // Conditional on what was read before ECR was asked: a tag pushed again meanwhile stays. Its history
  // may be all that somebody keeps, and ECR gives nothing for what was only archived, too.
  const missing = { ...image, isMissing: true, checkedAt: ask.now } as const;
  await world.deps.releases.saveReleases([{ ...missing, revision: image.revision + 1 }]);
  return unknownImage(ask);
};

/** ECR does not give out what is archived: nothing new is learned from it being missing. */
const isAsIndexed = ({ digest, isArchived }: ReleaseTag, reading: ImageReading): boolean =>
  reading.kind === 'found' ? !isArchived && reading.digest === digest : isArchived;
