import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { Blob, Blobs } from '../aws/blobs.ts';
import { BadInput, shown } from '../http/bad-input.ts';

/**
 * The files of an image on disk: a directory, or a tar of one. What is stored and turns out not to belong to an image
 * goes at the next start, as everything that no image refers to.
 */
export type Archive = {
  /** What is no file there is `undefined`. */
  findText(name: string): Promise<string | undefined>;
  /** Into the registry's blobs; `undefined` when there is no such file. */
  store(name: string): Promise<Blob | undefined>;
};

const ENTRIES_MAX = 10_000;
/** Descriptions only; layers are never read whole. */
const TEXT_BYTES_MAX = 4 * 1024 * 1024;

export const openArchive = async (path: string, blobs: Blobs): Promise<Archive> => {
  const found = await kindOf(path);
  if (found === 'directory') return directoryArchive(path, blobs);
  if (found === 'file') return tarArchive(path, blobs);
  throw new BadInput(
    `${shown(path)} is ${found}: a directory with an OCI image layout, or a tar of one or of docker save, is needed`,
  );
};

const kindOf = async (path: string): Promise<'directory' | 'file' | 'missing' | 'no file'> => {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'directory';
    return found.isFile() ? 'file' : 'no file';
  } catch (error) {
    if (isMissing(error)) return 'missing';
    throw new BadInput(`${shown(path)} cannot be read`, { cause: error });
  }
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(error.code));

/** Names are ours or made of a checked digest: none leads out of the directory. */
const directoryArchive = (directory: string, blobs: Blobs): Archive => {
  const orMissing = async <Value>(read: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  return {
    findText: (name) =>
      orMissing(async () => {
        const path = join(directory, name);
        requireShort(name, (await stat(path)).size);
        return readFile(path, 'utf8');
      }),
    store: (name) => orMissing(() => blobs.put(createReadStream(join(directory, name)))),
  };
};

/** A tar is read once, from its beginning to its end: every file of it goes to the blobs. */
const tarArchive = async (path: string, blobs: Blobs): Promise<Archive> => {
  const { files, links } = await readTar(path, blobs);
  const blobOf = (name: string): Blob | undefined =>
    files.get(name) ?? files.get(links.get(name) ?? '');
  return {
    findText: async (name) => {
      const blob = blobOf(name);
      if (blob === undefined) return undefined;
      requireShort(name, blob.sizeBytes);
      return (await blobs.readWhole(blob.digest)).toString('utf8');
    },
    store: async (name) => blobOf(name),
  };
};

type TarFiles = {
  readonly files: Map<string, Blob>;
  /** Older versions of `docker save` keep a layer once, and point at it. */
  readonly links: Map<string, string>;
};

const readTar = async (path: string, blobs: Blobs): Promise<TarFiles> => {
  const found: TarFiles = { files: new Map(), links: new Map() };
  const reader = extract();
  const bytes = createReadStream(path);
  const reading = (await isZipped(path))
    ? pipeline(bytes, createGunzip(), reader)
    : pipeline(bytes, reader);
  try {
    let entries = 0;
    for await (const entry of reader) {
      entries += 1;
      if (entries > ENTRIES_MAX) throw new BadInput(`the tar has more than ${ENTRIES_MAX} entries`);
      await take(found, entry, blobs);
      entry.resume();
    }
    await reading;
    return found;
  } catch (cause) {
    // Whatever ended the one has ended the other.
    reader.destroy();
    await Promise.allSettled([reading]);
    if (cause instanceof BadInput) throw cause;
    throw new BadInput(`${shown(path)} is not a tar, or is cut off`, { cause });
  }
};

type Entry = AsyncIterable<unknown> & { readonly header: Header };

const take = async ({ files, links }: TarFiles, entry: Entry, blobs: Blobs): Promise<void> => {
  const { name, type, linkname } = entry.header;
  const plain = posix.normalize(name).replace(/^\/+/, '');
  if (type === 'file') files.set(plain, await blobs.put(entry as AsyncIterable<Uint8Array>));
  else if (type === 'symlink' && typeof linkname === 'string') {
    links.set(plain, posix.join(posix.dirname(plain), linkname));
  }
};

const GZIP = Buffer.from([0x1f, 0x8b]);

const isZipped = async (path: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.equals(GZIP);
  } finally {
    await file.close();
  }
};

const requireShort = (name: string, sizeBytes: number): void => {
  if (sizeBytes <= TEXT_BYTES_MAX) return;
  throw new BadInput(`${name} has ${sizeBytes} bytes, at most ${TEXT_BYTES_MAX} are read`);
};
