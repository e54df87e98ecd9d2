import { request as httpRequest } from 'node:http';
import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  DescribeImagesCommand,
  GetDownloadUrlForLayerCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Blobs, digestOf, memoryBlobs } from '../../../local/aws/blobs.ts';
import { type EcrStandIn, startEcr } from '../../../local/aws/ecr.ts';
import type { EcrEvent } from '../../../local/aws/ecr-events.ts';
import { THROTTLED } from '../../../local/aws/faults.ts';
import { type Built, imageOf, indexOf } from '../../../local/samples/image.ts';
import { layerOf } from '../../../local/samples/layer.ts';
import { type Storage, startStorage } from '../../../local/storage.ts';
import { ecrClient, stoppedClock } from './clients.ts';

const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const APP = 'acme/app';
const ABSENT = `sha256:${'0'.repeat(64)}`;

let clock: ReturnType<typeof stoppedClock>;
let blobs: Blobs;
let storage: Storage;
let ecr: EcrStandIn;
let client: ReturnType<typeof ecrClient>;

const restart = async (state?: ReturnType<EcrStandIn['snapshot']>): Promise<void> => {
  ecr = await startEcr({
    now: clock.now,
    repositories: [APP, 'acme/other'],
    blobs,
    layerUrl: storage.layerUrl,
    ...(state === undefined ? {} : { state }),
  });
  client = ecrClient(ecr.url);
};

beforeEach(async () => {
  clock = stoppedClock();
  blobs = memoryBlobs();
  storage = await startStorage({ now: clock.now, blobs });
  await restart();
});

afterEach(async () => {
  client.destroy();
  await ecr.close();
  await storage.close();
});

const build = async (text: string, family: 'oci' | 'docker' = 'oci'): Promise<Built> =>
  imageOf(family, 'amd64', [await layerOf({ 'etc/text': text })], {});

type Ids = { imageTag?: string; imageDigest?: string }[];
const get = (imageIds: Ids, acceptedMediaTypes?: string[]) =>
  client.send(
    new BatchGetImageCommand({
      repositoryName: APP,
      imageIds,
      ...(acceptedMediaTypes === undefined ? {} : { acceptedMediaTypes }),
    }),
  );
const describeAll = (more: object = {}) =>
  client.send(new DescribeImagesCommand({ repositoryName: APP, ...more }));
const layerUrl = async (layerDigest: string, repositoryName = APP): Promise<string> => {
  const command = new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest });
  return (await client.send(command)).downloadUrl ?? '';
};
const bytesOf = (text: string | undefined) => Buffer.from(text ?? '');

