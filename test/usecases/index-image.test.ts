import { describe, expect, it } from 'vitest';
import type { ReleaseItem, ReleaseKey, ReleaseTag } from '../../functions/core/release.ts';
import { NOW } from '../support/builders.ts';
import {
  digestFor,
  imageOf,
  indexWorld,
  OCI_INDEX,
  OCI_MANIFEST,
  REPOSITORY,
  subjectOf,
  VERSION_TWO,
} from '../support/index-world.ts';

const blob = (name: string) => `blob ${digestFor(name)}`;
const dashed = (digest: string, suffix = '') => `${digest.replace(':', '-')}${suffix}`;

describe('a pushed image', () => {
  it('is answered as it was indexed, with its bytes', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a', 'b']), { tags: ['1.0.0'] });
    const indexed = await world.indexTag('1.0.0');
    if (indexed.kind !== 'indexed') throw new Error(indexed.kind);
    expect(indexed.tag).toStrictEqual((await storedTag(world, '1.0.0')) as ReleaseTag);
    expect(indexed.tag).toMatchObject({
      digest,
      mediaType: OCI_MANIFEST,
      sizeBytes: indexed.body.length,
      firstPushedAt: NOW,
      opens: { app: NOW },
      isArchived: false,
      checkedAt: NOW,
      history: [{ digest, since: NOW }],
    });
    expect(indexed.manifest).toMatchObject({ digest, tags: { '1.0.0': NOW }, opens: { app: NOW } });
    expect(new TextDecoder().decode(indexed.body)).toBe(JSON.stringify(imageOf(['a', 'b'])));
    expect(indexed.tag?.body).toStrictEqual(indexed.body);
  });

  it('leads to its config and layers', async () => {
    const world = indexWorld();
    world.push(imageOf(['a', 'b']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    for (const key of [blob('a'), blob('b'), blob('config of a,b')]) {
      expect(await world.opensOf(key)).toStrictEqual({ app: NOW });
    }
  });

  it('is stored after everything that it leads to', async () => {
    const world = indexWorld();
    const subject = world.push(imageOf(['s']));
    const child = world.push(imageOf(['a'], subjectOf(subject)));
    world.pushIndex([child], { tags: ['1.0.0'] });
    const order: string[] = [];
    world.stores.hooks.before = (method, [items]) => {
      if (method !== 'saveReleases') return;
      order.push([...new Set((items as readonly ReleaseTag[]).map(({ kind }) => kind))].join());
    };
    await world.indexTag('1.0.0');
    expect(order).toStrictEqual(['blob', 'referrer', 'manifest', 'manifest', 'tag']);
  });

  it('opens nothing by a tag that no rule matches', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['2.0.0'] });
    await world.indexTag('2.0.0');
    expect(await world.opensOf('tag 2.0.0')).toStrictEqual({});
    expect(await world.opensOf(blob('a'))).toStrictEqual({});
  });

  it('opens a shared layer for both rules, since the earlier push each', async () => {
    const world = indexWorld();
    world.push(imageOf(['base', 'one']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    world.now = NOW + 50;
    world.push(imageOf(['base', 'two']), { tags: ['lts-1'] });
    await world.indexTag('lts-1');
    world.now = NOW + 90;
    world.push(imageOf(['base', 'three']), { tags: ['1.1.0'] });
    await world.indexTag('1.1.0');
    expect(await world.opensOf(blob('base'))).toStrictEqual({ app: NOW, lts: NOW + 50 });
    expect(await world.opensOf(blob('three'))).toStrictEqual({ app: NOW + 90 });
  });

  it('is missing when ECR does not have it, and nothing is written', async () => {
    const world = indexWorld();
    expect(await world.indexTag('1.0.0')).toStrictEqual({ kind: 'missing' });
    expect(await world.index({ kind: 'digest', digest: digestFor('x') })).toStrictEqual({
      kind: 'missing',
    });
    expect(world.stores.table.size).toBe(0);
  });
});

const storedTag = async (world: ReturnType<typeof indexWorld>, tag: string) =>
  (await world.stores.releases.readReleases([{ repository: REPOSITORY, kind: 'tag', tag }]))[0];

