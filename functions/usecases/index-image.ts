import { type Closure, nextReleases, type ObservedImage } from '../core/next-releases.ts';
import type { Reference, ReleaseItem, ReleaseManifest, ReleaseTag } from '../core/release.ts';
import { keyTextOf } from '../core/release-keys.ts';
import type { EpochSeconds } from '../core/time.ts';
import { gatherClosure } from './gather-closure.ts';
import { type FoundImage, type Look, manifestIn, tagIn } from './gather-manifests.ts';
import { type IndexDeps, stampRulesOf } from './index-deps.ts';
import { type Observed, observeImage } from './observe-image.ts';

export type IndexedImage =
  | {
      readonly kind: 'indexed';
      /** Only when a tag was asked for. */
      readonly tag?: ReleaseTag;
      readonly manifest: ReleaseManifest;
      readonly body: Uint8Array;
    }
  | Exclude<Observed, { kind: 'found' }>;

export type IndexImage = (
  repository: string,
  reference: Reference,
  now: EpochSeconds,
) => Promise<IndexedImage>;

/** Base layers are shared: as many writers as there are functions may want the same item. */
const ATTEMPTS_MAX = 12;

/**
 * Asks ECR what a tag or digest is now, and writes it with everything that it leads to: layers first
 * and the tag last, so that a stored manifest implies its layers. Every write is conditional on what
 * was read before; on a conflict it starts over. After the writes the table is read once more: what
 * somebody else wrote meanwhile (a subject, a referrer) may not have seen ours.
 */
export const indexImage =
  (deps: IndexDeps): IndexImage =>
  async (repository, reference, now) => {
    const rules = stampRulesOf(await deps.catalogs(), repository);
    const asked = reference.kind === 'tag' ? { tag: reference.tag } : {};
    const memory = { images: new Map(), saved: new Set<string>(), noted: new Set<string>() };
    const look: Look = { repository, rules, now, ...asked, ...memory };
    let written: Written | undefined;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const step = await takeStep(deps, look, reference, written);
      if (step.kind === 'done') return step.answer;
      written = step.written;
    }
    const name = reference.kind === 'tag' ? reference.tag : reference.digest;
    throw new Error(`${repository} ${name} was written by others at each of ${ATTEMPTS_MAX} tries`);
  };

type Step =
  | { readonly kind: 'done'; readonly answer: IndexedImage }
  | { readonly kind: 'again'; readonly written: Written | undefined };

/** What ECR gave, and everything about it has been written. */
type Written = { readonly kind: 'written'; readonly image: FoundImage };

const takeStep = async (
  deps: IndexDeps,
  look: Look,
  reference: Reference,
  written: Written | undefined,
): Promise<Step> => {
  const seen = written ?? (await observeImage(deps, look, reference));
  if (seen.kind === 'missing' || seen.kind === 'odd') return { kind: 'done', answer: seen };
  const closure = await gatherClosure(deps, look, seen.image.digest);
  const stages = nextReleases(look, closure, observedOf(seen));
  const answer = written && indexedOf(closure, written, reference);
  // Somebody asked ECR later than we did, and it was gone or had moved.
  if (written !== undefined && answer === undefined) return { kind: 'again', written: undefined };
  if (answer !== undefined && stages.length === 0) return { kind: 'done', answer };
  if (!(await saveStages(deps, look, stages))) return { kind: 'again', written };
  return { kind: 'again', written: { kind: 'written', image: seen.image } };
};

const observedOf = (
  seen: Extract<Observed, { kind: 'found' }> | Written,
): ObservedImage | undefined => {
  if (seen.kind === 'written') return undefined;
  const { image, tag } = seen;
  return { digest: image.digest, ...(tag === undefined ? {} : { tag }) };
};

/** A stage at a time; false when somebody else was first with any of it. */
const saveStages = async (
  { releases }: IndexDeps,
  { saved }: Look,
  stages: readonly (readonly ReleaseItem[])[],
): Promise<boolean> => {
  for (const stage of stages) {
    const conflicts = new Set((await releases.saveReleases(stage)).map(keyTextOf));
    for (const key of stage.map(keyTextOf)) if (!conflicts.has(key)) saved.add(key);
    if (conflicts.size > 0) return false;
  }
  return true;
};

/** As it is stored now, if that is still what ECR gave. */
const indexedOf = (
  closure: Closure,
  { image }: Written,
  reference: Reference,
): IndexedImage | undefined => {
  const { digest, body } = image;
  const manifest = manifestIn(closure, digest);
  if (manifest === undefined) return undefined;
  if (reference.kind === 'digest') return { kind: 'indexed', manifest, body };
  const [tag] = tagIn(closure, reference.tag);
  return tag?.digest === digest ? { kind: 'indexed', tag, manifest, body } : undefined;
};
