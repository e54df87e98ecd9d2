import type { Blobs } from '../aws/blobs.ts';
import type { EcrStandIn } from '../aws/ecr.ts';
import { BadInput, shown } from '../http/bad-input.ts';
import { dockerImages } from './docker-archive.ts';
import type { FoundImage } from './found-image.ts';
import { layoutImages } from './oci-layout.ts';
import { type Archive, openArchive } from './open-archive.ts';

export type Addition = {
  readonly path: string;
  readonly repository?: string;
  readonly tag?: string;
};

export type Added = { readonly repository: string; readonly tag: string; readonly digest: string };

type Deps = { readonly ecr: Pick<EcrStandIn, 'pushImage'>; readonly blobs: Blobs };

/** A newcomer's own image, as `docker push` to the vendor's ECR would bring it there. */
export const addImage = async (
  { ecr, blobs }: Deps,
  sold: readonly string[],
  addition: Addition,
): Promise<readonly Added[]> => {
  const images = await imagesIn(await openArchive(addition.path, blobs), blobs);
  if (addition.tag !== undefined && images.length > 1) {
    throw new BadInput(`the archive holds ${images.length} images: one tag can name only one`);
  }
  const added: Added[] = [];
  for (const image of images) {
    const repository = repositoryOf(addition.repository, image, sold);
    const tag = addition.tag ?? tagIn(image) ?? 'latest';
    added.push({ repository, tag, digest: await image.push(ecr, repository, tag) });
  }
  return added;
};

/** What `docker save` writes since version 25 is both: the layout keeps the digests. */
const imagesIn = async (archive: Archive, blobs: Blobs): Promise<readonly FoundImage[]> => {
  const images = (await layoutImages(archive, blobs)) ?? (await dockerImages(archive, blobs));
  if (images === undefined) {
    throw new BadInput(
      'there is neither an index.json (an OCI image layout) nor a manifest.json (docker save) in it',
    );
  }
  if (images.length === 0) throw new BadInput('the archive holds no image');
  return images;
};

/** `docker.io/library/app:1.0` fits `acme/app`. */
const repositoryOf = (
  asked: string | undefined,
  { name = '' }: FoundImage,
  sold: readonly string[],
): string => {
  if (asked !== undefined && sold.includes(asked)) return asked;
  if (asked !== undefined) {
    throw new BadInput(
      `repository is ${shown(asked)}: the catalog (bin/catalog.ts) sells ${sold.join(', ')}`,
    );
  }
  const path = name.includes('/') || name.includes(':') ? name.replace(/:[^:/]*$/, '') : undefined;
  const fitting = sold.filter((one) => path === one || path?.endsWith(`/${one}`));
  const [only] = sold.length === 1 ? sold : fitting;
  if (only !== undefined) return only;
  throw new BadInput(`say which repository with --repository: ${sold.join(', ')}`);
};

/** `1.0` of `docker.io/library/app:1.0`, or of `1.0`. */
const tagIn = ({ name }: FoundImage): string | undefined => {
  if (name === undefined) return undefined;
  const tag = /:([^:/]+)$/.exec(name)?.[1];
  return tag ?? (name.includes('/') ? undefined : name);
};
