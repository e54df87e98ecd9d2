import { ECRClient } from '@aws-sdk/client-ecr';
import { afterEach, describe, expect, it } from 'vitest';
import { ecrImages } from '../../functions/adapters/ecr-images.ts';
import type { ImageSource } from '../../functions/ports.ts';
import { digestOf, imageRegistry } from '../../simulation/stores/image-registry.ts';
import { imageSourceContract } from '../contracts/image-source.ts';
import { collect } from '../support/collect.ts';
import { type Answer, type Call, type ScriptedAws, scriptedAws } from '../support/scripted-aws.ts';
import { ecrAnswer } from '../support/scripted-ecr.ts';

let aws: ScriptedAws | undefined;
afterEach(async () => aws?.close());

const ecrThat = async (answer: (call: Call, index: number) => Answer) => {
  aws = await scriptedAws(answer);
  return { images: ecrImages(new ECRClient(aws.config)), calls: aws.calls };
};

describe('images in ECR', () =>
  imageSourceContract(async () => {
    const registry = imageRegistry();
    return { ...(await ecrThat(ecrAnswer(registry))), registry };
  }));

const V1 = { kind: 'tag', tag: 'v1' } as const;
const TEXT = '{"schemaVersion":2}';
const DIGEST = digestOf(TEXT);
const IMAGE = {
  imageId: { imageTag: 'v1', imageDigest: DIGEST },
  imageManifest: TEXT,
  imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
};
const DETAIL = { imageDigest: DIGEST, imageTags: ['v1'], imagePushedAt: 1_780_000_000.9 };

it('asks for every kind of manifest, so that ECR converts none', async () => {
  const { images, calls } = await ecrThat(() => ({ body: { images: [IMAGE] } }));
  await images.readImages('acme/app', [V1, { kind: 'digest', digest: DIGEST }]);
  expect(calls).toStrictEqual([
    {
      operation: 'BatchGetImage',
      input: {
        repositoryName: 'acme/app',
        imageIds: [{ imageTag: 'v1' }, { imageDigest: DIGEST }],
        acceptedMediaTypes: [
          'application/vnd.oci.image.manifest.v1+json',
          'application/vnd.oci.image.index.v1+json',
          'application/vnd.docker.distribution.manifest.v2+json',
          'application/vnd.docker.distribution.manifest.list.v2+json',
          'application/vnd.oci.artifact.manifest.v1+json',
          'application/vnd.cncf.oras.artifact.manifest.v1+json',
          'application/vnd.docker.distribution.manifest.v1+prettyjws',
          'application/vnd.docker.distribution.manifest.v1+json',
        ],
      },
    },
  ]);
});

it('reads a hundred images in one call, and a hundred and one in two', async () => {
  const { images, calls } = await ecrThat(({ input }) => ({
    body: {
      failures: (input.imageIds as readonly object[]).map((imageId) => ({
        imageId,
        failureCode: 'ImageNotFound',
      })),
    },
  }));
  const tags = Array.from(
    { length: 101 },
    (_, index) => ({ kind: 'tag', tag: `v${index}` }) as const,
  );
  await images.readImages('acme/app', tags.slice(1));
  expect(calls).toHaveLength(1);
  await images.readImages('acme/app', tags);
  expect(calls).toHaveLength(3);
});

const failing = (failureCode: string): Answer => ({
  body: { failures: [{ imageId: { imageTag: 'v1' }, failureCode, failureReason: 'because' }] },
});

it.each(['ImageNotFound', 'InvalidImageTag', 'InvalidImageDigest', 'ImageInaccessible'])(
  'takes %s for an image that is not there',
  async (code) => {
    const { images } = await ecrThat(() => failing(code));
    expect(await images.readImages('acme/app', [V1])).toStrictEqual([
      { kind: 'missing', reference: V1 },
    ]);
  },
);

it.each([
  ['KmsError', failing('KmsError')],
  ['UpstreamAccessDenied', failing('UpstreamAccessDenied')],
  ['UpstreamTooManyRequests', failing('UpstreamTooManyRequests')],
  ['UpstreamUnavailable', failing('UpstreamUnavailable')],
  ['SomethingNew', failing('SomethingNew')],
  ['no answer', { body: {} }],
  ['no answer', { body: { images: [{ ...IMAGE, imageId: { imageTag: 'v2' } }] } }],
] as const)('never takes %s for an image that is not there', async (code, answer) => {
  const { images } = await ecrThat(() => answer);
  await expect(images.readImages('acme/app', [V1])).rejects.toThrow(
    `ECR did not give out {"imageTag":"v1"} of acme/app: ${code}`,
  );
});

it.each(['imageManifest', 'imageManifestMediaType'])(
  'refuses an image without %s',
  async (field) => {
    const { images } = await ecrThat(() => ({
      body: { images: [{ ...IMAGE, [field]: undefined }] },
    }));
    await expect(images.readImages('acme/app', [V1])).rejects.toThrow(
      'ECR answered half an image for {"imageTag":"v1"} of acme/app',
    );
  },
);

