import { buffer } from 'node:stream/consumers';
import type { Blob, Blobs } from '../aws/blobs.ts';
import { OCI_MANIFEST } from '../aws/ecr-manifest.ts';
import { BadInput, shown } from '../http/bad-input.ts';
import { FAMILIES, jsonBytes } from '../samples/image.ts';
import type { FoundImage } from './found-image.ts';
import { type Json, objectsIn, parseJson } from './json.ts';
import type { Archive } from './open-archive.ts';

const TAR = 'application/vnd.oci.image.layer.v1.tar';
const GZIP = Buffer.from([0x1f, 0x8b]);

/** What `docker save` writes: `manifest.json` names configs and layers. `undefined` when this is none. */
export const dockerImages = async (
  archive: Archive,
  blobs: Blobs,
): Promise<readonly FoundImage[] | undefined> => {
  const text = await archive.findText('manifest.json');
  if (text === undefined) return undefined;
  return objectsIn(parseJson('manifest.json', text)).map((saved) => ({
    name: namesOf(saved.RepoTags)[0],
    push: async (ecr, repository, tag) => {
      const manifest = await manifestOf({ archive, blobs }, saved);
      return ecr.pushImage(repository, { manifest, mediaType: OCI_MANIFEST, tags: [tag] });
    },
  }));
};

const namesOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

type Source = { readonly archive: Archive; readonly blobs: Blobs };

/** Docker keeps no manifest: the digest is that of the one made here. */
const manifestOf = async (source: Source, { Config, Layers }: Json): Promise<Uint8Array> => {
  if (typeof Config !== 'string') throw new BadInput('manifest.json names no config');
  const config = await required(source, Config);
  const layers = [];
  for (const name of namesOf(Layers)) {
    const blob = await required(source, name);
    layers.push({
      mediaType: await typeOf(source, blob),
      digest: blob.digest,
      size: blob.sizeBytes,
    });
  }
  return jsonBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: FAMILIES.oci.config, digest: config.digest, size: config.sizeBytes },
    layers,
  });
};

const required = async ({ archive }: Source, name: string): Promise<Blob> => {
  // Such a name is a path only in a tar, where it leads to nothing on disk.
  const blob = name.includes('..') ? undefined : await archive.store(name);
  if (blob === undefined) throw new BadInput(`${shown(name)} is missing in the archive`);
  return blob;
};

const typeOf = async ({ blobs }: Source, { digest }: Blob): Promise<string> =>
  (await buffer(blobs.read(digest, 0, 1))).equals(GZIP) ? FAMILIES.oci.layer : TAR;
