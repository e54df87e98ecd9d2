import {
  knownFromBytes,
  knownFromStore,
  knownTagOf,
  unreadManifest,
  withTags,
} from '../core/known-manifest.ts';
import { parseManifest } from '../core/manifest.ts';
import type { ReleaseItem, ReleaseManifest } from '../core/release.ts';
import type { Knowledge, KnownManifest, KnownTag, StampRules } from '../core/release-graph.ts';
import { keyTextOf } from '../core/release-keys.ts';
import { historyListed } from '../core/tag-moves.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { ImageReading, ImageSource, ListedImage, ReleaseStore, Report } from '../ports.ts';
import { noteOdd } from './note-odd.ts';

export type SurveyDeps = {
  readonly releases: Pick<ReleaseStore, 'listReleases'>;
  readonly images: Pick<ImageSource, 'listImages' | 'readImages'>;
  readonly report: Report;
};

/** One repository as a whole: what was stored before ECR was asked, and what ECR has. */
export type Survey = {
  readonly stored: ReadonlyMap<string, ReleaseItem>;
  readonly listed: ReadonlyMap<string, ListedImage>;
  readonly knowledge: Knowledge;
};

const READ_IMAGES_MAX = 100;

/**
 * The table first and ECR second: whatever is stored and not listed is gone, or was written again
 * since, and then it has another revision.
 */
export const surveyRepository = async (
  deps: SurveyDeps,
  repository: string,
  rules: StampRules,
  now: EpochSeconds,
): Promise<Survey> => {
  const stored = new Map<string, ReleaseItem>();
  for await (const item of deps.releases.listReleases(repository)) {
    stored.set(keyTextOf(item), item);
  }
  const listed = new Map<string, ListedImage>();
  for await (const page of deps.images.listImages(repository)) {
    for (const image of page) listed.set(image.digest, image);
  }
  const view: View = { repository, rules, now, stored };
  const known = [...listed.values()].flatMap((image) => fromStore(view, image));
  const digests = new Set(known.map(({ digest }) => digest));
  const unread = [...listed.values()].filter(({ digest }) => !digests.has(digest));
  const read = await readNew(deps, view, unread);
  const manifests = [...known, ...read];
  const named = new Set(manifests.map(({ digest }) => digest));
  const tags = [...listed.values()]
    .filter(({ digest }) => named.has(digest))
    .flatMap((image) => tagsOf(view, image));
  return {
    stored,
    listed,
    knowledge: { manifests: withTags(manifests, tags), tags, around: [] },
  };
};

type View = {
  readonly repository: string;
  readonly rules: StampRules;
  readonly now: EpochSeconds;
  readonly stored: ReadonlyMap<string, ReleaseItem>;
};

const manifestIn = ({ stored }: View, digest: string): ReleaseManifest | undefined => {
  const item = stored.get(`manifest ${digest}`);
  return item?.kind === 'manifest' ? item : undefined;
};

/** What need not be read, or cannot be. */
const fromStore = (view: View, image: ListedImage): readonly KnownManifest[] => {
  const item = manifestIn(view, image.digest);
  const manifest = item && knownFromStore(item, view.stored, view.rules.rulesHash);
  if (manifest !== undefined) return [listedAs(manifest, image)];
  return image.isArchived
    ? [listedAs(unreadManifest(image, item, view.rules.rulesHash), image)]
    : [];
};

/** ECR knows when it was pushed, and what has become of it since. */
const listedAs = (known: KnownManifest, { pushedAt, isArchived }: ListedImage): KnownManifest => ({
  ...known,
  isArchived,
  pushedAt: Math.min(known.pushedAt, pushedAt),
});

const readNew = async (
  deps: SurveyDeps,
  view: View,
  unread: readonly ListedImage[],
): Promise<readonly KnownManifest[]> => {
  const manifests: KnownManifest[] = [];
  for (let from = 0; from < unread.length; from += READ_IMAGES_MAX) {
    const batch = unread.slice(from, from + READ_IMAGES_MAX);
    const references = batch.map(({ digest }) => ({ kind: 'digest', digest }) as const);
    const readings = await deps.images.readImages(view.repository, references);
    for (const [index, image] of batch.entries()) {
      const manifest = parseNew(deps, view, image, readings[index]);
      if (manifest !== undefined) manifests.push(listedAs(manifest, image));
    }
  }
  return manifests;
};

const parseNew = (
  { report }: SurveyDeps,
  view: View,
  { digest }: ListedImage,
  image: ImageReading | undefined,
): KnownManifest | undefined => {
  const { repository, now, rules } = view;
  // Deleted or archived since it was listed: an event or the next listing tells.
  if (image === undefined || image.kind === 'missing') return undefined;
  if (image.kind === 'mismatch') {
    report.count('DigestMismatch', { repository, digest });
    return undefined;
  }
  const reading = parseManifest(image.body, image.mediaType);
  if (reading.kind === 'odd') {
    noteOdd({ report }, repository, { because: reading.because, digest, detail: reading.detail });
    return undefined;
  }
  const { foreign } = reading.manifest;
  if (foreign.length > 0) {
    noteOdd({ report }, repository, { because: 'foreign_layers', digest, layers: foreign });
  }
  const at = { now, rulesHash: rules.rulesHash };
  return knownFromBytes(image, reading.manifest, manifestIn(view, digest), at);
};

const tagsOf = (view: View, image: ListedImage): readonly KnownTag[] => {
  const { digest } = image;
  return image.tags.map((tag) => {
    const item = view.stored.get(`tag ${tag}`);
    const stored = item?.kind === 'tag' ? item : undefined;
    const history = historyListed(stored?.history ?? [], image, view.now);
    const known = stored === undefined ? {} : knownTagOf(stored, view.rules.rulesHash);
    return { ...known, tag, digest, history, checkedAt: view.now };
  });
};
