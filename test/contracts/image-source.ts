import { expect, it } from 'vitest';
import type { ImageSource } from '../../functions/ports.ts';
import { digestOf, type ImageRegistry } from '../../simulation/stores/image-registry.ts';
import { collect } from '../support/collect.ts';

const APP = 'acme/app';
const AT = 1_780_000_000;
const INDEX = 'application/vnd.oci.image.index.v1+json';
/** Spaces, a final newline and text beyond ASCII: bytes that any second writer of JSON would change. */
const MANIFEST = `{ "schemaVersion": 2, "note": "Pfändung", "layers": [{"digest":"sha256:${'1'.repeat(64)}"}],
  "config": {"digest": "sha256:${'2'.repeat(64)}"} }\n`;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const tag = (name: string) => ({ kind: 'tag', tag: name }) as const;
const byDigest = (digest: string) => ({ kind: 'digest', digest }) as const;
const NOBODY = byDigest(`sha256:${'0'.repeat(64)}`);

type Open = () => Promise<{ readonly images: ImageSource; readonly registry: ImageRegistry }>;

/** What every ImageSource reads of a vendor's repositories. */
export const imageSourceContract = (open: Open): void => {
  const withImage = async () => {
    const opened = await open();
    const digest = opened.registry.push(APP, { manifest: MANIFEST, tags: ['v1', 'latest'] });
    return { ...opened, digest };
  };

  it('reads the stored bytes by tag and by digest, in the order of the question', async () => {
    const { images, registry, digest } = await withImage();
    const index = registry.push(APP, { manifest: { manifests: [] }, mediaType: INDEX });
    const found = {
      kind: 'found',
      digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      body: bytesOf(MANIFEST),
    };
    const asked = [byDigest(index), tag('v1'), NOBODY, byDigest(digest), tag('latest'), tag('v2')];
    expect(await images.readImages(APP, asked)).toStrictEqual([
      {
        kind: 'found',
        reference: byDigest(index),
        digest: index,
        mediaType: INDEX,
        body: bytesOf('{"manifests":[]}'),
      },
      { ...found, reference: tag('v1') },
      { kind: 'missing', reference: NOBODY },
      { ...found, reference: byDigest(digest) },
      { ...found, reference: tag('latest') },
      { kind: 'missing', reference: tag('v2') },
    ]);
    expect(digest).toBe(digestOf(MANIFEST));
  });

  it('reads more than fit into one call, and answers twice for what is asked twice', async () => {
    const { images, registry } = await open();
    const digests = Array.from({ length: 105 }, (_, index) =>
      registry.push(APP, { manifest: { index } }),
    );
    const asked = [...digests, ...digests.slice(0, 2)].map(byDigest);
    const readings = await images.readImages(APP, asked);
    expect(readings.map(({ reference }) => reference)).toStrictEqual(asked);
    expect(new Set(readings.map(({ kind }) => kind))).toStrictEqual(new Set(['found']));
    expect(await images.readImages(APP, [])).toStrictEqual([]);
  });

  it('finds nothing in a repository that is not there', async () => {
    const { images } = await open();
    expect(await images.readImages(APP, [tag('v1'), NOBODY])).toStrictEqual([
      { kind: 'missing', reference: tag('v1') },
      { kind: 'missing', reference: NOBODY },
    ]);
    expect((await collect(images.listImages(APP))).flat()).toStrictEqual([]);
    expect(await images.findImage(APP, tag('v1'))).toBeUndefined();
    expect(await images.findLayerUrl(APP, NOBODY.digest)).toBeUndefined();
  });

  it('says so when the bytes are not those of the digest', async () => {
    const { images, registry, digest } = await withImage();
    registry.corrupt(APP, digest);
    expect(await images.readImages(APP, [tag('v1'), byDigest(digest)])).toStrictEqual([
      { kind: 'mismatch', reference: tag('v1') },
      { kind: 'mismatch', reference: byDigest(digest) },
    ]);
  });

  it('follows a tag that moves, and one that is deleted', async () => {
    const { images, registry, digest } = await withImage();
    const next = registry.push(APP, { manifest: '{"next":1}', tags: ['latest'], pushedAt: AT + 9 });
    expect(await images.readImages(APP, [tag('latest')])).toMatchObject([{ digest: next }]);
    expect(await images.findImage(APP, tag('latest'))).toStrictEqual({
      digest: next,
      tags: ['latest'],
      pushedAt: AT + 9,
      isArchived: false,
    });
    registry.untag(APP, 'latest');
    registry.delete(APP, digest);
    expect(await images.readImages(APP, [tag('latest'), tag('v1')])).toMatchObject([
      { kind: 'missing' },
      { kind: 'missing' },
    ]);
    expect(await images.findImage(APP, byDigest(digest))).toBeUndefined();
    expect((await collect(images.listImages(APP))).flat()).toMatchObject([
      { digest: next, tags: [] },
    ]);
  });

  it('cannot read what is archived, and knows that it is there', async () => {
    const { images, registry, digest } = await withImage();
    registry.archive(APP, digest);
    const listed = { digest, tags: ['latest', 'v1'], pushedAt: AT, isArchived: true };
    expect(await images.readImages(APP, [tag('v1'), byDigest(digest)])).toMatchObject([
      { kind: 'missing' },
      { kind: 'missing' },
    ]);
    expect(await images.findImage(APP, tag('v1'))).toStrictEqual(listed);
    expect((await collect(images.listImages(APP))).flat()).toStrictEqual([listed]);
    registry.restore(APP, digest);
    expect(await images.readImages(APP, [tag('v1')])).toMatchObject([{ kind: 'found' }]);
  });

  it('lists every image of one repository, page by page', async () => {
    const { images, registry } = await withImage();
    registry.push('acme/app2', { manifest: '{}' });
    for (let index = 0; index < 230; index += 1) registry.push(APP, { manifest: { index } });
    const pages = await collect(images.listImages(APP));
    expect(pages.length).toBeGreaterThan(1);
    expect(new Set(pages.flat().map(({ digest }) => digest)).size).toBe(231);
  });

  it('gives out layers and configs of its images, and no other', async () => {
    const { images, registry, digest } = await withImage();
    registry.createRepository('acme/app2');
    const layer = `sha256:${'1'.repeat(64)}`;
    expect(await images.findLayerUrl(APP, layer)).toMatch(/^https:\/\/.+amazonaws\.com\//);
    expect(await images.findLayerUrl(APP, `sha256:${'2'.repeat(64)}`)).toMatch(/^https:/);
    expect(await images.findLayerUrl('acme/app2', layer)).toBeUndefined();
    expect(await images.findLayerUrl(APP, digest)).toBeUndefined();
    registry.delete(APP, digest);
    expect(await images.findLayerUrl(APP, layer)).toBeUndefined();
  });
};