it('finds an image in one call, archived ones too', async () => {
  const { images, calls } = await ecrThat(() => ({ body: { imageDetails: [DETAIL] } }));
  expect(await images.findImage('acme/app', V1)).toStrictEqual({
    digest: DIGEST,
    tags: ['v1'],
    pushedAt: 1_780_000_000,
    isArchived: false,
  });
  expect(calls).toStrictEqual([
    {
      operation: 'DescribeImages',
      input: {
        repositoryName: 'acme/app',
        imageIds: [{ imageTag: 'v1' }],
        filter: { imageStatus: 'ANY' },
      },
    },
  ]);
});

it.each([
  ['ACTIVE', false],
  ['ARCHIVED', true],
  ['ACTIVATING', true],
])('takes an image that is %s for archived: %s', async (imageStatus, isArchived) => {
  const { images } = await ecrThat(() => ({
    body: { imageDetails: [{ ...DETAIL, imageStatus }] },
  }));
  expect(await images.findImage('acme/app', V1)).toMatchObject({ isArchived });
});

it('lists a thousand images a call, archived ones too', async () => {
  const { images, calls } = await ecrThat((_call, index) => ({
    body: { imageDetails: [DETAIL], ...(index === 0 ? { nextToken: 'more' } : {}) },
  }));
  expect(await collect(images.listImages('acme/app'))).toHaveLength(2);
  const input = { repositoryName: 'acme/app', maxResults: 1_000, filter: { imageStatus: 'ANY' } };
  expect(calls.map((call) => call.input)).toStrictEqual([input, { ...input, nextToken: 'more' }]);
});

it('gives up a listing that does not end', async () => {
  let pages = 0;
  // Without a server in between: a thousand answers take their time.
  const send = async () => {
    pages += 1;
    return { imageDetails: [], nextToken: 'more' };
  };
  const images = ecrImages({ send } as unknown as ECRClient);
  await expect(collect(images.listImages('acme/app'))).rejects.toThrow(
    'the listing of acme/app did not end within 1000 pages',
  );
  expect(pages).toBe(1_000);
});

it.each(['imageDigest', 'imagePushedAt'])('refuses a listed image without %s', async (field) => {
  const { images } = await ecrThat(() => ({
    body: { imageDetails: [{ ...DETAIL, [field]: undefined }] },
  }));
  await expect(collect(images.listImages('acme/app'))).rejects.toThrow(
    'ECR listed an image of acme/app without its digest or its time',
  );
});

it.each(['LayersNotFoundException', 'LayerInaccessibleException', 'RepositoryNotFoundException'])(
  'takes %s for a layer that is not there, after one call',
  async (error) => {
    const { images, calls } = await ecrThat(() => ({ error }));
    expect(await images.findLayerUrl('acme/app', DIGEST)).toBeUndefined();
    expect(calls).toStrictEqual([
      {
        operation: 'GetDownloadUrlForLayer',
        input: { repositoryName: 'acme/app', layerDigest: DIGEST },
      },
    ]);
  },
);

const ATTEMPTS: readonly (readonly [string, (images: ImageSource) => Promise<unknown>])[] = [
  ['could not read 1 images of acme/app', (images) => images.readImages('acme/app', [V1])],
  ['could not list images of acme/app', (images) => collect(images.listImages('acme/app'))],
  ['could not list images of acme/app', (images) => images.findImage('acme/app', V1)],
  [
    `could not find layer ${DIGEST} of acme/app`,
    (images) => images.findLayerUrl('acme/app', DIGEST),
  ],
];

it.each(ATTEMPTS)('says what it could not do: %s', async (message, attempt) => {
  const { images, calls } = await ecrThat(() => ({ error: 'AccessDeniedException' }));
  await expect(attempt(images)).rejects.toMatchObject({
    message,
    cause: { name: 'AccessDeniedException' },
  });
  expect(calls).toHaveLength(1);
});

it.each(ATTEMPTS)('gives up after three calls when ECR throttles: %s', async (message, attempt) => {
  const error = 'ThrottlingException';
  const { images, calls } = await ecrThat(() => ({ error, status: 429 }));
  await expect(attempt(images)).rejects.toMatchObject({ message, cause: { name: error } });
  expect(calls).toHaveLength(3);
});

it('fails when ECR names no URL, and shows none in an error', async () => {
  const { images } = await ecrThat(() => ({ body: { layerDigest: DIGEST } }));
  await expect(images.findLayerUrl('acme/app', DIGEST)).rejects.toMatchObject({
    message: `could not find layer ${DIGEST} of acme/app`,
    cause: { message: 'ECR answered without a URL' },
  });
});
