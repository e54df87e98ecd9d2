import { knownFromBytes, knownFromStore, promisedKeys } from '../core/known-manifest.ts';
import { parseManifest } from '../core/manifest.ts';
import type { ReleaseItem, ReleaseKey, ReleaseManifest, ReleaseTag } from '../core/release.ts';
import type { KnownManifest, StampRules } from '../core/release-graph.ts';
import { keyTextOf, nameOfReference } from '../core/release-keys.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { ImageReading } from '../ports.ts';
import type { IndexDeps } from './index-deps.ts';
import { noteOdd, type Odd } from './note-odd.ts';

const READ_KEYS_MAX = 1_000;
const READ_IMAGES_MAX = 100;

export type FoundImage = Extract<ImageReading, { kind: 'found' }>;

/** What one look is about, and what ECR has said of it so far. */
export type Look = {
  readonly repository: string;
  readonly rules: StampRules;
  readonly now: EpochSeconds;
  /** The tag that was asked for. */
  readonly tag?: string;
  readonly images: Map<string, FoundImage>;
  /** Keys of what was written since. */
  readonly saved: Set<string>;
  /** What was reported already. */
  readonly noted: Set<string>;
};

/** What the table has of it, and what is known of each manifest from there or from ECR. */
export type Gathered = {
  readonly look: Look;
  /** Keys that were read, whether there is an item or not. */
  readonly asked: Set<string>;
  readonly stored: Map<string, ReleaseItem>;
  readonly known: Map<string, KnownManifest>;
};

/** What is stored with all that it promises is known; the others are read in ECR. */
export const gatherManifests = async (
  deps: IndexDeps,
  gathered: Gathered,
  digests: readonly string[],
  tags: readonly string[],
): Promise<void> => {
  const { look, stored, known } = gathered;
  const { repository, rules } = look;
  await readInto(deps, gathered, [
    ...digests.map((digest): ReleaseKey => ({ repository, kind: 'manifest', digest })),
    ...tags.map((tag): ReleaseKey => ({ repository, kind: 'tag', tag })),
  ]);
  const items = digests.flatMap((digest) => manifestIn(gathered, digest) ?? []);
  const promised = items.flatMap((item) => promisedKeys(repository, item));
  await readInto(deps, gathered, promised);
  for (const item of items) {
    const manifest = knownFromStore(item, stored, rules.rulesHash);
    if (manifest !== undefined) known.set(item.digest, manifest);
  }
  const unknown = digests.filter((digest) => !known.has(digest));
  await readFromEcr(deps, look, unknown);
  const read = unknown.flatMap((digest) => parseInto(deps, gathered, digest));
  const own = read.flatMap((manifest) => promisedKeys(repository, manifest));
  await readInto(deps, gathered, own);
};

type Stored = { readonly stored: ReadonlyMap<string, ReleaseItem> };

export const manifestIn = ({ stored }: Stored, digest: string): ReleaseManifest | undefined => {
  const item = stored.get(`manifest ${digest}`);
  return item?.kind === 'manifest' ? item : undefined;
};

/** None, or the one; none either when ECR gave nothing for it. */
export const tagIn = ({ stored }: Stored, tag: string): readonly ReleaseTag[] => {
  const item = stored.get(`tag ${tag}`);
  return item?.kind === 'tag' && item.isMissing === undefined ? [item] : [];
};

/** Each key once. */
export const readInto = async (
  { releases }: IndexDeps,
  { asked, stored }: Gathered,
  keys: readonly ReleaseKey[],
): Promise<void> => {
  const fresh = keys.filter((key) => {
    const isFresh = !asked.has(keyTextOf(key));
    asked.add(keyTextOf(key));
    return isFresh;
  });
  for (let from = 0; from < fresh.length; from += READ_KEYS_MAX) {
    const items = await releases.readReleases(fresh.slice(from, from + READ_KEYS_MAX));
    for (const item of items) stored.set(keyTextOf(item), item);
  }
};

const readFromEcr = async (
  { images, report }: IndexDeps,
  look: Look,
  digests: readonly string[],
): Promise<void> => {
  const { repository } = look;
  const unread = digests.filter((digest) => !look.images.has(digest));
  for (let from = 0; from < unread.length; from += READ_IMAGES_MAX) {
    const references = unread
      .slice(from, from + READ_IMAGES_MAX)
      .map((digest) => ({ kind: 'digest', digest }) as const);
    for (const reading of await images.readImages(repository, references)) {
      if (reading.kind === 'found') look.images.set(reading.digest, reading);
      if (reading.kind === 'mismatch') {
        report.count('DigestMismatch', { repository, ...nameOfReference(reading.reference) });
      }
    }
  }
};

/** What ECR gave for one digest; nothing when it is not there or not to be trusted. */
const parseInto = (
  deps: IndexDeps,
  gathered: Gathered,
  digest: string,
): readonly KnownManifest[] => {
  const { look, known } = gathered;
  const image = look.images.get(digest);
  if (image === undefined) return [];
  const reading = parseManifest(image.body, image.mediaType);
  if (reading.kind === 'odd') {
    noteOnce(deps, look, { because: reading.because, digest, detail: reading.detail });
    return [];
  }
  const { foreign } = reading.manifest;
  const item = manifestIn(gathered, digest);
  if (item === undefined && foreign.length > 0) {
    noteOnce(deps, look, { because: 'foreign_layers', digest, layers: foreign });
  }
  const at = { now: look.now, rulesHash: look.rules.rulesHash };
  const manifest = knownFromBytes(image, reading.manifest, item, at);
  known.set(digest, manifest);
  return [manifest];
};

/** The table may be read several times for one look. */
export const noteOnce = (deps: IndexDeps, { repository, noted }: Look, odd: Odd): void => {
  const what = `${odd.because} ${odd.digest}`;
  if (!noted.has(what)) noteOdd(deps, repository, odd);
  noted.add(what);
};
