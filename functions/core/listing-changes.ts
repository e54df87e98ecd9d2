import { promisedKeys } from './known-manifest.ts';
import type { ReleaseItem, ReleaseManifest, ReleaseTag } from './release.ts';
import { keyTextOf } from './release-keys.ts';
import { isSameItem, mergeItem } from './release-merge.ts';
import { renewStamp } from './stamps.ts';

type Items = ReadonlyMap<string, ReleaseItem>;

/** What a listing has to write: what is new or would change, stage by stage. */
export const changedReleases = (
  stored: Items,
  stages: readonly (readonly ReleaseItem[])[],
): readonly (readonly ReleaseItem[])[] =>
  stages.map((stage) =>
    stage.filter((planned) => {
      const before = stored.get(keyTextOf(planned));
      return before === undefined || !isSameItem(before, mergeItem(before, planned, renewStamp));
    }),
  );

/** What is stored and no longer in ECR, nor led to by anything that is. */
export type Gone = {
  readonly tags: readonly ReleaseTag[];
  /** In levels: what names another comes before it. */
  readonly manifests: readonly (readonly ReleaseManifest[])[];
  readonly others: readonly ReleaseItem[];
};

export const goneReleases = (
  stored: Items,
  stages: readonly (readonly ReleaseItem[])[],
  isListed: (digest: string) => boolean,
): Gone => {
  const needed = new Set(stages.flat().map(keyTextOf));
  const manifests = [...stored.values()].filter((item) => item.kind === 'manifest');
  const kept = manifests.filter(({ digest }) => isListed(digest));
  for (const manifest of kept) for (const key of ownKeys(manifest)) needed.add(key);
  const gone = [...stored.entries()].filter(([key]) => !needed.has(key)).map(([, item]) => item);
  return {
    tags: gone.filter((item) => item.kind === 'tag'),
    manifests: levelsOf(gone.filter((item) => item.kind === 'manifest')),
    others: gone.filter(({ kind }) => kind === 'blob' || kind === 'referrer'),
  };
};

/** A manifest that stays, and all that it promises, down to the layers. */
export const protectedKeys = (
  stored: Items,
  manifests: readonly ReleaseManifest[],
): ReadonlySet<string> => {
  const keys = new Set<string>();
  const waiting = [...manifests];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (keys.has(keyTextOf(next))) continue;
    for (const key of ownKeys(next)) keys.add(key);
    for (const child of next.children) {
      const item = stored.get(`manifest ${child}`);
      if (item?.kind === 'manifest') waiting.push(item);
    }
  }
  return keys;
};

const ownKeys = (manifest: ReleaseManifest): readonly string[] => [
  keyTextOf(manifest),
  ...promisedKeys(manifest.repository, manifest).map(keyTextOf),
];

const LEVELS_MAX = 8;

const levelsOf = (
  manifests: readonly ReleaseManifest[],
): readonly (readonly ReleaseManifest[])[] => {
  const levels: ReleaseManifest[][] = [];
  let rest = [...manifests];
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const named = new Set(rest.flatMap(({ children }) => children));
    levels.push(rest.filter(({ digest }) => !named.has(digest)));
    rest = rest.filter(({ digest }) => named.has(digest));
  }
  return [...levels, rest].filter((level) => level.length > 0);
};
