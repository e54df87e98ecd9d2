import { type Gone, protectedKeys } from '../core/listing-changes.ts';
import type { Reference, ReleaseItem, ReleaseManifest } from '../core/release.ts';
import { keyOfReference, keyTextOf, referenceOf } from '../core/release-keys.ts';
import type { ImageSource, ReleaseStore } from '../ports.ts';
import type { Survey } from './survey-repository.ts';

type RemoveDeps = {
  readonly releases: Pick<ReleaseStore, 'removeReleases'>;
  readonly images: Pick<ImageSource, 'readImages'>;
};

/**
 * Removes what is gone, if it still is as it was when the listing began. From above: a manifest that
 * somebody has written since then is there again, and keeps all that it leads to. Answers which those
 * are: ECR has to be asked once more.
 */
export const removeGone = async (
  deps: RemoveDeps,
  repository: string,
  { stored, listed }: Pick<Survey, 'stored' | 'listed'>,
  gone: Gone,
): Promise<readonly Reference[]> => {
  const there = await findThere(deps, repository, listed, gone);
  const kept = new Set(protectedKeys(stored, there.manifests));
  for (const tag of there.tags) kept.add(keyTextOf(tag));
  const tags = gone.tags.filter((item) => !kept.has(keyTextOf(item)));
  const contested = [...there.tags, ...(await refused(deps, tags))].map(referenceOf);
  for (const level of gone.manifests) {
    const manifests = await refused(
      deps,
      level.filter((item) => !kept.has(keyTextOf(item))),
    );
    contested.push(...manifests.map(referenceOf));
    for (const key of protectedKeys(stored, manifests)) kept.add(key);
  }
  await refused(
    deps,
    gone.others.filter((item) => !kept.has(keyTextOf(item))),
  );
  return contested;
};

const READ_IMAGES_MAX = 100;

/**
 * What ECR gives out though it did not list it. Its pages are no snapshot: an image or a tag may go
 * from one that is not read yet to one that is, and what is removed here loses its history for good.
 */
const findThere = async (
  { images }: RemoveDeps,
  repository: string,
  listed: Survey['listed'],
  gone: Gone,
): Promise<Pick<Gone, 'tags'> & { readonly manifests: readonly ReleaseManifest[] }> => {
  // Listed with what cannot be served: gone from the index all the same.
  const listedTags = new Set([...listed.values()].flatMap((image) => image.tags));
  const tags = gone.tags.filter(({ tag }) => !listedTags.has(tag));
  const manifests = gone.manifests.flat();
  const found = new Set<string>();
  const references = [...tags, ...manifests].map(referenceOf);
  for (let from = 0; from < references.length; from += READ_IMAGES_MAX) {
    const batch = references.slice(from, from + READ_IMAGES_MAX);
    for (const reading of await images.readImages(repository, batch)) {
      if (reading.kind === 'found')
        found.add(keyTextOf(keyOfReference(repository, reading.reference)));
    }
  }
  const isFound = (item: ReleaseItem): boolean => found.has(keyTextOf(item));
  return { tags: tags.filter(isFound), manifests: manifests.filter(isFound) };
};

/** Those that have another revision now. */
const refused = async <Item extends ReleaseItem>(
  { releases }: RemoveDeps,
  items: readonly Item[],
): Promise<readonly Item[]> => {
  if (items.length === 0) return [];
  const conflicts = new Set((await releases.removeReleases(items)).map(keyTextOf));
  return items.filter((item) => conflicts.has(keyTextOf(item)));
};
