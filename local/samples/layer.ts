import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { digestOf } from '../aws/blobs.ts';

export type Layer = {
  /** Gzipped. */
  readonly bytes: Uint8Array;
  /** Digest of what unzipping it gives, for a config's `diff_ids`. */
  readonly diffId: string;
};

/** The same bytes on each start, so that digests on the page and in a client's cache stay true. */
const MADE_AT = new Date('2026-01-01T00:00:00Z');

export const layerOf = async (files: Readonly<Record<string, string>>): Promise<Layer> => {
  const archive = pack();
  for (const [name, text] of Object.entries(files)) {
    archive.entry({ name, mtime: MADE_AT, mode: 0o644, uid: 0, gid: 0 }, text);
  }
  archive.finalize();
  const tar = await buffer(archive);
  return { bytes: gzipSync(tar), diffId: digestOf(tar) };
};
