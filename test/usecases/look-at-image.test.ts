import { describe, expect, it } from 'vitest';
import type { Reference } from '../../functions/core/release.ts';
import { NOW } from '../support/builders.ts';
import {
  type IndexWorld,
  imageOf,
  indexWorld,
  REPOSITORY,
  subjectOf,
} from '../support/index-world.ts';

const tagged = (tag: string): Reference => ({ kind: 'tag', tag });
const byDigest = (digest: string): Reference => ({ kind: 'digest', digest });

const pushed = async (world: IndexWorld): Promise<string> => {
  const digest = world.push(imageOf(['a']), { tags: ['1.0.0', '1.0.1'] });
  await world.indexTag('1.0.0');
  await world.indexTag('1.0.1');
  return digest;
};

/** As the gateway does when ECR gives nothing for it. */
const markMissing = async (world: IndexWorld, tag: string): Promise<void> => {
  const { releases } = world.stores;
  const [item] = await releases.readReleases([{ repository: REPOSITORY, kind: 'tag', tag }]);
  if (item?.kind !== 'tag') throw new Error(`no tag ${tag}`);
  await releases.saveReleases([{ ...item, isMissing: true, revision: item.revision + 1 }]);
};

describe('a look at an image', () => {
  it('indexes what is there', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    expect(await world.lookAt(tagged('1.0.0'))).toBe('indexed');
    expect((await world.items()).has('tag 1.0.0')).toBe(true);
  });

  it('reports what cannot be served', async () => {
    const world = indexWorld();
    world.push({ ...(imageOf(['a']) as object), manifests: [] }, { tags: ['1.0.0'] });
    expect(await world.lookAt(tagged('1.0.0'))).toBe('odd');
  });

  it('removes a tag that is gone, and leaves the image', async () => {
    const world = indexWorld();
    const digest = await pushed(world);
    world.ecr.registry.untag(REPOSITORY, '1.0.1');
    expect(await world.lookAt(tagged('1.0.1'))).toBe('gone');
    const items = await world.items();
    expect(items.has('tag 1.0.1')).toBe(false);
    expect(items.has('tag 1.0.0')).toBe(true);
    expect(items.get(`manifest ${digest}`)?.opens).toStrictEqual({ app: NOW });
  });

  it('removes an image that is gone with all of its tags, and not what moved elsewhere', async () => {
    const world = indexWorld();
    const digest = await pushed(world);
    world.push(imageOf(['b']), { tags: ['1.0.1'] });
    await world.indexTag('1.0.1');
    world.ecr.registry.delete(REPOSITORY, digest);
    expect(await world.lookAt(byDigest(digest))).toBe('gone');
    const items = await world.items();
    expect(items.has(`manifest ${digest}`)).toBe(false);
    expect(items.has('tag 1.0.0')).toBe(false);
    expect(items.has('tag 1.0.1')).toBe(true);
  });

  it('removes a referrer that is gone from the list of its subject', async () => {
    const world = indexWorld();
    const digest = await pushed(world);
    const sbom = world.push(imageOf(['sbom'], subjectOf(digest)));
    await world.index(byDigest(sbom));
    world.ecr.registry.delete(REPOSITORY, sbom);
    expect(await world.lookAt(byDigest(sbom))).toBe('gone');
    expect((await world.items()).has(`referrer ${digest} ${sbom}`)).toBe(false);
  });

  it('knows what a tag pointed at whose image was archived before anybody said so', async () => {
    const world = indexWorld();
    const before = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    world.now = NOW + 10;
    const after = world.push(imageOf(['b']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    world.ecr.registry.archive(REPOSITORY, after);
    await markMissing(world, '1.0.0');
    const history = [
      { digest: after, since: NOW + 10 },
      { digest: before, since: NOW },
    ];
    expect(await world.lookAt(byDigest(after))).toBe('archived');
    const archived = (await world.items()).get('tag 1.0.0');
    expect(archived).toMatchObject({ isArchived: true, history });
    expect(archived).not.toHaveProperty('isMissing');
  });

  it('finds a tag again that was missing while its image was archived', async () => {
    const world = indexWorld();
    const digest = await pushed(world);
    await markMissing(world, '1.0.0');
    expect(await world.lookAt(byDigest(digest))).toBe('indexed');
    expect((await world.items()).get('tag 1.0.0')).not.toHaveProperty('isMissing');
  });

  it('at a subject does not bring back a missing tag of its signature', async () => {
    const world = indexWorld();
    const digest = await pushed(world);
    const signature = `${digest.replace(':', '-')}.sig`;
    world.push(imageOf(['signature']), { tags: [signature] });
    await world.indexTag(signature);
    world.ecr.registry.untag(REPOSITORY, signature);
    await markMissing(world, signature);
    await world.indexTag('1.0.0');
    expect((await world.items()).get(`tag ${signature}`)).toMatchObject({ isMissing: true });
    expect(await world.lookAt(tagged(signature))).toBe('gone');
    expect((await world.items()).has(`tag ${signature}`)).toBe(false);
  });

  it('marks an archived image and its tags, once, and knows when it is restored', async () => {
    const world = indexWorld();
    const digest = await pushed(world);
    world.ecr.registry.archive(REPOSITORY, digest);
    world.now = NOW + 10;
    expect(await world.lookAt(byDigest(digest))).toBe('archived');
    const marked = await world.items();
    for (const key of [`manifest ${digest}`, 'tag 1.0.0', 'tag 1.0.1']) {
      expect(marked.get(key)).toMatchObject({ isArchived: true, opens: { app: NOW } });
    }
    expect(marked.get('tag 1.0.1')).toMatchObject({ checkedAt: NOW + 10 });
    await world.lookAt(byDigest(digest));
    expect(await world.items()).toStrictEqual(marked);
    world.ecr.registry.restore(REPOSITORY, digest);
    expect(await world.lookAt(byDigest(digest))).toBe('indexed');
    const restored = await world.items();
    for (const key of [`manifest ${digest}`, 'tag 1.0.0', 'tag 1.0.1']) {
      expect(restored.get(key)).toMatchObject({ isArchived: false });
    }
  });

  it('takes a tag away that has moved to an archived image', async () => {
    const world = indexWorld();
    await pushed(world);
    const other = world.push(imageOf(['b']), { tags: ['1.0.1'] });
    world.ecr.registry.archive(REPOSITORY, other);
    expect(await world.lookAt(tagged('1.0.1'))).toBe('archived');
    expect((await world.items()).has('tag 1.0.1')).toBe(false);
  });

  it('has nothing to do for what was never there', async () => {
    const world = indexWorld();
    expect(await world.lookAt(tagged('1.0.0'))).toBe('gone');
    const archived = world.push(imageOf(['a']));
    world.ecr.registry.archive(REPOSITORY, archived);
    expect(await world.lookAt(byDigest(archived))).toBe('archived');
    expect(world.stores.table.size).toBe(0);
  });

  it('leaves what was pushed again while it asked', async () => {
    const world = indexWorld();
    const digest = await pushed(world);
    world.ecr.registry.delete(REPOSITORY, digest);
    let isFirst = true;
    world.ecr.hooks.after = async (method) => {
      if (!isFirst || method !== 'findImage') return;
      isFirst = false;
      await pushed(world);
    };
    expect(await world.lookAt(tagged('1.0.0'))).toBe('indexed');
    expect((await world.items()).get('tag 1.0.0')).toMatchObject({ digest });
  });

  it('leaves what was archived and restored while it asked', async () => {
    const world = indexWorld();
    const digest = await pushed(world);
    world.ecr.registry.archive(REPOSITORY, digest);
    let isFirst = true;
    world.ecr.hooks.after = async (method) => {
      if (!isFirst || method !== 'findImage') return;
      isFirst = false;
      world.ecr.registry.restore(REPOSITORY, digest);
      await world.indexTag('1.0.0');
    };
    expect(await world.lookAt(tagged('1.0.0'))).toBe('indexed');
    expect((await world.items()).get('tag 1.0.0')).toMatchObject({ isArchived: false });
  });

  it('fails when ECR lists an image and does not give it out', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    Object.assign(world.ecr.images, {
      readImages: async () => [{ kind: 'missing', reference: tagged('1.0.0') }],
    });
    await expect(world.lookAt(tagged('1.0.0'))).rejects.toThrow('ECR lists 1.0.0 of acme/app');
    await expect(world.lookAt(byDigest(digest))).rejects.toThrow(`ECR lists ${digest} of acme/app`);
  });
});
