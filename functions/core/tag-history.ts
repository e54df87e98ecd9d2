import { type Opening, openingFor, type RepositoryAccess } from './pull-access.ts';
import type { ReleaseManifest, ReleaseTag, Stamp } from './release.ts';
import type { EpochSeconds } from './time.ts';

/** Which digest a customer gets, and by what right. */
export type Right = { readonly digest: string; readonly opening: Opening };

/**
 * What this customer gets for a tag or a digest. A right to everything gets what the tag points at
 * now; one to what was pushed before some day gets what the tag pointed at then.
 */
export const rightTo = (
  access: RepositoryAccess,
  image: ReleaseTag | ReleaseManifest,
): Right | undefined => {
  if (image.kind === 'manifest') {
    const opening = openingFor(access, image);
    return opening && { digest: image.digest, opening };
  }
  for (const { digest, since } of image.history) {
    const opening = openingFor(access, stampSince(image, since));
    if (opening !== undefined) return { digest, opening };
  }
  return undefined;
};

/** A tag's own stamp is as old as the tag; what it points at came later, and that is what a day is compared with. */
const stampSince = ({ opens, rulesHash }: Stamp, since: EpochSeconds): Stamp => ({
  firstPushedAt: since,
  opens: Object.fromEntries(
    Object.entries(opens).map(([openKey, at]) => [openKey, Math.max(at, since)]),
  ),
  rulesHash,
});
