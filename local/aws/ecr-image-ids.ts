import { type ImageRepository, imageOf, notFound, type StoredImage } from './ecr-images.ts';
import type { Fields } from './fields.ts';
import { ServiceError } from './service-error.ts';

export type ImageId = { readonly imageDigest?: string; readonly imageTag?: string };

export type Failure = {
  readonly imageId: ImageId;
  readonly failureCode: string;
  readonly failureReason: string;
};

const IDS_MAX = 100;
export const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

export const idOf = (fields: Fields): ImageId => {
  const imageDigest = fields.findText('imageDigest');
  const imageTag = fields.findText('imageTag');
  return {
    ...(imageDigest === undefined ? {} : { imageDigest }),
    ...(imageTag === undefined ? {} : { imageTag }),
  };
};

export const checkCount = ({ length }: readonly ImageId[]): void => {
  if (length < 1 || length > IDS_MAX) throw outside('imageIds', length, IDS_MAX);
};

const REASONS = {
  ImageNotFound: 'Requested image not found',
  InvalidImageDigest: 'Invalid request parameters: image digest should satisfy the regex',
  InvalidImageTag: 'Invalid request parameters: image tag should satisfy the regex',
  ImageTagDoesNotMatchDigest: 'The tag does not belong to the digest',
  MissingDigestAndTag: 'Neither a digest nor a tag was given',
  ImageReferencedByManifestList: 'The image is referenced by a manifest list',
} as const;

export const failure = (imageId: ImageId, failureCode: keyof typeof REASONS): Failure => ({
  imageId,
  failureCode,
  failureReason: REASONS[failureCode],
});

export const find = (images: ImageRepository, imageId: ImageId): StoredImage | Failure => {
  const { imageDigest, imageTag } = imageId;
  const wrong = wrongForm(imageId);
  if (wrong !== undefined) return failure(imageId, wrong);
  const tagged = images.tags.get(imageTag ?? '');
  const image = images.images.get(imageDigest ?? tagged ?? '');
  if (image === undefined) return failure(imageId, 'ImageNotFound');
  const isOther = imageTag !== undefined && tagged !== image.digest;
  return isOther ? failure(imageId, 'ImageTagDoesNotMatchDigest') : image;
};

const wrongForm = ({ imageDigest, imageTag }: ImageId): keyof typeof REASONS | undefined => {
  if (imageDigest === undefined && imageTag === undefined) return 'MissingDigestAndTag';
  if (imageDigest !== undefined && !DIGEST.test(imageDigest)) return 'InvalidImageDigest';
  return imageTag !== undefined && !TAG.test(imageTag) ? 'InvalidImageTag' : undefined;
};

export const required = (images: ImageRepository, id: ImageId): StoredImage => {
  const { imageDigest, imageTag = '' } = id;
  const digest = imageDigest ?? images.tags.get(imageTag);
  if (digest === undefined) throw notFound(imageTag);
  return imageOf(images, digest);
};

export const outside = (name: string, value: number, max: number): ServiceError =>
  new ServiceError(
    'InvalidParameterException',
    `Invalid parameter at '${name}' failed to satisfy constraint: 'must be from 1 to ${max}', got ${value}`,
  );
