import { canonicalJson } from './fingerprint.ts';
import {
  MANIFEST_BODY_BYTES_MAX,
  type ReleaseItem,
  type ReleaseManifest,
  type ReleaseTag,
  type Stamp,
  TAG_BODY_BYTES_MAX,
} from './release.ts';
import { earliestOf, type joinStamps } from './stamps.ts';

/** The next revision of an item: what is planned for it, over what is stored. */
export const mergeItem = (
  stored: ReleaseItem | undefined,
  planned: ReleaseItem,
  mergeStamps: typeof joinStamps,
): ReleaseItem => {
  const stamp = stored === undefined ? planned : mergeStamps(stored, planned);
  const next = stamped(planned, stamp, (stored?.revision ?? 0) + 1);
  if (next.kind === 'manifest') return mergeManifest(stored, next);
  if (next.kind === 'tag') return mergeTag(stored, next);
  // Its length was written from a manifest that had the same right to say it.
  if (next.kind === 'blob' && stored?.kind === 'blob') {
    return { ...next, sizeBytes: stored.sizeBytes };
  }
  return next;
};

const stamped = <Item extends ReleaseItem>(
  planned: Item,
  { firstPushedAt, opens, rulesHash }: Stamp,
  revision: number,
): Item => ({ ...planned, firstPushedAt, opens, rulesHash, revision });

const mergeManifest = (stored: ReleaseItem | undefined, next: ReleaseManifest): ReleaseManifest => {
  const known = stored?.kind === 'manifest' ? stored : undefined;
  const times = earliestOf(next.tags, known?.tags ?? {});
  const tags = Object.fromEntries(Object.entries(times).slice(0, TAGS_MAX));
  return withBody({ ...next, tags }, next.body ?? known?.body);
};

const mergeTag = (stored: ReleaseItem | undefined, next: ReleaseTag): ReleaseTag => {
  const isSame = stored?.kind === 'tag' && stored.digest === next.digest;
  return withBody(next, next.body ?? (isSame ? stored.body : undefined));
};

/** ECR's own limit for tags of one image at a time. */
const TAGS_MAX = 1_000;
const BODY_BYTES_MAX = { tag: TAG_BODY_BYTES_MAX, manifest: MANIFEST_BODY_BYTES_MAX } as const;
/** The bytes go along when they are few: longer ones are in the manifest's item, or only in ECR. */
const withBody = <Item extends ReleaseManifest | ReleaseTag>(
  item: Item,
  body: Uint8Array | undefined,
): Item => {
  const { body: _, ...bare } = item;
  return (
    body !== undefined && body.length <= BODY_BYTES_MAX[item.kind] ? { ...bare, body } : bare
  ) as Item;
};

/** A write would change nothing but when it was made. Bodies follow from digests. */
export const isSameItem = (a: ReleaseItem, b: ReleaseItem): boolean =>
  comparable(a) === comparable(b);

const comparable = (item: ReleaseItem): string =>
  canonicalJson({ ...item, revision: 0, body: undefined, checkedAt: 0 });
