import { digestOf } from '../aws/blobs.ts';
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../aws/ecr-manifest.ts';
import type { Layer } from './layer.ts';

export type Piece = { readonly manifest: Uint8Array; readonly mediaType: string };
/** One image: what is pushed first, and the manifest that names it. */
export type Built = Piece & { readonly blobs: readonly Uint8Array[] };

/** Both families name the same things differently, and clients meet both. */
export const FAMILIES = {
  oci: {
    manifest: OCI_MANIFEST,
    index: OCI_INDEX,
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    manifest: DOCKER_MANIFEST,
    index: DOCKER_LIST,
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const;

export type Family = keyof typeof FAMILIES;

export const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

export const descriptor = (mediaType: string, bytes: Uint8Array) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

/** A manifest of one platform. */
export const imageOf = (
  family: Family,
  architecture: string,
  layers: readonly Layer[],
  labels: Readonly<Record<string, string>>,
): Built => {
  const types = FAMILIES[family];
  const config = jsonBytes({
    created: '2026-01-01T00:00:00Z',
    architecture,
    os: 'linux',
    config: { Env: ['PATH=/bin'], Cmd: ['/bin/hello'], Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created: '2026-01-01T00:00:00Z', created_by: 'wharfage sample' })),
  });
  const manifest = jsonBytes({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptor(types.config, config),
    layers: layers.map(({ bytes }) => descriptor(types.layer, bytes)),
  });
  return {
    manifest,
    mediaType: types.manifest,
    blobs: [config, ...layers.map(({ bytes }) => bytes)],
  };
};

/** An index, or Docker's manifest list, of images by architecture. */
export const indexOf = (family: Family, images: Readonly<Record<string, Piece>>): Piece => {
  const { index } = FAMILIES[family];
  const manifests = Object.entries(images).map(([architecture, { manifest, mediaType }]) => ({
    ...descriptor(mediaType, manifest),
    platform: { architecture, os: 'linux' },
  }));
  return {
    manifest: jsonBytes({ schemaVersion: 2, mediaType: index, manifests }),
    mediaType: index,
  };
};
