import { isLayerUrl } from '../core/layer-origin.ts';
import { lapseFor, type Opening, openingFor } from '../core/pull-access.ts';
import type { ReleaseBlob } from '../core/release.ts';
import { type Ask, type Outcome, type PullWorld, refused } from './pull-world.ts';

/**
 * HEAD or GET of a config or layer. The size is in the index; the bytes are fetched from storage, at
 * an address that ECR signs for this one request. The index has a manifest's blobs before the
 * manifest, so that what it does not have is not there.
 */
export const answerBlob = async (world: PullWorld, ask: Ask<'blob'>): Promise<Outcome> => {
  const { access, item, request } = ask;
  const { repository, digest, isHead } = request;
  if (item?.kind !== 'blob') return refused({ kind: 'unknown_blob', digest });
  const opening = openingFor(access, item);
  if (opening === undefined) {
    const lapse = lapseFor(access, item);
    return refused(
      lapse === undefined
        ? { kind: 'unknown_blob', digest }
        : { kind: 'lapsed', repository, lapse },
    );
  }
  if (!isHead) return sendToStorage(world, ask, item, opening);
  return { answer: { kind: 'blob', digest, sizeBytes: item.sizeBytes }, opening };
};

const sendToStorage = async (
  { deps, settings }: PullWorld,
  { request, registryHost }: Ask<'blob'>,
  { sizeBytes }: ReleaseBlob,
  opening: Opening,
): Promise<Outcome> => {
  const { repository, digest } = request;
  const url = await deps.images.findLayerUrl(repository, digest);
  if (url === undefined) return refused({ kind: 'unknown_blob', digest });
  if (!isLayerUrl(url, settings.layerOrigin, registryHost)) {
    // The address is a secret while it lasts, and where it leads to is nothing to be trusted.
    deps.report.count('HostileRedirect', { repository, digest });
    return refused({ kind: 'hostile_redirect' });
  }
  return { answer: { kind: 'redirect', digest, url }, opening, sizeBytes };
};
