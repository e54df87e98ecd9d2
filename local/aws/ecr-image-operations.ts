import { LOCAL_ACCOUNT } from './account.ts';
import {
  checkCount,
  DIGEST,
  type Failure,
  failure,
  find,
  type ImageId,
  idOf,
  outside,
  required,
} from './ecr-image-ids.ts';
import {
  type ImageRepository,
  type ImageWorld,
  removeImage,
  type StoredImage,
  tagsOf,
} from './ecr-images.ts';
import { convert, DOCKER_MANIFEST } from './ecr-manifest.ts';
import type { Fields } from './fields.ts';
import type { Operation } from './http.ts';
import { ServiceError } from './service-error.ts';

const PAGE_MAX = 1_000;
const PAGE_USUAL = 100;

type Deps = ImageWorld & {
  /** A URL under which storage gives the layer to whoever has it. */
  readonly layerUrl: (digest: string) => string;
};

export const ecrImageOperations = (deps: Deps): Readonly<Record<string, Operation>> => ({
  BatchGetImage: {
    takes: ['registryId', 'repositoryName', 'imageIds', 'acceptedMediaTypes'],
    run: (fields) => batchGetImage(deps, fields),
  },
  BatchDeleteImage: {
    takes: ['registryId', 'repositoryName', 'imageIds'],
    run: (fields) => batchDeleteImage(deps, fields),
  },
  DescribeImages: {
    takes: ['registryId', 'repositoryName', 'imageIds', 'maxResults', 'nextToken', 'filter'],
    run: (fields) => describeImages(deps, fields),
  },
  GetDownloadUrlForLayer: {
    takes: ['registryId', 'repositoryName', 'layerDigest'],
    run: (fields) => getDownloadUrl(deps, fields),
  },
});

const batchGetImage = async (deps: Deps, fields: Fields): Promise<object> => {
  const { repositoryName, images, ids } = askedOf(deps, fields);
  const accepted = fields.texts('acceptedMediaTypes');
  const found: object[] = [];
  const failures: Failure[] = [];
  for (const imageId of ids) {
    const image = find(images, imageId);
    if ('failureCode' in image) failures.push(image);
    else if (image.status === 'ARCHIVED') failures.push(failure(imageId, 'ImageNotFound'));
    else {
      found.push({
        registryId: LOCAL_ACCOUNT,
        repositoryName,
        imageId: { ...imageId, imageDigest: image.digest },
        ...(await manifestOf(deps, image, imageId, accepted)),
      });
    }
  }
  // ECR promises no order.
  return { images: found.reverse(), failures };
};

/** By digest the bytes are what the digest says. */
const manifestOf = async (
  { blobs }: Deps,
  { digest, mediaType }: StoredImage,
  { imageDigest }: ImageId,
  accepted: readonly string[],
): Promise<object> => {
  const bytes = await blobs.readWhole(digest);
  const types = accepted.length === 0 ? [DOCKER_MANIFEST] : accepted;
  const served =
    imageDigest === undefined ? convert(bytes, mediaType, types) : { bytes, mediaType };
  return {
    imageManifest: Buffer.from(served.bytes).toString('utf8'),
    imageManifestMediaType: served.mediaType,
  };
};

const batchDeleteImage = (deps: Deps, fields: Fields): object => {
  const { repositoryName, images, ids } = askedOf(deps, fields);
  const deleted: ImageId[] = [];
  const failures: Failure[] = [];
  for (const imageId of ids) {
    const image = find(images, imageId);
    if ('failureCode' in image) failures.push(image);
    else deleted.push(...deleteOne(deps, { repositoryName, images, image, imageId }, failures));
  }
  return { imageIds: deleted, failures };
};

type Deletion = {
  readonly repositoryName: string;
  readonly images: ImageRepository;
  readonly image: StoredImage;
  readonly imageId: ImageId;
};

/** By tag only the tag goes, and with the last one the image. */
const deleteOne = (
  deps: Deps,
  { repositoryName, images, image: { digest }, imageId }: Deletion,
  failures: Failure[],
): readonly ImageId[] => {
  const { imageDigest, imageTag } = imageId;
  if (imageDigest === undefined && imageTag !== undefined && tagsOf(images, digest).length > 1) {
    images.tags.delete(imageTag);
    deps.events.emit({ repository: repositoryName, digest, tag: imageTag, action: 'DELETE' });
    return [{ imageDigest: digest, imageTag }];
  }
  const isChild = [...images.images.values()].some(({ links }) => links.children.includes(digest));
  if (isChild) {
    failures.push(failure(imageId, 'ImageReferencedByManifestList'));
    return [];
  }
  const tags = removeImage(deps, repositoryName, digest);
  if (tags.length === 0) return [{ imageDigest: digest }];
  return tags.map((tag) => ({ imageDigest: digest, imageTag: tag }));
};

