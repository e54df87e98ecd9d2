import { createHash } from 'node:crypto';
import {
  BatchGetImageCommand,
  type BatchGetImageResponse,
  type ECRClient,
  type ImageFailure,
  type ImageFailureCode,
  type ImageIdentifier,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import type { Reference } from '../core/release.ts';
import type { ImageReading } from '../ports.ts';

/** ECR's limit for one call. */
const BATCH_MAX = 100;

/**
 * Every kind of manifest that a registry holds. ECR converts what is asked by tag to a type that is
 * accepted, and the bytes then no longer have the tag's digest; what is accepted as it is stays as it is.
 */
const MEDIA_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.artifact.manifest.v1+json',
  'application/vnd.cncf.oras.artifact.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/vnd.docker.distribution.manifest.v1+json',
];

/**
 * Codes that say that there is nothing to pull under this reference. `ImageInaccessible` is not
 * explained by ECR: whether such an image exists, archived for example, is for `findImage` to say.
 */
const MISSING: ReadonlySet<ImageFailureCode | undefined> = new Set<ImageFailureCode>([
  'ImageNotFound',
  'InvalidImageDigest',
  'InvalidImageTag',
  'ImageInaccessible',
]);

export const readImages = async (
  client: ECRClient,
  repository: string,
  references: readonly Reference[],
): Promise<readonly ImageReading[]> => {
  const distinct = [...new Map(references.map((one) => [textOf(one), one])).values()];
  const readings = new Map<string, ImageReading>();
  for (let start = 0; start < distinct.length; start += BATCH_MAX) {
    const batch = distinct.slice(start, start + BATCH_MAX);
    const answer = await getImages(client, repository, batch);
    for (const one of batch) readings.set(textOf(one), readingOf(repository, one, answer));
  }
  return references.flatMap((reference) => readings.get(textOf(reference)) ?? []);
};

export const imageIdOf = (reference: Reference): ImageIdentifier =>
  reference.kind === 'tag' ? { imageTag: reference.tag } : { imageDigest: reference.digest };

const textOf = (reference: Reference): string => JSON.stringify(imageIdOf(reference));

/** `undefined` when there is no such repository. */
const getImages = async (
  client: ECRClient,
  repository: string,
  references: readonly Reference[],
): Promise<BatchGetImageResponse | undefined> => {
  try {
    return await client.send(
      new BatchGetImageCommand({
        repositoryName: repository,
        imageIds: references.map(imageIdOf),
        acceptedMediaTypes: MEDIA_TYPES,
      }),
    );
  } catch (cause) {
    if (cause instanceof RepositoryNotFoundException) return undefined;
    throw new Error(`could not read ${references.length} images of ${repository}`, { cause });
  }
};

const readingOf = (
  repository: string,
  reference: Reference,
  answer: BatchGetImageResponse | undefined,
): ImageReading => {
  if (answer === undefined) return { kind: 'missing', reference };
  const { images = [], failures = [] } = answer;
  const image = images.find((one) => isAbout(reference, one.imageId));
  if (image === undefined) {
    checkMissing(repository, reference, failures);
    return { kind: 'missing', reference };
  }
  const { imageId, imageManifest, imageManifestMediaType: mediaType } = image;
  if (
    imageManifest === undefined ||
    mediaType === undefined ||
    imageId?.imageDigest === undefined
  ) {
    throw new Error(`ECR answered half an image for ${textOf(reference)} of ${repository}`);
  }
  const body = new TextEncoder().encode(imageManifest);
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (digest !== imageId.imageDigest) return { kind: 'mismatch', reference };
  return { kind: 'found', reference, digest, mediaType, body };
};

const isAbout = (reference: Reference, id: ImageIdentifier | undefined): boolean =>
  reference.kind === 'tag' ? id?.imageTag === reference.tag : id?.imageDigest === reference.digest;

/** Anything but a clear "not there" tells nothing about the image: that is ECR's failure, not its absence. */
const checkMissing = (
  repository: string,
  reference: Reference,
  failures: readonly ImageFailure[],
): void => {
  const failure = failures.find(({ imageId }) => isAbout(reference, imageId));
  if (MISSING.has(failure?.failureCode)) return;
  throw new Error(
    `ECR did not give out ${textOf(reference)} of ${repository}: ${failure?.failureCode ?? 'no answer'}`,
  );
};
