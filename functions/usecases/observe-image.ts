import { knownTagOf } from '../core/known-manifest.ts';
import { parseManifest } from '../core/manifest.ts';
import type { ObservedTag } from '../core/next-releases.ts';
import type { Reference, ReleaseTag } from '../core/release.ts';
import { nameOfReference } from '../core/release-keys.ts';
import { historySeen } from '../core/tag-moves.ts';
import type { FoundImage, Look } from './gather-manifests.ts';
import type { IndexDeps } from './index-deps.ts';
import { noteOdd } from './note-odd.ts';

export type Observed =
  | { readonly kind: 'found'; readonly image: FoundImage; readonly tag?: ObservedTag }
  | { readonly kind: 'missing' }
  | { readonly kind: 'odd'; readonly because: 'oversized' | 'ambiguous' | 'mismatch' };

/** What ECR has now for a tag or digest. The tag's item is read before: a write over it means that nobody looked later. */
export const observeImage = async (
  deps: IndexDeps,
  look: Look,
  reference: Reference,
): Promise<Observed> => {
  const { repository } = look;
  const stored =
    reference.kind === 'tag' ? await findTag(deps, repository, reference.tag) : undefined;
  const [image] = await deps.images.readImages(repository, [reference]);
  if (image === undefined || image.kind === 'missing') return { kind: 'missing' };
  if (image.kind === 'mismatch') {
    deps.report.count('DigestMismatch', { repository, ...nameOfReference(reference) });
    return { kind: 'odd', because: 'mismatch' };
  }
  const reading = parseManifest(image.body, image.mediaType);
  if (reading.kind === 'odd') {
    const { because, detail } = reading;
    noteOdd(deps, repository, { because, digest: image.digest, detail });
    // What it pointed at before is not what it is, and still what it was.
    if (stored !== undefined) {
      const { revision } = stored;
      await deps.releases.saveReleases([{ ...stored, isMissing: true, revision: revision + 1 }]);
    }
    return { kind: 'odd', because };
  }
  look.images.set(image.digest, image);
  if (reference.kind === 'digest') return { kind: 'found', image };
  return { kind: 'found', image, tag: tagSeen(look, reference.tag, stored, image.digest) };
};

const findTag = async (
  { releases }: IndexDeps,
  repository: string,
  tag: string,
): Promise<ReleaseTag | undefined> => {
  const [item] = await releases.readReleases([{ repository, kind: 'tag', tag }]);
  return item?.kind === 'tag' ? item : undefined;
};

const tagSeen = (
  { now, rules }: Look,
  tag: string,
  stored: ReleaseTag | undefined,
  digest: string,
): ObservedTag => {
  const history = historySeen(stored?.history ?? [], digest, now);
  const known = stored === undefined ? {} : knownTagOf(stored, rules.rulesHash);
  return { stored, known: { ...known, tag, digest, history, checkedAt: now } };
};
