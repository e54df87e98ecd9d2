import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type Blob = { readonly digest: string; readonly sizeBytes: number };

type Bytes = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Where layers, configs and manifests are, each under the digest of its bytes. */
export type Blobs = {
  /** Answers the digest computed from the bytes. */
  put(bytes: Bytes): Promise<Blob>;
  find(digest: string): Promise<Blob | undefined>;
  /** From the first to the last byte, both included. */
  read(digest: string, first: number, last: number): Readable;
  readWhole(digest: string): Promise<Buffer>;
  digests(): Promise<readonly string[]>;
  remove(digest: string): Promise<void>;
};

/** A digest becomes a file name only in this form. */
const DIGEST = /^sha256:[0-9a-f]{64}$/;

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export const memoryBlobs = (): Blobs => {
  const kept = new Map<string, Buffer>();
  const wholeOf = (digest: string): Buffer => {
    const bytes = kept.get(digest);
    if (bytes === undefined) throw new Error(`no blob ${digest} is kept here`);
    return bytes;
  };
  return {
    put: async (bytes) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes) chunks.push(chunk);
      const whole = Buffer.concat(chunks);
      const digest = digestOf(whole);
      kept.set(digest, whole);
      return { digest, sizeBytes: whole.length };
    },
    find: async (digest) => {
      const bytes = kept.get(digest);
      return bytes && { digest, sizeBytes: bytes.length };
    },
    read: (digest, first, last) => Readable.from([wholeOf(digest).subarray(first, last + 1)]),
    readWhole: async (digest) => wholeOf(digest),
    digests: async () => [...kept.keys()],
    remove: async (digest) => {
      kept.delete(digest);
    },
  };
};

/** One file for each, so that a layer of any size is never in memory whole. */
export const directoryBlobs = async (directory: string): Promise<Blobs> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Drafts of a run that was killed.
  for (const name of await readdir(directory)) {
    if (name.endsWith(DRAFT)) await rm(join(directory, name), { force: true });
  }
  const pathOf = (digest: string): string => {
    if (DIGEST.test(digest)) return join(directory, digest.replace(':', '-'));
    throw new Error(`a digest is sha256: and 64 hexadecimal digits, got ${digest.slice(0, 100)}`);
  };
  return {
    put: async (bytes) => {
      const draft = join(directory, `${randomUUID()}${DRAFT}`);
      try {
        const blob = await write(draft, bytes);
        await rename(draft, pathOf(blob.digest));
        return blob;
      } finally {
        await rm(draft, { force: true });
      }
    },
    find: async (digest) => {
      const size = DIGEST.test(digest) ? await sizeOf(pathOf(digest)) : undefined;
      return size === undefined ? undefined : { digest, sizeBytes: size };
    },
    // A stream's `end` is included; an empty file has no last byte.
    read: (digest, first, last) =>
      last < first
        ? Readable.from([])
        : createReadStream(pathOf(digest), { start: first, end: last }),
    readWhole: (digest) => readFile(pathOf(digest)),
    digests: async () =>
      (await readdir(directory))
        .map((name) => name.replace('-', ':'))
        .filter((name) => DIGEST.test(name)),
    remove: (digest) => rm(pathOf(digest), { force: true }),
  };
};

const DRAFT = '.draft';

const write = async (path: string, bytes: Bytes): Promise<Blob> => {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  };
  await pipeline(counted, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes };
};

const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};
