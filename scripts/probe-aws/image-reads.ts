import { BatchGetImageCommand, type ImageIdentifier } from '@aws-sdk/client-ecr';
import { ecrImages } from '../../functions/adapters/ecr-images.ts';
import { attempt, attemptText } from './attempt.ts';
import {
  DOCKER_MANIFEST,
  digestOf,
  OCI_MANIFEST,
  pushImage,
  putImage,
  tinyImage,
} from './images.ts';
import { type Probe, settled } from './probe.ts';
import type { World } from './world.ts';

const TAG = '1.0.0';

/** BatchGetImage as it is, without our adapter's list of media types. */
const getImage = async (
  { clients }: World,
  repositoryName: string,
  imageId: ImageIdentifier,
  acceptedMediaTypes?: string[],
) => {
  const { images = [], failures = [] } = await clients.ecr.send(
    new BatchGetImageCommand({ repositoryName, imageIds: [imageId], acceptedMediaTypes }),
  );
  return { image: images[0], failure: failures[0]?.failureCode };
};

type Answer = Awaited<ReturnType<typeof getImage>>;

const textOf = ({ image, failure }: Answer): string =>
  image === undefined
    ? `failure ${failure}`
    : `${image.imageManifestMediaType}, bytes of ${digestOf(image.imageManifest ?? '')}, named ${image.imageId?.imageDigest}`;

const pushed = async (world: World, part: string, image = tinyImage(part)) => {
  const repository = await world.make.repository(part);
  await pushImage(world, repository, image, TAG);
  return { repository, image };
};

const isConverted = ({ image }: Answer, from: string): boolean =>
  image?.imageManifestMediaType === DOCKER_MANIFEST && digestOf(image.imageManifest ?? '') !== from;

export const imageReads: readonly Probe[] = [
  {
    id: 'image-bytes',
    belief:
      'With every media type accepted, by tag and by digest, ECR gives the bytes that were pushed, and names their type and digest.',
    source: 'ECR’s guide of 2022; that this long list keeps ECR from converting is inferred',
    dependents: 'functions/adapters/ecr-manifests.ts: else every pull would be a mismatch',
    secondsMax: 60,
    run: async (world) => {
      const { repository, image } = await pushed(world, 'image-bytes');
      const readings = await ecrImages(world.clients.ecr).readImages(repository, [
        { kind: 'tag', tag: TAG },
        { kind: 'digest', digest: image.digest },
      ]);
      const isSame = readings.every(
        (reading) =>
          reading.kind === 'found' &&
          reading.mediaType === OCI_MANIFEST &&
          new TextDecoder().decode(reading.body) === image.manifest,
      );
      const seen = readings.map((one) => (one.kind === 'found' ? one.mediaType : one.kind));
      return settled(readings.length === 2 && isSame, `by tag, by digest: ${seen.join(', ')}`);
    },
  },
  {
    id: 'image-type-not-in-body',
    belief: 'A manifest without mediaType is given out under the type that it was pushed with.',
    source: 'memory',
    dependents: 'functions/adapters/ecr-manifests.ts: the Content-Type that clients get',
    secondsMax: 60,
    run: async (world) => {
      const given = tinyImage('image-type-not-in-body', 'without type');
      const { repository } = await pushed(world, 'image-type-not-in-body', given);
      const answer = await getImage(world, repository, { imageTag: TAG }, [OCI_MANIFEST]);
      const isSame =
        answer.image?.imageManifestMediaType === OCI_MANIFEST &&
        answer.image.imageManifest === given.manifest;
      return settled(isSame, textOf(answer));
    },
  },
  {
    id: 'image-converted-by-tag',
    belief: 'By tag, ECR converts an OCI manifest to Docker’s type for who accepts only that.',
    source: 'ECR’s guide of 2022',
    dependents: 'functions/adapters/ecr-manifests.ts: why it accepts every type',
    secondsMax: 60,
    run: async (world) => {
      const { repository, image } = await pushed(world, 'image-converted-by-tag');
      const answer = await getImage(world, repository, { imageTag: TAG }, [DOCKER_MANIFEST]);
      return settled(isConverted(answer, image.digest), textOf(answer));
    },
  },
  {
    id: 'image-types-left-out',
    belief: 'By tag and without acceptedMediaTypes, ECR converts to Docker’s type.',
    source: 'inferred from reports of digests that differ',
    dependents: 'local/aws/ecr-image-operations.ts; the list must never be left out',
    secondsMax: 60,
    run: async (world) => {
      const { repository, image } = await pushed(world, 'image-types-left-out');
      const answer = await getImage(world, repository, { imageTag: TAG });
      return settled(isConverted(answer, image.digest), textOf(answer));
    },
  },
  {
    id: 'image-not-converted-by-digest',
    belief: 'By digest, ECR gives the pushed bytes whatever the caller accepts.',
    source: 'ECR’s guide of 2022',
    dependents: 'functions/adapters/ecr-manifests.ts; local/aws/ecr-image-operations.ts',
    secondsMax: 60,
    run: async (world) => {
      const { repository, image } = await pushed(world, 'image-not-converted-by-digest');
      const id = { imageDigest: image.digest };
      const answer = await getImage(world, repository, id, [DOCKER_MANIFEST]);
      return settled(answer.image?.imageManifest === image.manifest, textOf(answer));
    },
  },
  {
    id: 'image-missing',
    belief: 'A tag or digest that is not there is the failure ImageNotFound, in an answer of 200.',
    source: 'ECR’s service model',
    dependents: 'functions/adapters/ecr-manifests.ts: what counts as absent',
    secondsMax: 60,
    run: async (world) => {
      const { repository } = await pushed(world, 'image-missing');
      const byTag = await attempt(() => getImage(world, repository, { imageTag: 'none' }));
      const id = { imageDigest: digestOf('none') };
      const byDigest = await attempt(() => getImage(world, repository, id));
      const answers = [byTag, byDigest];
      return settled(
        answers.every((one) => one.kind === 'done' && one.output.failure === 'ImageNotFound'),
        answers
          .map((one) => (one.kind === 'done' ? textOf(one.output) : attemptText(one)))
          .join('; '),
      );
    },
  },
  {
    id: 'image-pushed-at-kept',
    belief: 'A second tag for an image that is there leaves imagePushedAt as it was.',
    source: 'unknown; the stand-in keeps it',
    dependents: 'functions/core/stamps.ts: since when a release is a customer’s to keep',
    secondsMax: 60,
    run: async (world) => {
      const { repository, image } = await pushed(world, 'image-pushed-at-kept');
      const { findImage } = ecrImages(world.clients.ecr);
      const reference = { kind: 'digest', digest: image.digest } as const;
      const first = await findImage(repository, reference);
      await world.wait(3);
      await putImage(world, repository, image, '1.0');
      const second = await findImage(repository, reference);
      const seen = [first, second].map((one) => `${one?.pushedAt} with ${one?.tags.join(' and ')}`);
      const isKept = first !== undefined && first.pushedAt === second?.pushedAt;
      return settled(isKept && second.tags.length === 2, seen.join(', then '));
    },
  },
];
