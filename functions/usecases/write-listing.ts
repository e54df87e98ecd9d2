import type { Reference, ReleaseItem } from '../core/release.ts';
import { keyTextOf, referenceOf, releaseKeyOf } from '../core/release-keys.ts';
import { isSameItem, mergeItem } from '../core/release-merge.ts';
import { joinStamps, renewStamp } from '../core/stamps.ts';
import type { ImageSource, ReleaseStore } from '../ports.ts';

export type WriteDeps = {
  readonly releases: Pick<ReleaseStore, 'readReleases' | 'saveReleases'>;
  readonly images: Pick<ImageSource, 'readImages'>;
};

export type WrittenListing = {
  /** What somebody else wrote since the listing began: ECR has to be asked once more. */
  readonly contested: readonly Reference[];
  /** Not everything is stamped by these rules alone. */
  readonly isMixed: boolean;
};

const CHUNK = 100;
const ATTEMPTS_MAX = 12;

/**
 * Writes what a listing found, stage by stage, over what was stored when it began. A tag or manifest
 * that was written or removed since then is not touched by what may be older.
 */
export const writeListing = async (
  deps: WriteDeps,
  repository: string,
  stored: ReadonlyMap<string, ReleaseItem>,
  stages: readonly (readonly ReleaseItem[])[],
): Promise<WrittenListing> => {
  const contested: Reference[] = [];
  let isMixed = false;
  for (const stage of stages) {
    for (let from = 0; from < stage.length; from += CHUNK) {
      const chunk = stage.slice(from, from + CHUNK);
      const written = await writeChunk(deps, repository, stored, chunk);
      contested.push(...written.contested);
      isMixed ||= written.isMixed;
    }
  }
  return { contested, isMixed };
};

const writeChunk = async (
  deps: WriteDeps,
  repository: string,
  stored: ReadonlyMap<string, ReleaseItem>,
  chunk: readonly ReleaseItem[],
): Promise<WrittenListing> => {
  const contested: Reference[] = [];
  let isMixed = false;
  let rest = chunk;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const present = await readPresent(deps, rest);
    const bodies = await readBodies(deps, repository, rest, present);
    const turns = rest.map((planned) => {
      const key = keyTextOf(planned);
      const there = present.get(key);
      const turn = turnOf(stored.get(key), there, withBytes(planned, bodies));
      const { rulesHash } = (turn.kind === 'write' ? turn.item : there) ?? planned;
      isMixed ||= rulesHash !== planned.rulesHash;
      return turn;
    });
    const next = turns.flatMap((turn) => (turn.kind === 'write' ? [turn.item] : []));
    contested.push(...turns.flatMap((turn) => (turn.kind === 'ask' ? [turn.reference] : [])));
    const conflicts = new Set((await deps.releases.saveReleases(next)).map(keyTextOf));
    rest = rest.filter((planned) => conflicts.has(keyTextOf(planned)));
    if (rest.length === 0) return { contested, isMixed };
  }
  throw new Error(`${rest.length} items of ${repository} were being written by others`);
};

type Turn =
  | { readonly kind: 'write'; readonly item: ReleaseItem }
  | { readonly kind: 'ask'; readonly reference: Reference }
  | { readonly kind: 'leave' };

/** What to do about one item that was `before` when the listing began and is `present` now. */
const turnOf = (
  before: ReleaseItem | undefined,
  present: ReleaseItem | undefined,
  planned: ReleaseItem,
): Turn => {
  if (before?.revision === present?.revision) {
    return { kind: 'write', item: mergeItem(present, planned, renewStamp) };
  }
  if (planned.kind === 'tag') return { kind: 'ask', reference: referenceOf(planned) };
  if (present !== undefined) {
    const item = mergeItem(present, stampedAs(present, planned), joinStamps);
    return isSameItem(present, item) ? { kind: 'leave' } : { kind: 'write', item };
  }
  return planned.kind === 'manifest'
    ? { kind: 'ask', reference: referenceOf(planned) }
    : { kind: 'write', item: mergeItem(undefined, planned, joinStamps) };
};

/** Whoever wrote it knows better what it is; the listing knows better what leads to it. */
const stampedAs = (present: ReleaseItem, planned: ReleaseItem): ReleaseItem => {
  const { firstPushedAt, opens, rulesHash } = planned;
  const stamp = { firstPushedAt, opens, rulesHash };
  return present.kind === 'manifest' && planned.kind === 'manifest'
    ? { ...present, ...stamp, tags: planned.tags }
    : { ...present, ...stamp };
};

const readPresent = async (
  { releases }: WriteDeps,
  planned: readonly ReleaseItem[],
): Promise<ReadonlyMap<string, ReleaseItem>> => {
  const items = await releases.readReleases(planned.map(releaseKeyOf));
  return new Map(items.map((item) => [keyTextOf(item), item]));
};

type Bodies = ReadonlyMap<string, Uint8Array>;

/** The bytes of what was not stored as it is: they were too many to be kept until now. */
const readBodies = async (
  { images }: WriteDeps,
  repository: string,
  planned: readonly ReleaseItem[],
  present: ReadonlyMap<string, ReleaseItem>,
): Promise<Bodies> => {
  const digests = planned.flatMap((item) => {
    if (item.kind !== 'tag' && item.kind !== 'manifest') return [];
    const stored = present.get(keyTextOf(item));
    return item.isArchived || hasBytes(stored, item.digest) ? [] : [item.digest];
  });
  if (digests.length === 0) return new Map();
  const references = [...new Set(digests)].map((digest) => ({ kind: 'digest', digest }) as const);
  const readings = await images.readImages(repository, references);
  return new Map(
    readings.flatMap((reading) =>
      reading.kind === 'found' ? [[reading.digest, reading.body] as const] : [],
    ),
  );
};

const hasBytes = (stored: ReleaseItem | undefined, digest: string): boolean =>
  (stored?.kind === 'tag' || stored?.kind === 'manifest') &&
  stored.digest === digest &&
  stored.body !== undefined;

const withBytes = (planned: ReleaseItem, bodies: Bodies): ReleaseItem => {
  if (planned.kind !== 'tag' && planned.kind !== 'manifest') return planned;
  const body = bodies.get(planned.digest);
  return body === undefined ? planned : { ...planned, body };
};