const describeImages = (deps: Deps, fields: Fields): object => {
  const { repositoryName, images } = repositoryOf(deps, fields);
  const detailOf = (image: StoredImage) => detail(repositoryName, image, images);
  const ids = fields.objects('imageIds').map(idOf);
  if (ids.length > 0) {
    checkCount(ids);
    return { imageDetails: ids.map((id) => detailOf(required(images, id))) };
  }
  const size = fields.findNumber('maxResults') ?? PAGE_USUAL;
  if (size < 1 || size > PAGE_MAX) throw outside('maxResults', size, PAGE_MAX);
  const after = fields.findText('nextToken') ?? '';
  const isWanted = wantedBy(fields.findObject('filter'), images);
  const all = [...images.images.values()]
    .filter(isWanted)
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const page = all.filter(({ digest }) => digest > after).slice(0, size);
  const last = page.at(-1)?.digest;
  return {
    imageDetails: page.map(detailOf),
    ...(last === undefined || last === all.at(-1)?.digest ? {} : { nextToken: last }),
  };
};

const wantedBy = (
  filter: Fields | undefined,
  images: ImageRepository,
): ((image: StoredImage) => boolean) => {
  filter?.allowOnly(['tagStatus', 'imageStatus'], 'DescribeImages');
  const status = filter?.findText('imageStatus') ?? 'ACTIVE';
  const tagStatus = filter?.findText('tagStatus') ?? 'ANY';
  return (image) =>
    (status === 'ANY' || image.status === status) &&
    (tagStatus === 'ANY' || tagsOf(images, image.digest).length > 0 === (tagStatus === 'TAGGED'));
};

const detail = (repositoryName: string, image: StoredImage, images: ImageRepository): object => {
  const { subject, artifactType, layerBytes } = image.links;
  const tags = tagsOf(images, image.digest);
  return {
    registryId: LOCAL_ACCOUNT,
    repositoryName,
    imageDigest: image.digest,
    ...(tags.length === 0 ? {} : { imageTags: tags }),
    imageSizeInBytes: image.sizeBytes + layerBytes,
    imagePushedAt: image.pushedAt,
    imageManifestMediaType: image.mediaType,
    ...(artifactType === undefined ? {} : { artifactMediaType: artifactType }),
    ...(subject === undefined ? {} : { subjectManifestDigest: subject }),
    imageStatus: image.status,
  };
};

const getDownloadUrl = (deps: Deps, fields: Fields): object => {
  const { repositoryName, images } = repositoryOf(deps, fields);
  const layerDigest = fields.text('layerDigest');
  const holders = [...images.images.values()].filter(({ links }) =>
    links.layers.includes(layerDigest),
  );
  if (!DIGEST.test(layerDigest)) {
    throw new ServiceError(
      'InvalidParameterException',
      `Invalid parameter at 'layerDigest' failed to satisfy constraint: 'must satisfy regular expression [a-zA-Z0-9-_+.]+:[a-fA-F0-9]+', got '${layerDigest.slice(0, 200)}'`,
    );
  }
  if (holders.length === 0) {
    throw new ServiceError(
      'LayersNotFoundException',
      `Layer with digest '${layerDigest}' not found in repository '${repositoryName}' in registry '${LOCAL_ACCOUNT}'`,
    );
  }
  if (holders.every(({ status }) => status === 'ARCHIVED')) {
    throw new ServiceError(
      'LayerInaccessibleException',
      `Layer with digest '${layerDigest}' belongs to archived images only`,
    );
  }
  return { downloadUrl: deps.layerUrl(layerDigest), layerDigest };
};

const repositoryOf = (deps: Deps, fields: Fields) => {
  const id = fields.findText('registryId') ?? LOCAL_ACCOUNT;
  if (id !== LOCAL_ACCOUNT) {
    throw new ServiceError('RegistryNotFoundException', `no registry ${id}, only ${LOCAL_ACCOUNT}`);
  }
  const repositoryName = fields.text('repositoryName');
  return { repositoryName, images: deps.imagesOf(repositoryName) };
};

const askedOf = (deps: Deps, fields: Fields) => {
  const ids = fields.objects('imageIds').map(idOf);
  checkCount(ids);
  return { ...repositoryOf(deps, fields), ids };
};
