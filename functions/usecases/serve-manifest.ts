import { endsSoon } from '../core/ends-soon.ts';
import type { Refusal } from '../core/refusal.ts';
import { MANIFEST_BYTES_MAX, type ReleaseManifest, type ReleaseTag } from '../core/release.ts';
import type { Right } from '../core/tag-history.ts';
import {
  type Ask,
  type Found,
  type Outcome,
  type PullWorld,
  refused,
  textOf,
} from './pull-world.ts';

type Image = ReleaseTag | ReleaseManifest;

/** The manifest that this right gives: its stored bytes, or that the client has them already. */
export const serveManifest = async (
  world: PullWorld,
  ask: Ask<'manifest'>,
  found: Extract<Found, { kind: 'found' }>,
  { digest, opening }: Right,
): Promise<Outcome> => {
  const { repository, knownDigests } = ask.request;
  const image = await imageOf(world, repository, found.image, digest);
  if (image === undefined) return refused(unknown(ask));
  const refusal = refusalOf(ask, image);
  if (refusal !== undefined) return refused(refusal);
  if (knownDigests.includes(digest) || knownDigests.includes('*')) {
    return { answer: { kind: 'not_modified', digest } };
  }
  const isAsked = found.body !== undefined && image === found.image;
  const body = isAsked ? found.body : await readBody(world, ask, image);
  if (!(body instanceof Uint8Array)) return refused(body);
  const { mediaType } = image;
  const notice = endsSoon(opening, ask.now, world.settings.noticeDays);
  return { answer: { kind: 'manifest', mediaType, digest, body, ...notice } };
};

/** A kept right to a tag that has moved on gives the manifest that it pointed at then. */
const imageOf = async (
  world: PullWorld,
  repository: string,
  image: Image,
  digest: string,
): Promise<Image | undefined> =>
  image.digest === digest ? image : findManifest(world, repository, digest);

const refusalOf = (
  { request }: Ask<'manifest'>,
  { isArchived, sizeBytes }: Image,
): Refusal | undefined => {
  const reference = textOf(request.reference);
  if (isArchived) return { kind: 'archived_manifest', reference };
  return sizeBytes > MANIFEST_BYTES_MAX ? { kind: 'oversized_manifest', reference } : undefined;
};

const unknown = ({ request }: Ask<'manifest'>): Refusal => ({
  kind: 'unknown_manifest',
  reference: textOf(request.reference),
});

/** From the item itself; a tag's larger manifest from the manifest's item; the largest from ECR each time. */
const readBody = async (
  world: PullWorld,
  ask: Ask<'manifest'>,
  image: Image,
): Promise<Uint8Array | Refusal> => {
  const { repository, digest } = image;
  if (image.body !== undefined) return image.body;
  const manifest = image.kind === 'tag' ? await findManifest(world, repository, digest) : undefined;
  if (manifest?.body !== undefined) return manifest.body;
  const [reading] = await world.deps.images.readImages(repository, [{ kind: 'digest', digest }]);
  if (reading?.kind === 'found' && reading.digest === digest) return reading.body;
  if (reading?.kind === 'missing') return unknown(ask);
  world.deps.report.count('DigestMismatch', { repository, digest });
  return { kind: 'digest_mismatch' };
};

const findManifest = async (
  { deps }: PullWorld,
  repository: string,
  digest: string,
): Promise<ReleaseManifest | undefined> => {
  const [item] = await deps.releases.readReleases([{ repository, kind: 'manifest', digest }]);
  return item?.kind === 'manifest' ? item : undefined;
};
