import type { Manifest } from './manifest.ts';
import type { ReleaseItem, ReleaseKey, ReleaseManifest, ReleaseTag, Stamp } from './release.ts';
import type { KnownManifest, KnownTag } from './release-graph.ts';
import { keyTextOf } from './release-keys.ts';
import { earliestOf } from './stamps.ts';
import type { EpochSeconds } from './time.ts';

/** Stored items by `keyTextOf`. */
export type StoredItems = ReadonlyMap<string, ReleaseItem>;

/** An archived image cannot be read: it is only known that it is there. */
export const isRead = ({ sizeBytes }: ReleaseManifest): boolean => sizeBytes > 0;

/** The items that a manifest's own item promises. */
export const promisedKeys = (
  repository: string,
  manifest: KnownManifest | ReleaseManifest,
): readonly ReleaseKey[] => {
  const { digest, subject } = manifest;
  const blobs = manifest.blobs.map((blob) => (typeof blob === 'string' ? blob : blob.digest));
  return [
    ...blobs.map((blob): ReleaseKey => ({ repository, kind: 'blob', digest: blob })),
    ...(subject === undefined
      ? []
      : [{ repository, kind: 'referrer', subject, digest } satisfies ReleaseKey]),
  ];
};

/** Without what it promises; for the stamp alone. */
export const aroundOf = (item: ReleaseManifest, rulesHash: string): KnownManifest => {
  const { subject: _, children: __, ...manifest } = item;
  return { ...manifest, children: [], blobs: [], ...timesOf(item, rulesHash) };
};

/** A stored manifest with everything that it promises, or `undefined`: it has to be read again. */
export const knownFromStore = (
  item: ReleaseManifest,
  stored: StoredItems,
  rulesHash: string,
): KnownManifest | undefined => {
  const promised = promisedKeys(item.repository, item).map((key) => stored.get(keyTextOf(key)));
  if (!isRead(item) || promised.includes(undefined)) return undefined;
  const referrer = promised.find((each) => each?.kind === 'referrer');
  const { digest, mediaType, sizeBytes, isArchived, tags, children, subject } = item;
  return {
    digest,
    mediaType,
    sizeBytes,
    isArchived,
    tags,
    children,
    blobs: promised.filter((each) => each?.kind === 'blob'),
    ...(subject === undefined ? {} : { subject }),
    ...(referrer?.artifactType === undefined ? {} : { artifactType: referrer.artifactType }),
    ...(referrer?.annotations === undefined ? {} : { annotations: referrer.annotations }),
    ...timesOf(item, rulesHash),
  };
};

/** What was read in ECR, with what the stored item knows besides. */
export const knownFromBytes = (
  read: { readonly digest: string; readonly mediaType: string; readonly body: Uint8Array },
  { children, blobs, subject, artifactType, annotations }: Manifest,
  item: ReleaseManifest | undefined,
  { now, rulesHash }: { readonly now: EpochSeconds; readonly rulesHash: string },
): KnownManifest => ({
  digest: read.digest,
  mediaType: read.mediaType,
  sizeBytes: read.body.length,
  isArchived: item?.isArchived ?? false,
  tags: item?.tags ?? {},
  children,
  blobs,
  ...(subject === undefined ? {} : { subject }),
  ...(artifactType === undefined ? {} : { artifactType }),
  ...(annotations === undefined ? {} : { annotations }),
  ...(item === undefined ? { pushedAt: now } : timesOf(item, rulesHash)),
});

export const knownTagOf = (item: ReleaseTag, rulesHash: string): KnownTag => {
  const { tag, digest, history, checkedAt } = item;
  return { tag, digest, history, checkedAt, ...stampUnder(item, rulesHash) };
};

/** An archived image that was never read: its names and times, so that whoever asks can be told. */
export const unreadManifest = (
  { digest, pushedAt }: { readonly digest: string; readonly pushedAt: EpochSeconds },
  item: ReleaseManifest | undefined,
  rulesHash: string,
): KnownManifest => ({
  digest,
  mediaType: 'application/octet-stream',
  sizeBytes: 0,
  isArchived: true,
  tags: item?.tags ?? {},
  children: [],
  blobs: [],
  ...(item === undefined ? { pushedAt } : timesOf(item, rulesHash)),
});

/** Manifests with the tags that point at them now among their names. */
export const withTags = (
  manifests: readonly KnownManifest[],
  tags: readonly KnownTag[],
): readonly KnownManifest[] => {
  const names = new Map<string, Record<string, EpochSeconds>>();
  for (const { tag, digest, history } of tags) {
    for (const { since } of history.slice(0, 1)) {
      names.set(digest, { ...names.get(digest), [tag]: since });
    }
  }
  return manifests.map((manifest) => {
    const own = names.get(manifest.digest);
    return own === undefined ? manifest : { ...manifest, tags: earliestOf(own, manifest.tags) };
  });
};

const timesOf = (
  item: ReleaseManifest,
  rulesHash: string,
): Pick<KnownManifest, 'pushedAt' | 'stamp'> => ({
  pushedAt: item.firstPushedAt,
  ...stampUnder(item, rulesHash),
});

/** A stamp of other rules says nothing: the tags have to be asked again. */
const stampUnder = (
  { firstPushedAt, opens, rulesHash: own }: Stamp,
  rulesHash: string,
): { readonly stamp?: Stamp } =>
  own === rulesHash ? { stamp: { firstPushedAt, opens, rulesHash } } : {};
