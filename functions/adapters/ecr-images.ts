import {
  DescribeImagesCommand,
  type DescribeImagesRequest,
  type DescribeImagesResponse,
  type ECRClient,
  GetDownloadUrlForLayerCommand,
  type ImageDetail,
  ImageNotFoundException,
  LayerInaccessibleException,
  LayersNotFoundException,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import type { ImageSource, ListedImage } from '../ports.ts';
import { imageIdOf, readImages } from './ecr-manifests.ts';

/** ECR's limit for one page. */
const PAGE_MAX = 1_000;
/** ECR allows 100,000 images in a repository. */
const PAGES_MAX = 1_000;
/** Without it ECR leaves archived images out, and they would pass for deleted ones. */
const ARCHIVED_TOO = { imageStatus: 'ANY' } as const;

/** Images as ECR has them. A repository that is not there holds nothing. */
export const ecrImages = (client: ECRClient): ImageSource => ({
  readImages: async (repository, references) => readImages(client, repository, references),
  listImages: (repository) => listImages(client, repository),
  findImage: async (repository, reference) => {
    const request = {
      repositoryName: repository,
      imageIds: [imageIdOf(reference)],
      filter: ARCHIVED_TOO,
    };
    const details = (await describe(client, request))?.imageDetails ?? [];
    return details.map((detail) => listedOf(repository, detail))[0];
  },
  findLayerUrl: async (repository, digest) => {
    try {
      const { downloadUrl } = await client.send(
        new GetDownloadUrlForLayerCommand({ repositoryName: repository, layerDigest: digest }),
      );
      if (downloadUrl === undefined) throw new Error('ECR answered without a URL');
      return downloadUrl;
    } catch (cause) {
      const isAbsent =
        cause instanceof LayersNotFoundException ||
        cause instanceof LayerInaccessibleException ||
        cause instanceof RepositoryNotFoundException;
      if (isAbsent) return undefined;
      throw new Error(`could not find layer ${digest} of ${repository}`, { cause });
    }
  },
});

async function* listImages(
  client: ECRClient,
  repository: string,
): AsyncGenerator<readonly ListedImage[]> {
  let nextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const listing = await describe(client, {
      repositoryName: repository,
      maxResults: PAGE_MAX,
      filter: ARCHIVED_TOO,
      nextToken,
    });
    yield (listing?.imageDetails ?? []).map((detail) => listedOf(repository, detail));
    nextToken = listing?.nextToken;
    if (nextToken === undefined) return;
  }
  throw new Error(`the listing of ${repository} did not end within ${PAGES_MAX} pages`);
}

/** `undefined` when there is no such image or repository. */
const describe = async (
  client: ECRClient,
  request: DescribeImagesRequest,
): Promise<DescribeImagesResponse | undefined> => {
  try {
    return await client.send(new DescribeImagesCommand(request));
  } catch (cause) {
    if (cause instanceof ImageNotFoundException) return undefined;
    if (cause instanceof RepositoryNotFoundException) return undefined;
    throw new Error(`could not list images of ${request.repositoryName}`, { cause });
  }
};

const listedOf = (repository: string, detail: ImageDetail): ListedImage => {
  const { imageDigest, imageTags = [], imagePushedAt, imageStatus } = detail;
  if (imageDigest === undefined || imagePushedAt === undefined) {
    throw new Error(`ECR listed an image of ${repository} without its digest or its time`);
  }
  return {
    digest: imageDigest,
    tags: [...imageTags].sort(),
    pushedAt: Math.floor(imagePushedAt.getTime() / 1_000),
    // One that is being restored cannot be pulled yet.
    isArchived: imageStatus !== undefined && imageStatus !== 'ACTIVE',
  };
};
