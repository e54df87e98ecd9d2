import type { EpochSeconds } from '../../functions/core/time.ts';
import { type Blobs, digestOf } from './blobs.ts';
import type { EcrEvents } from './ecr-events.ts';
import { linksOf, type ManifestLinks } from './ecr-manifest.ts';
import { ServiceError } from './service-error.ts';

export type StoredImage = {
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly pushedAt: EpochSeconds;
  readonly status: 'ACTIVE' | 'ARCHIVED';
  readonly links: ManifestLinks;
};

/** One repository's images, and what its tags point at. */
export type ImageRepository = {
  readonly images: Map<string, StoredImage>;
  readonly tags: Map<string, string>;
};

/** The same as plain data. */
export type ImagesState = Readonly<
  Record<
    string,
    { readonly images: readonly StoredImage[]; readonly tags: Readonly<Record<string, string>> }
  >
>;

type Push = {
  readonly manifest: Uint8Array;
  readonly mediaType: string;
  /** Config and layers; those that are already there need not be given again. */
  readonly blobs?: readonly Uint8Array[];
  readonly tags?: readonly string[];
};

/** What a vendor does with `docker push` and in the console. Each tells EventBridge. */
export type ImageActs = {
  /** Answers the digest. */
  pushImage(repository: string, push: Push): Promise<string>;
  /** Points the tag at an image that is there, as a push of the same image under another tag does. */
  moveTag(repository: string, tag: string, digest: string): void;
  /** The image stays, also without any tag. */
  untagImage(repository: string, tag: string): void;
  deleteImage(repository: string, digest: string): void;
  setArchived(repository: string, digest: string, isArchived: boolean): void;
};

export type ImageWorld = {
  readonly now: () => EpochSeconds;
  readonly blobs: Blobs;
  readonly events: Pick<EcrEvents, 'emit'>;
  /** By name; a name that ECR does not know is refused in its words. */
  readonly imagesOf: (repository: string) => ImageRepository;
};

const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

export const imageActs = (world: ImageWorld): ImageActs => ({
  pushImage: (repository, push) => pushImage(world, repository, push),
  moveTag: (repository, tag, digest) => {
    const images = world.imagesOf(repository);
    pointTag(images, tag, imageOf(images, digest).digest);
    world.events.emit({ repository, digest, tag, action: 'PUSH' });
  },
  untagImage: (repository, tag) => {
    const { tags } = world.imagesOf(repository);
    const digest = tags.get(tag);
    if (digest === undefined) throw notFound(tag);
    tags.delete(tag);
    world.events.emit({ repository, digest, tag, action: 'DELETE' });
  },
  deleteImage: (repository, digest) => {
    removeImage(world, repository, digest);
  },
  setArchived: (repository, digest, isArchived) => {
    const { images } = world.imagesOf(repository);
    const image = imageOf({ images }, digest);
    images.set(digest, { ...image, status: isArchived ? 'ARCHIVED' : 'ACTIVE' });
    world.events.emit({
      repository,
      digest,
      action: 'UPDATE_STORAGE_CLASS',
      storageClass: isArchived ? 'ARCHIVE' : 'STANDARD',
    });
  },
});

const pushImage = async (world: ImageWorld, repository: string, push: Push): Promise<string> => {
  const { manifest, mediaType, blobs = [], tags = [] } = push;
  const images = world.imagesOf(repository);
  const digest = digestOf(manifest);
  const links = linksOf(manifest);
  if (manifest.length > MANIFEST_BYTES_MAX) {
    throw new ServiceError(
      'InvalidParameterException',
      `Invalid parameter at 'imageManifest' failed to satisfy constraint: 'Member must have length less than or equal to ${MANIFEST_BYTES_MAX}'`,
    );
  }
  for (const tag of tags) requireTag(tag);
  for (const blob of blobs) await world.blobs.put([blob]);
  await requireAll(world.blobs, links, images);
  await world.blobs.put([manifest]);
  const known = images.images.get(digest);
  images.images.set(digest, {
    digest,
    mediaType,
    sizeBytes: manifest.length,
    pushedAt: known?.pushedAt ?? world.now(),
    status: 'ACTIVE',
    links,
  });
  for (const tag of tags) pointTag(images, tag, digest);
  for (const tag of tags.length === 0 ? [undefined] : tags) {
    world.events.emit({
      repository,
      digest,
      action: 'PUSH',
      ...(tag === undefined ? {} : { tag }),
    });
  }
  return digest;
};

/** A manifest is taken only after what it refers to. */
const requireAll = async (
  blobs: Blobs,
  { layers, children }: ManifestLinks,
  { images }: ImageRepository,
): Promise<void> => {
  for (const digest of layers) {
    if ((await blobs.find(digest)) !== undefined) continue;
    throw new ServiceError(
      'LayersNotFoundException',
      `Layers with digests '[${digest}]' required for pushing image do not exist`,
    );
  }
  const missing = children.find((digest) => !images.has(digest));
  if (missing === undefined) return;
  throw new ServiceError(
    'ReferencedImagesNotFoundException',
    `Images with digests '[${missing}]' required for pushing image do not exist`,
  );
};

const requireTag = (tag: string): void => {
  if (TAG.test(tag)) return;
  throw new ServiceError(
    'InvalidParameterException',
    `Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression ${TAG.source}', got '${tag.slice(0, 200)}'`,
  );
};

const pointTag = ({ tags }: ImageRepository, tag: string, digest: string): void => {
  requireTag(tag);
  tags.set(tag, digest);
};

/** With all its tags; one event for each of them, as for a push. Answers the tags it had. */
export const removeImage = (
  world: ImageWorld,
  repository: string,
  digest: string,
): readonly string[] => {
  const images = world.imagesOf(repository);
  imageOf(images, digest);
  const tags = tagsOf(images, digest);
  images.images.delete(digest);
  for (const tag of tags) images.tags.delete(tag);
  for (const tag of tags.length === 0 ? [undefined] : tags) {
    world.events.emit({
      repository,
      digest,
      action: 'DELETE',
      ...(tag === undefined ? {} : { tag }),
    });
  }
  return tags;
};

export const imageOf = (
  { images }: Pick<ImageRepository, 'images'>,
  digest: string,
): StoredImage => {
  const image = images.get(digest);
  if (image === undefined) throw notFound(digest);
  return image;
};

export const tagsOf = ({ tags }: ImageRepository, digest: string): readonly string[] =>
  [...tags].filter(([, target]) => target === digest).map(([tag]) => tag);

export const notFound = (reference: string): ServiceError =>
  new ServiceError(
    'ImageNotFoundException',
    `The image with imageId '${reference.slice(0, 200)}' does not exist`,
  );
