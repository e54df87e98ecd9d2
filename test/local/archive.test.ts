import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Added, addImage } from '../../local/archive/add-image.ts';
import { type Blobs, digestOf, memoryBlobs } from '../../local/aws/blobs.ts';
import { type EcrStandIn, startEcr } from '../../local/aws/ecr.ts';
import { imageOf, indexOf, jsonBytes, type Piece } from '../../local/samples/image.ts';
import { layerOf } from '../../local/samples/layer.ts';
import { inTemporaryFolder } from '../support/temporary-folder.ts';

const SOLD = ['acme/app', 'acme/agent'];
type Files = Record<string, Uint8Array>;

let blobs: Blobs;
let ecr: EcrStandIn;
beforeEach(async () => {
  blobs = memoryBlobs();
  ecr = await startEcr({ now: () => 1_800_000_000, repositories: SOLD, blobs });
});
afterEach(() => ecr.close());

const fileOf = (bytes: Uint8Array): Files => ({
  [`blobs/sha256/${digestOf(bytes).slice(7)}`]: bytes,
});
const indexJson = (root: Piece, annotations: object = {}): Files => ({
  'oci-layout': Buffer.from('{"imageLayoutVersion":"1.0.0"}'),
  'index.json': jsonBytes({
    schemaVersion: 2,
    manifests: [
      {
        mediaType: root.mediaType,
        digest: digestOf(root.manifest),
        size: root.manifest.length,
        annotations,
      },
    ],
  }),
});
const image = async (text: string) =>
  imageOf('oci', 'amd64', [await layerOf({ 'etc/text': text })], {});
const layoutOf = async (text: string, annotations: object = {}): Promise<Files> => {
  const built = await image(text);
  const parts = [built.manifest, ...built.blobs].map(fileOf);
  return Object.assign(indexJson(built, annotations), ...parts);
};

const asDirectory = async (folder: string, files: Files): Promise<string> => {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return folder;
};
const tarOf = async (files: Files, links: Record<string, string> = {}): Promise<Buffer> => {
  const archive = pack();
  for (const [name, bytes] of Object.entries(files)) archive.entry({ name }, Buffer.from(bytes));
  for (const [name, linkname] of Object.entries(links)) {
    archive.entry({ name, type: 'symlink', linkname });
  }
  archive.finalize();
  return buffer(archive);
};
const asFile = async (folder: string, bytes: Uint8Array): Promise<string> => {
  const path = join(folder, 'image.tar');
  await writeFile(path, bytes);
  return path;
};

const add = (path: string, more: { repository?: string; tag?: string } = {}) =>
  addImage({ ecr, blobs }, SOLD, { path, ...more });
const pushed = ([only]: readonly Added[]) => only;

describe('an OCI image layout', () => {
  it.each(['directory', 'tar', 'zipped tar'])('is added from a %s with its own digest', (form) =>
    inTemporaryFolder(async (folder) => {
      const files = await layoutOf('mine');
      const path = {
        directory: () => asDirectory(join(folder, 'layout'), files),
        tar: async () => asFile(folder, await tarOf(files)),
        'zipped tar': async () => asFile(folder, gzipSync(await tarOf(files))),
      }[form];
      const digest = digestOf((await image('mine')).manifest);
      const added = await add((await path?.()) ?? '', { repository: 'acme/app', tag: '2.0' });
      expect(added).toEqual([{ repository: 'acme/app', tag: '2.0', digest }]);
      expect(ecr.tags()['acme/app']).toEqual({ '2.0': digest });
    }),
  );

  it.each([
    [{ 'org.opencontainers.image.ref.name': '3.1' }, { repository: 'acme/app' }, '3.1'],
    [{ 'io.containerd.image.name': 'docker.io/acme/app:4.0' }, {}, '4.0'],
    [{}, { repository: 'acme/app' }, 'latest'],
  ])('named %j is added as %j with the tag %s', (annotations, more, tag) =>
    inTemporaryFolder(async (folder) => {
      const path = await asDirectory(folder, await layoutOf('mine', annotations));
      expect(pushed(await add(path, more))).toMatchObject({ repository: 'acme/app', tag });
    }),
  );

  it('is added with every platform of its index, or as the only one that was saved', () =>
    inTemporaryFolder(async (folder) => {
      const here = await image('here');
      const away = await image('away');
      const index = indexOf('oci', { amd64: here, arm64: away });
      const part = Object.assign(
        indexJson(index),
        ...[index.manifest, here.manifest, ...here.blobs].map(fileOf),
      );
      const whole = Object.assign({ ...part }, ...[away.manifest, ...away.blobs].map(fileOf));
      const to = { repository: 'acme/app' };
      const one = await add(await asDirectory(join(folder, 'part'), part), to);
      expect(pushed(one)?.digest).toBe(digestOf(here.manifest));
      const all = await add(await asDirectory(join(folder, 'whole'), whole), to);
      expect(pushed(all)?.digest).toBe(digestOf(index.manifest));
      const none = Object.assign(indexJson(index), fileOf(index.manifest));
      await expect(add(await asDirectory(join(folder, 'none'), none), to)).rejects.toThrow(
        'the index names 2 manifests, and 0 are in the archive',
      );
    }));

  it('with a blob that is missing or not what its name says is refused', () =>
    inTemporaryFolder(async (folder) => {
      const files = await layoutOf('mine');
      const { blobs: own } = await image('mine');
      const [name = ''] = Object.keys(fileOf(own[1] ?? new Uint8Array()));
      const { [name]: _layer, ...missing } = files;
      const to = { repository: 'acme/app' };
      await expect(add(await asDirectory(join(folder, 'a'), missing), to)).rejects.toThrow(
        `${name} is missing`,
      );
      const other = { ...files, [name]: Buffer.from('other') };
      await expect(add(await asDirectory(join(folder, 'b'), other), to)).rejects.toThrow(
        'does not have the digest that its name says',
      );
      expect(ecr.tags()['acme/app']).toEqual({});
    }));
});

