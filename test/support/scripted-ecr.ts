import type { Reference } from '../../functions/core/release.ts';
import type { ImageRegistry } from '../../simulation/stores/image-registry.ts';
import { layerUrlOf } from '../../simulation/stores/memory-images.ts';
import type { Answer, Call } from './scripted-aws.ts';

type ImageId = { readonly imageTag?: string; readonly imageDigest?: string };
type Input = {
  readonly repositoryName: string;
  readonly imageIds?: readonly ImageId[];
  readonly acceptedMediaTypes?: readonly string[];
  readonly layerDigest: string;
  readonly filter?: { readonly imageStatus?: string };
  readonly nextToken?: string;
};

/**
 * What ECR answers about a registry. It converts what was not asked for by its type, leaves archived
 * images out unless told otherwise, and pages by 100 whatever is asked: no caller may count on more.
 */
export const ecrAnswer =
  (registry: ImageRegistry) =>
  ({ operation, input }: Call): Answer => {
    const asked = input as Input;
    if (!registry.hasRepository(asked.repositoryName)) {
      return { error: 'RepositoryNotFoundException', text: 'The repository does not exist' };
    }
    switch (operation) {
      case 'BatchGetImage':
        return { body: readingsOf(registry, asked) };
      case 'DescribeImages':
        return asked.imageIds === undefined
          ? { body: listingOf(registry, asked) }
          : detailsOf(registry, asked);
      case 'GetDownloadUrlForLayer':
        return layerOf(registry, asked);
      default:
        throw new Error(`nobody should ask ECR for ${operation}`);
    }
  };

const referenceOf = ({ imageTag, imageDigest = '' }: ImageId): Reference =>
  imageTag === undefined ? { kind: 'digest', digest: imageDigest } : { kind: 'tag', tag: imageTag };

const readingsOf = (registry: ImageRegistry, asked: Input) => {
  const { repositoryName, imageIds = [], acceptedMediaTypes = [] } = asked;
  if (imageIds.length === 0 || imageIds.length > 100) throw new Error('1 to 100 images a call');
  const images: object[] = [];
  const failures: object[] = [];
  for (const imageId of imageIds) {
    const image = registry.find(repositoryName, referenceOf(imageId));
    if (image === undefined || image.isArchived) {
      failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'not found' });
      continue;
    }
    const { digest, mediaType, body } = image;
    const isAccepted = acceptedMediaTypes.includes(mediaType);
    images.push({
      imageId: { ...imageId, imageDigest: digest },
      imageManifest: isAccepted ? new TextDecoder().decode(body) : '{"schemaVersion":1}',
      imageManifestMediaType: mediaType,
    });
  }
  // ECR promises no order.
  return { images: images.toReversed(), failures };
};

type Image = ReturnType<ImageRegistry['list']>[number];

const detailOf = ({ digest, tags, pushedAt, isArchived }: Image) => ({
  imageDigest: digest,
  ...(tags.size === 0 ? {} : { imageTags: [...tags] }),
  imagePushedAt: pushedAt + 0.25,
  imageStatus: isArchived ? 'ARCHIVED' : 'ACTIVE',
});

const isShown = ({ isArchived }: Image, { filter }: Input): boolean =>
  !isArchived || filter?.imageStatus === 'ANY';

const listingOf = (registry: ImageRegistry, asked: Input) => {
  const start = Number(asked.nextToken ?? 0);
  const all = registry.list(asked.repositoryName).filter((image) => isShown(image, asked));
  return {
    imageDetails: all.slice(start, start + 100).map(detailOf),
    ...(start + 100 < all.length ? { nextToken: String(start + 100) } : {}),
  };
};

const detailsOf = (registry: ImageRegistry, asked: Input): Answer => {
  const found = (asked.imageIds ?? []).flatMap((id) => {
    const image = registry.find(asked.repositoryName, referenceOf(id));
    return image !== undefined && isShown(image, asked) ? [detailOf(image)] : [];
  });
  return found.length === 0
    ? { error: 'ImageNotFoundException', text: 'The image does not exist' }
    : { body: { imageDetails: found } };
};

const layerOf = (registry: ImageRegistry, { repositoryName, layerDigest }: Input): Answer =>
  registry.hasLayer(repositoryName, layerDigest)
    ? { body: { layerDigest, downloadUrl: layerUrlOf(repositoryName, layerDigest) } }
    : { error: 'LayersNotFoundException', text: 'The layer does not exist' };
