import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  CompleteLayerUploadCommand,
  InitiateLayerUploadCommand,
  LayerAlreadyExistsException,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import type { World } from './world.ts';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

export type TinyImage = {
  readonly manifest: string;
  readonly mediaType: string;
  readonly digest: string;
  readonly config: Buffer;
  readonly layer: Buffer;
};

export const digestOf = (bytes: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A whole image of a few hundred bytes; another `label` makes another one. */
export const tinyImage = (label: string, spelling: 'with type' | 'without type' = 'with type') => {
  const files = Buffer.from(`a probe of Wharfage: ${label}\n`);
  const layer = gzipSync(files);
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(files)] },
    }),
  );
  const descriptor = (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    ...(spelling === 'with type' ? { mediaType: OCI_MANIFEST } : {}),
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: [descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
  });
  return { manifest, mediaType: OCI_MANIFEST, digest: digestOf(manifest), config, layer };
};

export const pushImage = async (
  world: World,
  repository: string,
  image: TinyImage,
  tag: string,
): Promise<void> => {
  for (const bytes of [image.config, image.layer]) await upload(world, repository, bytes);
  await putImage(world, repository, image, tag);
};

export const putImage = async (
  { clients }: World,
  repository: string,
  { manifest, mediaType }: TinyImage,
  tag: string,
): Promise<void> => {
  await clients.ecr.send(
    new PutImageCommand({
      repositoryName: repository,
      imageManifest: manifest,
      imageManifestMediaType: mediaType,
      imageTag: tag,
    }),
  );
};

/** In one part, as nothing here has more than a few hundred bytes. */
export const upload = async (
  { clients: { ecr } }: World,
  repository: string,
  bytes: Buffer,
): Promise<string> => {
  const { uploadId } = await ecr.send(
    new InitiateLayerUploadCommand({ repositoryName: repository }),
  );
  await ecr.send(
    new UploadLayerPartCommand({
      repositoryName: repository,
      uploadId,
      partFirstByte: 0,
      partLastByte: bytes.length - 1,
      layerPartBlob: bytes,
    }),
  );
  try {
    await ecr.send(
      new CompleteLayerUploadCommand({
        repositoryName: repository,
        uploadId,
        layerDigests: [digestOf(bytes)],
      }),
    );
  } catch (error) {
    if (!(error instanceof LayerAlreadyExistsException)) throw error;
  }
  return digestOf(bytes);
};