describe('what docker save writes', () => {
  const saved = async () => {
    const { bytes, diffId } = await layerOf({ 'etc/text': 'saved' });
    const config = jsonBytes({ rootfs: { type: 'layers', diff_ids: [diffId] } });
    return {
      'manifest.json': jsonBytes([
        {
          Config: 'c.json',
          RepoTags: ['registry.example/acme/agent:5.0'],
          Layers: ['a/layer.tar'],
        },
      ]),
      'c.json': config,
      'a/layer.tar': bytes,
    };
  };

  it('is added under the name it has there', () =>
    inTemporaryFolder(async (folder) => {
      const path = await asFile(folder, await tarOf(await saved()));
      expect(pushed(await add(path))).toMatchObject({ repository: 'acme/agent', tag: '5.0' });
      const digest = ecr.tags()['acme/agent']?.['5.0'] ?? '';
      const manifest = JSON.parse((await blobs.readWhole(digest)).toString());
      expect(manifest.layers[0].mediaType).toBe('application/vnd.oci.image.layer.v1.tar+gzip');
    }));

  it('with layers that point at others, and layers that are not zipped', () =>
    inTemporaryFolder(async (folder) => {
      const { 'a/layer.tar': layer, ...files } = await saved();
      const plain = { ...files, 'b/layer.tar': Buffer.from('a plain tar') };
      expect(layer.length).toBeGreaterThan(0);
      const tar = await tarOf(plain, { 'a/layer.tar': '../b/layer.tar' });
      await add(await asFile(folder, tar));
      const digest = ecr.tags()['acme/agent']?.['5.0'] ?? '';
      const manifest = JSON.parse((await blobs.readWhole(digest)).toString());
      expect(manifest.layers).toEqual([
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar',
          digest: digestOf(Buffer.from('a plain tar')),
          size: 11,
        },
      ]);
    }));

  it('without a layer that it names is refused', () =>
    inTemporaryFolder(async (folder) => {
      const { 'a/layer.tar': _layer, ...files } = await saved();
      await expect(add(await asFile(folder, await tarOf(files)))).rejects.toThrow(
        '"a/layer.tar" is missing in the archive',
      );
    }));
});

describe('what cannot be added says why', () => {
  it.each([
    ['nothing', undefined, 'is missing: a directory with an OCI image layout'],
    ['no tar', Buffer.alloc(2_000, 'x'), 'is not a tar, or is cut off'],
    ['an empty file', Buffer.alloc(0), 'there is neither an index.json'],
  ])('%s', (_name, bytes, sentence) =>
    inTemporaryFolder(async (folder) => {
      const path = bytes === undefined ? join(folder, 'gone') : await asFile(folder, bytes);
      await expect(add(path, { repository: 'acme/app' })).rejects.toThrow(sentence);
    }),
  );

  it('a tar that is cut off', () =>
    inTemporaryFolder(async (folder) => {
      const tar = await tarOf(await layoutOf('mine'));
      const path = await asFile(folder, tar.subarray(0, tar.length - 2_500));
      await expect(add(path, { repository: 'acme/app' })).rejects.toThrow('is cut off');
    }));

  it('an index.json that is not JSON, or names something without a digest', () =>
    inTemporaryFolder(async (folder) => {
      const to = { repository: 'acme/app' };
      const broken = { 'index.json': Buffer.from('secret{') };
      const path = await asDirectory(join(folder, 'a'), broken);
      await expect(add(path, to)).rejects.toThrow(/^index\.json is not JSON$/);
      const odd = { 'index.json': Buffer.from('{"manifests":[{"digest":"sha256:../../x"}]}') };
      await expect(add(await asDirectory(join(folder, 'b'), odd), to)).rejects.toThrow(
        'without a sha256 digest',
      );
    }));

  it('a repository that is not sold, and one that cannot be guessed', () =>
    inTemporaryFolder(async (folder) => {
      const path = await asDirectory(folder, await layoutOf('mine'));
      await expect(add(path, { repository: 'acme/none' })).rejects.toThrow(
        'repository is "acme/none": the catalog (bin/catalog.ts) sells acme/app, acme/agent',
      );
      await expect(add(path)).rejects.toThrow(
        'say which repository with --repository: acme/app, acme/agent',
      );
      await expect(add(path, { repository: 'acme/app', tag: '-no-' })).rejects.toThrow('imageTag');
    }));
});

describe('the samples’ archives', () => {
  it('are tars that others read as well', () =>
    inTemporaryFolder(async (folder) => {
      const { bytes } = await layerOf({ 'etc/text': 'hello\n' });
      const path = join(folder, 'layer.tgz');
      await writeFile(path, bytes);
      expect(execFileSync('tar', ['-xzOf', path, 'etc/text']).toString()).toBe('hello\n');
    }));
});