describe('an index', () => {
  it('leads to its children, their layers, and indexes within it', async () => {
    const world = indexWorld();
    const child = world.push(imageOf(['a']));
    const inner = world.pushIndex([child]);
    world.pushIndex([inner], { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    for (const key of [`manifest ${inner}`, `manifest ${child}`, blob('a')]) {
      expect(await world.opensOf(key)).toStrictEqual({ app: NOW });
    }
  });

  it('may be empty', async () => {
    const world = indexWorld();
    const digest = world.pushIndex([], { tags: ['1.0.0'] });
    expect(await world.indexTag('1.0.0')).toMatchObject({ kind: 'indexed', tag: { digest } });
  });

  it('may name children that were never pushed', async () => {
    const world = indexWorld();
    world.pushIndex([digestFor('never')], { tags: ['1.0.0'] });
    expect(await world.indexTag('1.0.0')).toMatchObject({ kind: 'indexed' });
    expect((await world.items()).has(`manifest ${digestFor('never')}`)).toBe(false);
  });

  it('stamps children that were indexed before it', async () => {
    const world = indexWorld();
    const child = world.push(imageOf(['a']));
    await world.index({ kind: 'digest', digest: child });
    expect(await world.opensOf(blob('a'))).toStrictEqual({});
    world.pushIndex([child], { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    expect(await world.opensOf(blob('a'))).toStrictEqual({ app: NOW });
  });

  it('does not have ECR asked for children that are indexed', async () => {
    const world = indexWorld();
    const child = world.push(imageOf(['a']));
    await world.index({ kind: 'digest', digest: child });
    world.pushIndex([child], { tags: ['1.0.0'] });
    world.ecr.calls.length = 0;
    await world.indexTag('1.0.0');
    expect(world.ecr.calls).toStrictEqual(['readImages acme/app']);
  });

  it('has a child read again whose layers are not all stored', async () => {
    const world = indexWorld();
    const child = world.push(imageOf(['a']));
    await world.index({ kind: 'digest', digest: child });
    const lost = (await world.items()).get(blob('a'));
    if (lost?.kind !== 'blob') throw new Error('no layer');
    await world.stores.releases.removeReleases([lost]);
    world.pushIndex([child], { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    expect(await world.opensOf(blob('a'))).toStrictEqual({ app: NOW });
  });

  it('has children read a hundred at a time', async () => {
    const world = indexWorld();
    const children = Array.from({ length: 101 }, (_, child) => world.push(imageOf([`${child}`])));
    world.pushIndex(children, { tags: ['1.0.0'] });
    const sizes: number[] = [];
    world.ecr.hooks.before = (_method, [, references]) => {
      sizes.push((references as readonly unknown[]).length);
    };
    await world.indexTag('1.0.0');
    expect(sizes).toStrictEqual([1, 100, 1]);
    expect(await world.opensOf(blob('100'))).toStrictEqual({ app: NOW });
  });

  it('is followed four levels down, and what lies deeper is named', async () => {
    const world = indexWorld();
    const digests = [world.push(imageOf(['a']))];
    for (let level = 0; level < 5; level += 1) digests.push(world.pushIndex(digests.slice(-1)));
    const [image, lowest] = digests;
    const root = world.pushIndex(digests.slice(-2, -1), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    expect(await world.opensOf(`manifest ${lowest}`)).toStrictEqual({ app: NOW });
    expect((await world.items()).has(`manifest ${image}`)).toBe(false);
    expect(world.report.lines).toMatchObject([
      { metric: 'ReleaseOdd', fields: { because: 'too_much_below', digest: root } },
    ]);
  });

  it('leads to a thousand manifests at most', async () => {
    const world = indexWorld();
    const children = Array.from({ length: 1_000 }, (_, child) => world.push(imageOf([`${child}`])));
    world.pushIndex(children, { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    const manifests = [...(await world.items()).values()].filter(({ kind }) => kind === 'manifest');
    expect(manifests).toHaveLength(1_000);
    expect(world.report.counted('ReleaseOdd')).toBe(1);
  });
});

describe('a tag that moves', () => {
  it('keeps what it pointed at, newest first, and the old image keeps what it opened', async () => {
    const world = indexWorld();
    const before = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    world.now = NOW + 100;
    const after = world.push(imageOf(['b']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    expect(await storedTag(world, '1.0.0')).toMatchObject({
      digest: after,
      firstPushedAt: NOW,
      opens: { app: NOW },
      history: [
        { digest: after, since: NOW + 100 },
        { digest: before, since: NOW },
      ],
    });
    expect(await world.opensOf(`manifest ${before}`)).toStrictEqual({ app: NOW });
    expect(await world.opensOf(`manifest ${after}`)).toStrictEqual({ app: NOW + 100 });
    expect(await world.opensOf(blob('a'))).toStrictEqual({ app: NOW });
  });

  it('serves the bytes of what it points at now', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    world.push(imageOf(['b']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    const text = new TextDecoder().decode(await world.body('1.0.0'));
    expect(text).toBe(JSON.stringify(imageOf(['b'])));
  });

  it('is not opened by the other names of what it points at', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0', 'nightly'] });
    await world.indexTag('1.0.0');
    await world.indexTag('nightly');
    expect(await world.opensOf('tag nightly')).toStrictEqual({});
  });

  it('is missing when it moves to what cannot be served, and its history is kept', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    world.push({ ...(imageOf(['b']) as object), manifests: [] }, { tags: ['1.0.0'] });
    expect(await world.indexTag('1.0.0')).toStrictEqual({ kind: 'odd', because: 'ambiguous' });
    expect((await world.items()).get('tag 1.0.0')).toMatchObject({
      isMissing: true,
      history: [{ digest, since: NOW }],
    });
  });
});

describe('what cannot be served', () => {
  it('is over 4 MiB', async () => {
    const world = indexWorld();
    const annotations = { long: 'x'.repeat(4 * 1024 * 1024) };
    const digest = world.push(imageOf(['a'], { annotations }), { tags: ['1.0.0'] });
    expect(await world.indexTag('1.0.0')).toStrictEqual({ kind: 'odd', because: 'oversized' });
    expect(world.report.lines).toMatchObject([
      { metric: 'ReleaseOdd', fields: { because: 'oversized', digest } },
    ]);
    expect(world.stores.table.size).toBe(0);
  });

  it('does not have the digest that ECR says', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    world.ecr.registry.corrupt(REPOSITORY, digest);
    expect(await world.indexTag('1.0.0')).toStrictEqual({ kind: 'odd', because: 'mismatch' });
    expect(world.report.counted('DigestMismatch')).toBe(1);
    expect(world.stores.table.size).toBe(0);
  });

  it('is left out below an index, once named', async () => {
    const world = indexWorld();
    const broken = world.push(imageOf(['a']));
    world.ecr.registry.corrupt(REPOSITORY, broken);
    const ambiguous = world.push({ ...(imageOf(['b']) as object), manifests: [] });
    const good = world.push(imageOf(['c']));
    world.pushIndex([broken, ambiguous, good], { tags: ['1.0.0'] });
    expect(await world.indexTag('1.0.0')).toMatchObject({ kind: 'indexed' });
    const keys = [...(await world.items()).keys()];
    expect(keys).toContain(`manifest ${good}`);
    expect(keys).not.toContain(`manifest ${broken}`);
    expect(keys).not.toContain(`manifest ${ambiguous}`);
    expect(world.report.counted('ReleaseOdd')).toBe(1);
    expect(world.report.counted('DigestMismatch')).toBeGreaterThan(0);
  });

  it('is a layer that names other places: the others are indexed, and it is named once', async () => {
    const world = indexWorld();
    const foreign = {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      digest: digestFor('windows'),
      size: 7,
      urls: ['https://elsewhere.example/windows'],
    };
    const plain = imageOf(['a']) as { readonly layers: readonly unknown[] };
    const digest = world.push(
      { ...plain, layers: [...plain.layers, foreign] },
      { tags: ['1.0.0'] },
    );
    await world.indexTag('1.0.0');
    await world.indexTag('1.0.0');
    expect((await world.items()).has(blob('windows'))).toBe(false);
    expect((await world.items()).has(blob('a'))).toBe(true);
    expect(world.report.lines).toMatchObject([
      {
        metric: 'ReleaseOdd',
        fields: { because: 'foreign_layers', digest, layers: [digestFor('windows')] },
      },
    ]);
  });
});

describe('a long manifest', () => {
  it.each([
    ['in both items', 10, true, true],
    ['over 32 kB, in the item of the manifest', 33 * 1024, false, true],
    ['over 350 kB, in ECR only', 351 * 1024, false, false],
  ])('is kept %s', async (_where, length, inTag, inManifest) => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a'], { annotations: { long: 'x'.repeat(length) } }), {
      tags: ['1.0.0'],
    });
    const indexed = await world.indexTag('1.0.0');
    expect(indexed).toMatchObject({ kind: 'indexed', body: expect.any(Uint8Array) });
    const [manifest] = await world.stores.releases.readReleases([
      { repository: REPOSITORY, kind: 'manifest', digest },
    ]);
    expect((await world.body('1.0.0')) !== undefined).toBe(inTag);
    expect(manifest?.kind === 'manifest' && manifest.body !== undefined).toBe(inManifest);
  });

  it('of a type that nobody knows is kept as it is and leads nowhere', async () => {
    const world = indexWorld();
    world.push('neither JSON nor anything', { mediaType: 'application/x-vendor', tags: ['1.0.0'] });
    expect(await world.indexTag('1.0.0')).toMatchObject({ manifest: { children: [], blobs: [] } });
    expect(new TextDecoder().decode(await world.body('1.0.0'))).toBe('neither JSON nor anything');
  });
});

describe('what points at an image', () => {
  it('takes its stamp, whichever was pushed first', async () => {
    const first = indexWorld();
    const digest = first.push(imageOf(['a']), { tags: ['1.0.0'] });
    await first.indexTag('1.0.0');
    const late = first.push(imageOf(['sbom'], subjectOf(digest)));
    await first.index({ kind: 'digest', digest: late });

    const last = indexWorld();
    const early = last.push(imageOf(['sbom'], subjectOf(digest)));
    await last.index({ kind: 'digest', digest: early });
    expect(await last.opensOf(`referrer ${digest} ${early}`)).toStrictEqual({});
    last.push(imageOf(['a']), { tags: ['1.0.0'] });
    await last.indexTag('1.0.0');

    for (const world of [first, last]) {
      expect(await world.opensOf(`referrer ${digest} ${late}`)).toStrictEqual({ app: NOW });
      expect(await world.opensOf(`manifest ${late}`)).toStrictEqual({ app: NOW });
      expect(await world.opensOf(blob('sbom'))).toStrictEqual({ app: NOW });
    }
  });

  it('is listed with its artifact type and annotations', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']));
    const sbom = world.push(
      imageOf(['sbom'], { ...subjectOf(digest), annotations: { made: 'today' } }),
    );
    await world.index({ kind: 'digest', digest: sbom });
    expect((await world.items()).get(`referrer ${digest} ${sbom}`)).toMatchObject({
      artifactType: 'application/vnd.example.sbom',
      annotations: { made: 'today' },
      mediaType: OCI_MANIFEST,
    });
  });

  it('may be an index, which has no artifact type of its own', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']));
    const { subject } = subjectOf(digest);
    const referrer = world.push(
      { schemaVersion: 2, manifests: [], subject },
      { mediaType: OCI_INDEX },
    );
    await world.index({ kind: 'digest', digest: referrer });
    const item = (await world.items()).get(`referrer ${digest} ${referrer}`);
    expect(item).toMatchObject({ mediaType: OCI_INDEX });
    expect(item).not.toHaveProperty('artifactType');
  });

  it.each(['', '.sig', '.att', '.sbom'])(
    'by a tag that ends in "%s" takes its stamp',
    async (suffix) => {
      for (const isFirst of [true, false]) {
        const world = indexWorld();
        const image = imageOf(['a']);
        const digest = world.push(image, { tags: ['1.0.0'] });
        const tag = dashed(digest, suffix);
        const signature = world.push(imageOf(['signature']), { tags: [tag] });
        for (const each of isFirst ? [tag, '1.0.0'] : ['1.0.0', tag]) await world.indexTag(each);
        for (const key of [`tag ${tag}`, `manifest ${signature}`, blob('signature')]) {
          expect(await world.opensOf(key)).toStrictEqual({ app: NOW });
        }
      }
    },
  );

  it('is not opened by a rule that its tag happens to match', async () => {
    const world = indexWorld({
      ...VERSION_TWO,
      offers: { app: { ...VERSION_TWO.offers.app, tags: [{ glob: '*' }] } },
    } as never);
    const tag = dashed(digestFor('elsewhere'), '.sig');
    world.push(imageOf(['signature']), { tags: [tag] });
    await world.indexTag(tag);
    expect(await world.opensOf(`tag ${tag}`)).toStrictEqual({});
  });
});

describe('other rules than those that an item was stamped by', () => {
  it('take nothing away until the next listing', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    world.catalogs = { deployed: VERSION_TWO, accepted: VERSION_TWO };
    world.now = NOW + 100;
    world.push(imageOf(['a']), { tags: ['2.0.0'] });
    await world.indexTag('2.0.0');
    expect(await world.opensOf('tag 2.0.0')).toStrictEqual({ app: NOW + 100 });
    expect(await world.opensOf(`manifest ${digest}`)).toStrictEqual({ app: NOW });
    expect((await world.items()).get(`manifest ${digest}`)?.rulesHash).toBe('');
  });
});

describe('writers at the same time', () => {
  it('start over when somebody else was first', async () => {
    const world = indexWorld();
    world.push(imageOf(['base', 'a']), { tags: ['1.0.0'] });
    world.push(imageOf(['base', 'b']), { tags: ['lts-1'] });
    await Promise.all([world.indexTag('1.0.0'), world.indexTag('lts-1')]);
    expect(await world.opensOf(blob('base'))).toStrictEqual({ app: NOW, lts: NOW });
  });

  it('need not write again what they have written, however many share its layers', async () => {
    const world = indexWorld();
    const layers = Array.from({ length: 20 }, (_, layer) => `base ${layer}`);
    world.push(imageOf([...layers, 'a']), { tags: ['1.0.0'] });
    world.push(imageOf([...layers, 'b']), { tags: ['1.1.0'] });
    await world.indexTag('1.0.0');
    const { readReleases, saveReleases } = world.stores.releases;
    let others = 0;
    const writtenByOthers = async () => {
      const key = { repository: REPOSITORY, kind: 'blob', digest: digestFor(`base ${others}`) };
      const [item] = await readReleases([key as ReleaseKey]);
      if (item !== undefined) await saveReleases([{ ...item, revision: item.revision + 1 }]);
      others += 1;
    };
    Object.assign(world.stores.releases, {
      saveReleases: async (items: readonly ReleaseItem[]) => {
        if (others < layers.length) await writtenByOthers();
        return saveReleases(items);
      },
    });
    expect(await world.indexTag('1.1.0')).toMatchObject({ kind: 'indexed' });
  });

  it('stamp a referrer that was indexed just before its subject was', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    const sbom = world.push(imageOf(['sbom'], subjectOf(digest)));
    let isFirst = true;
    world.stores.hooks.after = async (method) => {
      if (!isFirst || method !== 'listReferrers') return;
      isFirst = false;
      await world.index({ kind: 'digest', digest: sbom });
      expect(await world.opensOf(blob('sbom'))).toStrictEqual({});
    };
    await world.indexTag('1.0.0');
    expect(await world.opensOf(blob('sbom'))).toStrictEqual({ app: NOW });
  });

  it('do not bring back what a tag pointed at before', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    let isFirst = true;
    world.ecr.hooks.after = async () => {
      if (!isFirst) return;
      isFirst = false;
      world.push(imageOf(['b']), { tags: ['1.0.0'] });
      await world.indexTag('1.0.0');
    };
    const indexed = await world.indexTag('1.0.0');
    const after = world.push(imageOf(['b']));
    expect(indexed).toMatchObject({ tag: { digest: after } });
    expect(await storedTag(world, '1.0.0')).toMatchObject({ digest: after });
  });

  it('answer that it is missing when it was deleted while they wrote', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    let isFirst = true;
    world.stores.hooks.after = async (method, [items]) => {
      const isLast =
        method === 'saveReleases' && (items as readonly ReleaseTag[])[0]?.kind === 'tag';
      if (!isFirst || !isLast) return;
      isFirst = false;
      world.ecr.registry.delete(REPOSITORY, digest);
      await world.lookAt({ kind: 'digest', digest });
    };
    expect(await world.indexTag('1.0.0')).toStrictEqual({ kind: 'missing' });
    expect((await world.items()).has(`manifest ${digest}`)).toBe(false);
  });

  it('never answer a tag with the bytes of what it pointed at before', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    let isFirst = true;
    world.stores.hooks.after = async (method, [items]) => {
      const isLast =
        method === 'saveReleases' && (items as readonly ReleaseTag[])[0]?.kind === 'tag';
      if (!isFirst || !isLast) return;
      isFirst = false;
      world.push(imageOf(['b']), { tags: ['1.0.0'] });
      await world.indexTag('1.0.0');
    };
    const indexed = await world.indexTag('1.0.0');
    if (indexed.kind !== 'indexed') throw new Error(indexed.kind);
    expect(new TextDecoder().decode(indexed.body)).toBe(JSON.stringify(imageOf(['b'])));
    expect(indexed.tag?.digest).toBe(indexed.manifest.digest);
  });

  it('give up in the end', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    const digest = world.push(imageOf(['a']));
    const saveReleases = world.stores.releases.saveReleases;
    Object.assign(world.stores.releases, {
      saveReleases: async (items: Parameters<typeof saveReleases>[0]) => items,
    });
    await expect(world.indexTag('1.0.0')).rejects.toThrow(
      'acme/app 1.0.0 was written by others at each of 12 tries',
    );
    await expect(world.index({ kind: 'digest', digest })).rejects.toThrow('at each of 12 tries');
  });

  it('name the kind of index by what ECR declares', async () => {
    const world = indexWorld();
    world.pushIndex([], { tags: ['1.0.0'] });
    expect(await world.indexTag('1.0.0')).toMatchObject({ tag: { mediaType: OCI_INDEX } });
  });
});