describe('an image', () => {
  it('is read by digest in its own bytes, whatever is accepted', async () => {
    const image = await build('one');
    const digest = await ecr.pushImage(APP, { ...image, tags: ['1.0.0'] });
    for (const accepted of [undefined, [DOCKER], [OCI]]) {
      const { images } = await get([{ imageDigest: digest }], accepted);
      expect(images?.[0]?.imageManifestMediaType).toBe(OCI);
      expect(digestOf(bytesOf(images?.[0]?.imageManifest))).toBe(digest);
    }
  });

  it('is converted by tag unless its own type is accepted, and the digest is then not that of the bytes', async () => {
    const digest = await ecr.pushImage(APP, { ...(await build('one')), tags: ['1.0.0'] });
    const own = await get([{ imageTag: '1.0.0' }], [DOCKER, OCI]);
    expect(digestOf(bytesOf(own.images?.[0]?.imageManifest))).toBe(digest);
    for (const accepted of [undefined, [DOCKER]]) {
      const { images } = await get([{ imageTag: '1.0.0' }], accepted);
      expect(images?.[0]?.imageId).toEqual({ imageDigest: digest, imageTag: '1.0.0' });
      expect(images?.[0]?.imageManifestMediaType).toBe(DOCKER);
      expect(images?.[0]?.imageManifest).not.toContain('vnd.oci');
      expect(digestOf(bytesOf(images?.[0]?.imageManifest))).not.toBe(digest);
    }
  });

  it('that is missing, misnamed or archived is a failure beside the others', async () => {
    const kept = await ecr.pushImage(APP, { ...(await build('kept')), tags: ['1.0.0'] });
    const archived = await ecr.pushImage(APP, { ...(await build('old')), tags: ['0.9.0'] });
    ecr.setArchived(APP, archived, true);
    const { images, failures } = await get(
      [
        { imageTag: '1.0.0' },
        { imageTag: 'absent' },
        { imageTag: '-' },
        { imageDigest: 'sha256:short' },
        { imageDigest: archived },
        { imageDigest: kept, imageTag: '0.9.0' },
        {},
      ],
      [OCI],
    );
    expect(images?.map(({ imageId }) => imageId?.imageDigest)).toEqual([kept]);
    expect(failures?.map(({ failureCode }) => failureCode)).toEqual([
      'ImageNotFound',
      'InvalidImageTag',
      'InvalidImageDigest',
      'ImageNotFound',
      'ImageTagDoesNotMatchDigest',
      'MissingDigestAndTag',
    ]);
    ecr.setArchived(APP, archived, false);
    expect((await get([{ imageTag: '0.9.0' }])).images).toHaveLength(1);
  });

  it.each([0, 101])('is not read %i at a time', async (count) => {
    const ids = Array.from({ length: count }, () => ({ imageTag: 'a' }));
    await expect(get(ids)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('is pushed after what it refers to', async () => {
    const image = await build('one');
    await expect(ecr.pushImage(APP, { ...image, blobs: [] })).rejects.toMatchObject({
      code: 'LayersNotFoundException',
    });
    await expect(ecr.pushImage(APP, indexOf('oci', { amd64: image }))).rejects.toMatchObject({
      code: 'ReferencedImagesNotFoundException',
    });
    await expect(ecr.pushImage('acme/gone', { ...image, tags: ['a'] })).rejects.toMatchObject({
      code: 'RepositoryNotFoundException',
    });
    await expect(
      ecr.pushImage(APP, { manifest: Buffer.alloc(4_194_305), mediaType: OCI }),
    ).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });
});

describe('a listing', () => {
  it('comes by page, with tags, sizes and the time of the first push', async () => {
    const pushed: string[] = [];
    for (const text of ['a', 'b', 'c']) {
      pushed.push(await ecr.pushImage(APP, { ...(await build(text)), tags: [text] }));
    }
    clock.advance(60);
    ecr.moveTag(APP, 'again', pushed[0] ?? '');
    const first = await describeAll({ maxResults: 2 });
    const second = await describeAll({ maxResults: 2, nextToken: first.nextToken });
    const all = [...(first.imageDetails ?? []), ...(second.imageDetails ?? [])];
    expect(second.nextToken).toBeUndefined();
    expect(all.map(({ imageDigest }) => imageDigest)).toEqual([...pushed].sort());
    const again = all.find(({ imageDigest }) => imageDigest === pushed[0]);
    expect(again).toMatchObject({
      imageTags: ['a', 'again'],
      imageStatus: 'ACTIVE',
      imageManifestMediaType: OCI,
      imagePushedAt: new Date(1_800_000_000_000),
    });
  });

  it('leaves out archived images unless it is asked for them', async () => {
    const digest = await ecr.pushImage(APP, { ...(await build('a')), tags: ['a'] });
    ecr.setArchived(APP, digest, true);
    const count = async (filter?: object) =>
      (await describeAll(filter === undefined ? {} : { filter })).imageDetails?.length;
    expect(await count()).toBe(0);
    expect(await count({ imageStatus: 'ANY' })).toBe(1);
    expect(await count({ imageStatus: 'ARCHIVED', tagStatus: 'TAGGED' })).toBe(1);
    expect(await count({ imageStatus: 'ARCHIVED', tagStatus: 'UNTAGGED' })).toBe(0);
  });

  it('of named images refuses one that is not there', async () => {
    const digest = await ecr.pushImage(APP, { ...(await build('a')), tags: ['a'] });
    const { imageDetails } = await describeAll({ imageIds: [{ imageTag: 'a' }] });
    expect(imageDetails?.[0]?.imageDigest).toBe(digest);
    await expect(describeAll({ imageIds: [{ imageTag: 'b' }] })).rejects.toMatchObject({
      name: 'ImageNotFoundException',
    });
  });

  it('can be throttled', async () => {
    ecr.fail('DescribeImages', 1, THROTTLED);
    await expect(describeAll()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});

describe('a deletion', () => {
  const remove = (imageIds: Ids) =>
    client.send(new BatchDeleteImageCommand({ repositoryName: APP, imageIds }));

  it('by tag takes the tag, and with the last one the image', async () => {
    const digest = await ecr.pushImage(APP, { ...(await build('a')), tags: ['a', 'b'] });
    await remove([{ imageTag: 'a' }]);
    expect(ecr.tags()[APP]).toEqual({ b: digest });
    await remove([{ imageTag: 'b' }]);
    expect((await describeAll()).imageDetails).toEqual([]);
  });

  it('refuses what an index names', async () => {
    const image = await build('a');
    const child = await ecr.pushImage(APP, image);
    await ecr.pushImage(APP, { ...indexOf('oci', { amd64: image }), tags: ['a'] });
    const { failures } = await remove([{ imageDigest: child }]);
    expect(failures?.[0]?.failureCode).toBe('ImageReferencedByManifestList');
  });
});

describe('the URL of a layer', () => {
  it('is given for layers and configs of an image of this repository only', async () => {
    const image = await build('a');
    const digest = await ecr.pushImage(APP, { ...image, tags: ['a'] });
    for (const blob of image.blobs) {
      const response = await fetch(await layerUrl(digestOf(blob)));
      expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(blob))).toBe(true);
    }
    const [config = new Uint8Array()] = image.blobs;
    const absent = { name: 'LayersNotFoundException' };
    await expect(layerUrl(digestOf(config), 'acme/other')).rejects.toMatchObject(absent);
    await expect(layerUrl(digest)).rejects.toMatchObject(absent);
    await expect(layerUrl(ABSENT)).rejects.toMatchObject(absent);
    await expect(layerUrl('sha256:x')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    ecr.setArchived(APP, digest, true);
    await expect(layerUrl(digestOf(config))).rejects.toMatchObject({
      name: 'LayerInaccessibleException',
    });
  });
});

describe('the storage', () => {
  const one = async (): Promise<string> => {
    const image = await build('a');
    await ecr.pushImage(APP, image);
    return layerUrl(digestOf(image.blobs[1] ?? new Uint8Array()));
  };

  it('is on another host than the registry', async () => {
    expect(new URL(await one()).hostname).toBe('localhost');
    expect(new URL(ecr.url).hostname).toBe('127.0.0.1');
  });

  it('refuses a request that carries another credential', async () => {
    const response = await fetch(await one(), { headers: { authorization: 'Bearer x' } });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Only one auth mechanism allowed');
    expect(storage.requests().at(-1)).toMatchObject({ status: 400, hasAuthorization: true });
  });

  it('refuses another method, another path and a changed signature or expiry', async () => {
    const url = await one();
    const status = async (target: string, method = 'GET') =>
      (await fetch(target, { method })).status;
    expect(await status(url, 'HEAD')).toBe(403);
    expect(await status(url, 'PUT')).toBe(403);
    expect(await status(url.replace(/\/[0-9a-f]{64}/, `/${'0'.repeat(64)}`))).toBe(403);
    expect(await status(url.replace('Expires=3600', 'Expires=9999'))).toBe(403);
    expect(await status(url.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).toBe(403);
    expect(await status(url)).toBe(200);
  });

  it('refuses a URL after its hour', async () => {
    const url = await one();
    clock.advance(3_599);
    expect((await fetch(url)).status).toBe(200);
    clock.advance(1);
    const late = await fetch(url);
    expect([late.status, await late.text()]).toEqual([
      403,
      expect.stringContaining('Request has expired'),
    ]);
  });

  it.each([
    ['bytes=0-3', 206, [0, 4]],
    ['bytes=5-', 206, [5, undefined]],
    ['bytes=-5', 206, [-5, undefined]],
    ['bytes=0-1,3-4', 200, [0, undefined]],
    ['bytes=100000-', 416, undefined],
  ] as const)('answers the range %s with %i', async (range, status, part) => {
    const url = await one();
    const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
    const response = await fetch(url, { headers: { range } });
    expect(response.status).toBe(status);
    if (part === undefined) return;
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.equals(whole.subarray(part[0], part[1]))).toBe(true);
    expect(response.headers.has('content-range')).toBe(status === 206);
  });

  it('answers under both addresses of localhost', async () => {
    const url = new URL(await one());
    const status = (hostname: string) =>
      new Promise<number | string>((resolve) => {
        httpRequest(
          { hostname, port: url.port, path: `${url.pathname}${url.search}` },
          (response) => resolve(response.resume().statusCode ?? 0),
        )
          .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
          .end();
      });
    expect(await status('127.0.0.1')).toBe(200);
    // A machine without IPv6 has only the one.
    expect([200, 'EADDRNOTAVAIL', 'EAFNOSUPPORT']).toContain(await status('::1'));
  });

  it('breaks off when told to, and then no more', async () => {
    const url = await one();
    storage.breakOff(1, 10);
    await expect(fetch(url).then((response) => response.arrayBuffer())).rejects.toThrow();
    expect((await fetch(url)).status).toBe(200);
  });
});

describe('events', () => {
  const listen = (): EcrEvent[] => {
    const heard: EcrEvent[] = [];
    ecr.events.deliverTo(async (event) => {
      heard.push(event);
    });
    return heard;
  };
  const detailsOf = (events: readonly EcrEvent[]) => events.map(({ detail }) => detail);

  it('tell of a push, an archived and a deleted image, as ECR words them', async () => {
    const heard = listen();
    const digest = await ecr.pushImage(APP, { ...(await build('a')), tags: ['a'] });
    ecr.setArchived(APP, digest, true);
    ecr.deleteImage(APP, digest);
    await ecr.events.flush();
    expect(heard[0]).toMatchObject({ source: 'aws.ecr', 'detail-type': 'ECR Image Action' });
    const about = { result: 'SUCCESS', 'repository-name': APP, 'image-digest': digest };
    expect(detailsOf(heard)).toEqual([
      { ...about, 'action-type': 'PUSH', 'image-tag': 'a' },
      { ...about, 'action-type': 'UPDATE_STORAGE_CLASS', 'target-storage-class': 'ARCHIVE' },
      { ...about, 'action-type': 'DELETE', 'image-tag': 'a' },
    ]);
  });

  it('are lost, doubled or an hour late when told to', async () => {
    const heard = listen();
    for (const mishap of ['lose', 'double', 'delay'] as const) ecr.events.next(mishap, 1);
    for (const text of ['lost', 'twice', 'late']) {
      await ecr.pushImage(APP, { ...(await build(text)), tags: [text] });
    }
    const tags = () => heard.map(({ detail }) => (detail as Record<string, string>)['image-tag']);
    await ecr.events.flush();
    expect(tags()).toEqual(['twice', 'twice']);
    clock.advance(3_600);
    expect(ecr.events.isIdle()).toBe(false);
    await ecr.events.flush();
    expect(tags()).toEqual(['twice', 'twice', 'late']);
  });

  it('nobody hears of what happened before there was a rule', async () => {
    const digest = await ecr.pushImage(APP, { ...(await build('a')), tags: ['a'] });
    const heard = listen();
    ecr.untagImage(APP, 'a');
    await ecr.events.flush();
    expect(detailsOf(heard)).toMatchObject([{ 'action-type': 'DELETE', 'image-digest': digest }]);
  });
});

describe('a snapshot', () => {
  it('keeps images and tags; layers that nothing refers to any more go', async () => {
    const image = await build('a');
    const digest = await ecr.pushImage(APP, { ...image, tags: ['a'] });
    const gone = await ecr.pushImage(APP, await build('b'));
    ecr.deleteImage(APP, gone);
    const state = JSON.parse(JSON.stringify(ecr.snapshot()));
    await ecr.close();
    await restart(state);
    expect(ecr.tags()[APP]).toEqual({ a: digest });
    expect((await get([{ imageTag: 'a' }], [OCI])).images).toHaveLength(1);
    const digests = [digest, ...image.blobs.map(digestOf)];
    expect([...(await blobs.digests())].sort()).toEqual(digests.sort());
  });
});
