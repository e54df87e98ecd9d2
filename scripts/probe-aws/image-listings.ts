import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  type DescribeImagesRequest,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import { ecrImages } from '../../functions/adapters/ecr-images.ts';
import { attempt, attemptText } from './attempt.ts';
import { digestOf, pushImage, tinyImage } from './images.ts';
import { type Probe, settled } from './probe.ts';
import { lookFor, type World } from './world.ts';

const TAG = '1.0.0';
const IMAGES = 5;
const PAGES_MAX = 10;

const describe = (
  { clients }: World,
  repositoryName: string,
  input: Omit<DescribeImagesRequest, 'repositoryName'> = {},
) => clients.ecr.send(new DescribeImagesCommand({ repositoryName, ...input }));

const paging: Probe = {
  id: 'images-paging',
  belief:
    'Pages of DescribeImages together name every image once, and the last one carries no nextToken.',
  source: 'ECR’s service model; the order of the pages is unknown and not relied on',
  dependents: 'functions/adapters/ecr-images.ts: what a listing lacks counts as deleted',
  secondsMax: 120,
  run: async (world) => {
    const repository = await world.make.repository('images-paging');
    for (let index = 0; index < IMAGES; index += 1) {
      await pushImage(world, repository, tinyImage(`page ${index}`), `1.0.${index}`);
    }
    const pages: number[] = [];
    const digests: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await describe(world, repository, { maxResults: 2, nextToken });
      const { imageDetails = [] } = page;
      pages.push(imageDetails.length);
      digests.push(...imageDetails.map(({ imageDigest = '' }) => imageDigest));
      nextToken = page.nextToken;
    } while (nextToken !== undefined && pages.length < PAGES_MAX);
    const isWhole = digests.length === IMAGES && new Set(digests).size === IMAGES;
    return settled(
      isWhole && nextToken === undefined,
      `${IMAGES} images in pages of ${pages.join(', ')}, ${new Set(digests).size} distinct`,
    );
  },
};

/** An archived image, once ECR shows it as such. */
const archived = async (world: World, part: string) => {
  const repository = await world.make.repository(part);
  const image = tinyImage(part);
  await pushImage(world, repository, image, TAG);
  await world.clients.ecr.send(
    new UpdateImageStorageClassCommand({
      repositoryName: repository,
      imageId: { imageDigest: image.digest },
      targetStorageClass: 'ARCHIVE',
    }),
  );
  const seen = await lookFor(world, { looks: 24, pauseSeconds: 5 }, async () => {
    const { imageDetails = [] } = await describe(world, repository, {
      filter: { imageStatus: 'ANY' },
    });
    return imageDetails[0]?.imageStatus === 'ARCHIVED' ? imageDetails[0] : undefined;
  });
  if (seen === undefined) throw new Error('ECR did not show the image as ARCHIVED');
  return { repository, image };
};

/** Our adapter's word for each, or the error that it makes of what it does not know. */
const readAs = async ({ clients }: World, repository: string, digest: string): Promise<string> => {
  const references = [{ kind: 'tag', tag: TAG } as const, { kind: 'digest', digest } as const];
  try {
    const readings = await ecrImages(clients.ecr).readImages(repository, references);
    return readings.map(({ kind }) => kind).join(', ');
  } catch (error) {
    // A failure of the call is none of ours to judge: without a cause it was the adapter's own word.
    if (error instanceof Error && error.cause === undefined) return error.message;
    throw error;
  }
};

const ARCHIVED: readonly Probe[] = [
  {
    id: 'archived-listing',
    belief:
      'DescribeImages leaves an archived image out unless filter.imageStatus asks; by its id it is shown without asking.',
    source: 'ECR’s service model; by id inferred',
    dependents: 'functions/adapters/ecr-images.ts: an archived image must not pass for deleted',
    secondsMax: 300,
    run: async (world) => {
      const { repository, image } = await archived(world, 'archived-listing');
      const { imageDetails: usual = [] } = await describe(world, repository);
      const found = await ecrImages(world.clients.ecr).findImage(repository, {
        kind: 'digest',
        digest: image.digest,
      });
      return settled(
        usual.length === 0 && found?.isArchived === true,
        `listed without a filter: ${usual.length}; by digest: ${found === undefined ? 'absent' : `archived ${found.isArchived}`}`,
      );
    },
  },
  {
    id: 'archived-read',
    belief: 'BatchGetImage of an archived image is a failure that our adapter takes for missing.',
    source: 'AWS: the registry answers 404; which failure code is inferred',
    dependents: 'functions/adapters/ecr-manifests.ts: other codes are an error and a 503',
    secondsMax: 300,
    run: async (world) => {
      const { repository, image } = await archived(world, 'archived-read');
      const ids = [{ imageTag: TAG }, { imageDigest: image.digest }];
      const { failures = [] } = await world.clients.ecr.send(
        new BatchGetImageCommand({ repositoryName: repository, imageIds: ids }),
      );
      const codes = failures.map(({ failureCode }) => failureCode ?? 'none').join(', ');
      const readings = await readAs(world, repository, image.digest);
      return settled(
        readings === 'missing, missing',
        `failures by tag and by digest: ${codes}; for our adapter: ${readings}`,
      );
    },
  },
  {
    id: 'archived-layer',
    belief:
      'A layer of archived images only has no URL: LayerInaccessibleException or LayersNotFoundException.',
    source: 'ECR’s service model has both; which of them is inferred',
    dependents: 'functions/adapters/ecr-images.ts findLayerUrl',
    secondsMax: 300,
    run: async (world) => {
      const { repository, image } = await archived(world, 'archived-layer');
      const answer = await attempt(() =>
        ecrImages(world.clients.ecr).findLayerUrl(repository, digestOf(image.layer)),
      );
      if (answer.kind === 'refused') return settled(false, attemptText(answer));
      return settled(
        answer.output === undefined,
        answer.output === undefined ? 'no URL' : 'a URL was given out',
      );
    },
  },
];

export const imageListings: readonly Probe[] = [paging, ...ARCHIVED];
