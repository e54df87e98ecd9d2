import { type Gone, protectedKeys } from '../core/listing-changes.ts';
import type { Reference, ReleaseItem } from '../core/release.ts';
import { keyTextOf, referenceOf } from '../core/release-keys.ts';
import type { ReleaseStore } from '../ports.ts';

type RemoveDeps = { readonly releases: Pick<ReleaseStore, 'removeReleases'> };

/**
 * Removes what is gone, if it still is as it was when the listing began. From above: a manifest that
 * somebody has written since then is there again, and keeps all that it leads to. Answers which those
 * are: ECR has to be asked once more.
 */
export const removeGone = async (
  deps: RemoveDeps,
  stored: ReadonlyMap<string, ReleaseItem>,
  gone: Gone,
): Promise<readonly Reference[]> => {
  const contested: Reference[] = [];
  const kept = new Set<string>();
  contested.push(...(await refused(deps, gone.tags)).map(referenceOf));
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

/** Those that have another revision now. */
const refused = async <Item extends ReleaseItem>(
  { releases }: RemoveDeps,
  items: readonly Item[],
): Promise<readonly Item[]> => {
  if (items.length === 0) return [];
  const conflicts = new Set((await releases.removeReleases(items)).map(keyTextOf));
  return items.filter((item) => conflicts.has(keyTextOf(item)));
};
