import { describe, expect, it } from 'vitest';
import type { ReleaseItem } from '../../functions/core/release.ts';
import { HOUR, MINUTE } from '../../functions/core/time.ts';
import { NOW } from '../support/builders.ts';
import {
  digestFor,
  imageOf,
  indexWorld,
  REPOSITORY,
  subjectOf,
  VERSION_ONE,
  VERSION_TWO,
} from '../support/index-world.ts';

const EARLIER = NOW - 1_000;
const blob = (name: string) => `blob ${digestFor(name)}`;

describe('a listing', () => {
  it('indexes everything, stamped with when it was pushed', async () => {
    const world = indexWorld();
    const child = world.push(imageOf(['a']), { pushedAt: EARLIER });
    const digest = world.pushIndex([child], { tags: ['1.0.0'], pushedAt: EARLIER });
    const sbom = world.push(imageOf(['sbom'], subjectOf(digest)), { pushedAt: EARLIER + 5 });
    expect(await world.list()).toBe('listed');
    for (const key of [
      'tag 1.0.0',
      `manifest ${digest}`,
      `manifest ${child}`,
      blob('a'),
      `manifest ${sbom}`,
      `referrer ${digest} ${sbom}`,
      blob('sbom'),
    ]) {
      expect((await world.items()).get(key), key).toMatchObject({
        firstPushedAt: EARLIER,
        opens: { app: EARLIER },
      });
    }
    expect(await world.body('1.0.0')).toBeInstanceOf(Uint8Array);
  });

  it('says when it began, and by which rules', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']));
    await world.list();
    const state = await world.stores.releases.findIndexState(REPOSITORY);
    expect(state).toStrictEqual({
      repository: REPOSITORY,
      revision: 2,
      completeAt: NOW,
      rulesHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it('writes nothing and reads no manifest when nothing has changed', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.list();
    const before = await world.items();
    world.now = NOW + 6 * HOUR;
    world.ecr.calls.length = 0;
    await world.list();
    expect(await world.items()).toStrictEqual(before);
    expect(world.ecr.calls).toStrictEqual(['listImages acme/app']);
  });

  it('reads a hundred new manifests at a time', async () => {
    const world = indexWorld();
    for (let image = 0; image < 150; image += 1) world.push(imageOf([`${image}`]));
    const sizes: number[] = [];
    world.ecr.hooks.before = (method, [, references]) => {
      if (method === 'readImages') sizes.push((references as readonly unknown[]).length);
    };
    await world.list();
    expect(Math.max(...sizes)).toBe(100);
    expect(await world.opensOf(blob('149'))).toStrictEqual({});
  });

  it('corrects the time of a first look to when it was pushed', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'], pushedAt: EARLIER });
    await world.indexTag('1.0.0');
    expect(await world.opensOf('tag 1.0.0')).toStrictEqual({ app: NOW });
    await world.list();
    expect((await world.items()).get('tag 1.0.0')).toMatchObject({
      opens: { app: EARLIER },
      history: [{ digest, since: EARLIER }],
    });
    expect(await world.opensOf(blob('a'))).toStrictEqual({ app: EARLIER });
    expect(await world.body('1.0.0')).toBeInstanceOf(Uint8Array);
  });

  it('finds a tag that has moved, and the bytes of what it points at', async () => {
    const world = indexWorld();
    const before = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.list();
    world.now = NOW + 7 * HOUR;
    const after = world.push(imageOf(['b']), { tags: ['1.0.0'], pushedAt: NOW + HOUR });
    await world.list();
    expect((await world.items()).get('tag 1.0.0')).toMatchObject({
      digest: after,
      history: [
        { digest: after, since: NOW + HOUR },
        { digest: before, since: NOW },
      ],
    });
    expect(new TextDecoder().decode(await world.body('1.0.0'))).toBe(
      JSON.stringify(imageOf(['b'])),
    );
    expect(await world.opensOf(`manifest ${before}`)).toStrictEqual({ app: NOW });
  });

  it('does not claim that a tag pointed at an older image all the time', async () => {
    const world = indexWorld();
    const old = world.push(imageOf(['old']), { pushedAt: EARLIER });
    const first = world.push(imageOf(['a']), { tags: ['1.0.0'], pushedAt: EARLIER + 10 });
    await world.list();
    world.now = NOW + HOUR;
    world.push(imageOf(['old']), { tags: ['1.0.0'] });
    await world.list();
    expect((await world.items()).get('tag 1.0.0')).toMatchObject({
      history: [
        { digest: old, since: NOW + HOUR },
        { digest: first, since: EARLIER + 10 },
      ],
    });
  });

  it('removes what ECR no longer has, and the layers that nothing else needs', async () => {
    const world = indexWorld();
    const subject = world.push(imageOf(['base', 'kept']), { tags: ['1.1.0'] });
    const child = world.push(imageOf(['base', 'gone']));
    const digest = world.pushIndex([child], { tags: ['1.0.0'] });
    const sbom = world.push(imageOf(['sbom'], subjectOf(subject)));
    await world.list();
    const { size } = await world.items();
    for (const each of [digest, child, sbom]) world.ecr.registry.delete(REPOSITORY, each);
    await world.list();
    const keys = [...(await world.items()).keys()];
    expect(keys.length).toBeLessThan(size);
    expect([...keys].sort()).toStrictEqual(
      [
        blob('base'),
        blob('kept'),
        blob('config of base,kept'),
        `manifest ${subject}`,
        'tag 1.1.0',
      ].sort(),
    );
  });

  it('removes a deleted child of an index that is still there', async () => {
    const world = indexWorld();
    const child = world.push(imageOf(['a']));
    const digest = world.pushIndex([child], { tags: ['1.0.0'] });
    await world.list();
    world.ecr.registry.delete(REPOSITORY, child);
    await world.list();
    expect([...(await world.items()).keys()]).toStrictEqual([`manifest ${digest}`, 'tag 1.0.0']);
  });

  it('keeps an untagged image with what it opened', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.list();
    world.ecr.registry.untag(REPOSITORY, '1.0.0');
    await world.list();
    expect((await world.items()).has('tag 1.0.0')).toBe(false);
    expect(await world.opensOf(`manifest ${digest}`)).toStrictEqual({ app: NOW });
  });

  it('removes nothing where ECR answers with nothing', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.list();
    const before = await world.items();
    world.ecr.registry.deleteRepository(REPOSITORY);
    expect(await world.list()).toBe('listed');
    expect(await world.items()).toStrictEqual(before);
  });

  it('that fails midway removes nothing, and lets the next one begin', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.list();
    world.ecr.registry.delete(REPOSITORY, digest);
    for (let image = 0; image < 5; image += 1) world.push(imageOf([`${image}`]));
    const before = await world.items();
    world.ecr.hooks.before = (method) => {
      if (method === 'readImages') throw new Error('throttled');
    };
    world.now = NOW + 6 * HOUR;
    await expect(world.list()).rejects.toThrow('throttled');
    expect(await world.items()).toStrictEqual(before);
    expect(await world.stores.releases.findIndexState(REPOSITORY)).toMatchObject({
      completeAt: NOW,
    });
    delete world.ecr.hooks.before;
    expect(await world.list()).toBe('listed');
    expect((await world.items()).has('tag 1.0.0')).toBe(false);
  });

  it('marks archived images, those too that were never read, and reads them when restored', async () => {
    const world = indexWorld();
    const known = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.list();
    const never = world.push(imageOf(['b']), { tags: ['1.1.0'], pushedAt: EARLIER });
    world.ecr.registry.archive(REPOSITORY, known);
    world.ecr.registry.archive(REPOSITORY, never);
    await world.list();
    for (const tag of ['1.0.0', '1.1.0']) {
      expect((await world.items()).get(`tag ${tag}`)).toMatchObject({ isArchived: true });
    }
    expect(await world.opensOf('tag 1.1.0')).toStrictEqual({ app: EARLIER });
    await world.list();
    world.ecr.registry.restore(REPOSITORY, known);
    world.ecr.registry.restore(REPOSITORY, never);
    await world.list();
    for (const digest of [known, never]) {
      expect((await world.items()).get(`manifest ${digest}`)).toMatchObject({
        isArchived: false,
        blobs: [expect.any(String), expect.any(String)],
      });
    }
    expect(await world.body('1.1.0')).toBeInstanceOf(Uint8Array);
    expect(await world.opensOf(blob('b'))).toStrictEqual({ app: EARLIER });
  });

  it('reads a manifest again whose layers are not all stored', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.list();
    const before = await world.items();
    const lost = before.get(blob('a')) as ReleaseItem & { kind: 'blob' };
    await world.stores.releases.removeReleases([lost]);
    await world.list();
    expect([...(await world.items()).keys()].sort()).toStrictEqual([...before.keys()].sort());
  });

  it('leaves an archived image unread whose layers are not all stored', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.list();
    const lost = (await world.items()).get(blob('a')) as ReleaseItem & { kind: 'blob' };
    await world.stores.releases.removeReleases([lost]);
    world.ecr.registry.archive(REPOSITORY, digest);
    await world.list();
    world.ecr.registry.restore(REPOSITORY, digest);
    await world.list();
    expect(await world.opensOf(blob('a'))).toStrictEqual({ app: NOW });
    expect((await world.items()).get(`manifest ${digest}`)).toMatchObject({ isArchived: false });
  });

  it('names what cannot be served, and takes the tag away from what it pointed at before', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0', '1.1.0'] });
    await world.list();
    world.push({ ...(imageOf(['b']) as object), manifests: [] }, { tags: ['1.0.0'] });
    const broken = world.push(imageOf(['c']), { tags: ['1.1.0'] });
    world.ecr.registry.corrupt(REPOSITORY, broken);
    const foreign = { digest: digestFor('f'), size: 1, urls: ['https://elsewhere.example/f'] };
    world.push({ ...(imageOf(['d']) as object), layers: [foreign] });
    await world.list();
    const keys = [...(await world.items()).keys()];
    expect(keys.filter((key) => key.startsWith('tag '))).toStrictEqual([]);
    expect(world.report.counted('DigestMismatch')).toBe(1);
    expect(
      world.report.lines
        .filter(({ metric }) => metric === 'ReleaseOdd')
        .map(({ fields }) => fields.because)
        .sort(),
    ).toStrictEqual(['ambiguous', 'foreign_layers']);
  });

  it('passes over what is deleted while it reads', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    world.ecr.hooks.after = (method) => {
      if (method === 'listImages') world.ecr.registry.delete(REPOSITORY, digest);
    };
    expect(await world.list()).toBe('listed');
    expect((await world.items()).size).toBe(0);
  });
});

describe('two listings at a time', () => {
  it('are one: the second leaves it to the first', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']));
    expect((await Promise.all([world.list(), world.list()])).sort()).toStrictEqual([
      'listed',
      'under_way',
    ]);
  });

  it('are none when the first one died: after 15 minutes the next one begins', async () => {
    const world = indexWorld();
    await world.stores.releases.saveIndexState({
      repository: REPOSITORY,
      revision: 1,
      startedAt: NOW,
    });
    world.now = NOW + 15 * MINUTE - 1;
    expect(await world.list()).toBe('under_way');
    world.now = NOW + 15 * MINUTE;
    expect(await world.list()).toBe('listed');
  });
});

describe('changed rules', () => {
  it('stamp everything again from its tags, keeping the times', async () => {
    const world = indexWorld();
    world.push(imageOf(['base', 'one']), { tags: ['1.0.0'], pushedAt: EARLIER });
    const two = world.push(imageOf(['base', 'two']), { tags: ['2.0.0'], pushedAt: EARLIER + 5 });
    const sbom = world.push(imageOf(['sbom'], subjectOf(two)), { pushedAt: NOW });
    await world.list();
    expect(await world.opensOf(blob('base'))).toStrictEqual({ app: EARLIER });
    world.catalogs = { deployed: VERSION_TWO, accepted: VERSION_TWO };
    await world.list();
    expect(await world.opensOf('tag 1.0.0')).toStrictEqual({});
    expect(await world.opensOf(blob('one'))).toStrictEqual({});
    for (const key of ['tag 2.0.0', blob('base'), blob('two'), `referrer ${two} ${sbom}`]) {
      expect(await world.opensOf(key), key).toStrictEqual({ app: EARLIER + 5 });
    }
    expect((await world.items()).get(blob('base'))?.firstPushedAt).toBe(EARLIER);
    expect(await world.body('2.0.0')).toBeInstanceOf(Uint8Array);
  });

  it('and stamp by both catalogs while they differ', async () => {
    const world = indexWorld();
    world.push(imageOf(['one']), { tags: ['1.0.0'] });
    world.push(imageOf(['two']), { tags: ['2.0.0'] });
    world.catalogs = { deployed: VERSION_TWO, accepted: VERSION_ONE };
    await world.list();
    expect(await world.opensOf('tag 1.0.0')).toStrictEqual({ 'accepted:app': NOW });
    expect(await world.opensOf('tag 2.0.0')).toStrictEqual({ app: NOW });
  });

  it('remember tags that have moved away', async () => {
    const world = indexWorld(VERSION_TWO);
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.list();
    world.push(imageOf(['b']), { tags: ['1.0.0'] });
    await world.list();
    world.catalogs = { deployed: VERSION_ONE, accepted: VERSION_ONE };
    await world.list();
    expect(await world.opensOf(`manifest ${digest}`)).toStrictEqual({ app: NOW });
  });
});

describe('what ECR has and did not list', () => {
  it('is not removed: a tag that moved while the pages were read keeps its history', async () => {
    const world = indexWorld();
    const before = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    world.push(imageOf(['other']));
    await world.list();
    world.now = NOW + HOUR;
    const { listImages } = world.ecr.images;
    let after = '';
    world.ecr.images.listImages = async function* pages(repository) {
      // The new image would have been on a page that is read already, the old one is on the next.
      after = world.push(imageOf(['b']), { tags: ['1.0.0'] });
      for await (const page of listImages(repository)) {
        yield page.filter(({ digest }) => digest !== after);
      }
    };
    await world.list();
    expect((await world.items()).get('tag 1.0.0')).toMatchObject({
      digest: after,
      history: [
        { digest: after, since: NOW + HOUR },
        { digest: before, since: NOW },
      ],
    });
  });

  it('is not removed: an image and its layers stay, whatever page was cut short', async () => {
    const world = indexWorld();
    world.push(imageOf(['base']));
    const child = world.push(imageOf(['base', 'a']));
    const lost = world.pushIndex([child], { tags: ['1.0.0'] });
    await world.list();
    const before = [...(await world.items()).keys()];
    const { listImages } = world.ecr.images;
    world.ecr.images.listImages = async function* pages(repository) {
      for await (const page of listImages(repository)) {
        yield page.filter(({ digest }) => digest !== lost && digest !== child);
      }
    };
    await world.list();
    expect([...(await world.items()).keys()]).toStrictEqual(before);
  });
});

describe('what somebody else writes while a listing is under way', () => {
  it('is not overwritten by an older answer: the tag is asked for again', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    let after = '';
    world.ecr.hooks.after = async (method) => {
      if (method !== 'listImages') return;
      after = world.push(imageOf(['b']), { tags: ['1.0.0'] });
      await world.indexTag('1.0.0');
    };
    await world.list();
    expect((await world.items()).get('tag 1.0.0')).toMatchObject({ digest: after });
  });

  it('is not removed: an image that was pushed again keeps its layers', async () => {
    const world = indexWorld();
    const manifest = imageOf(['a']);
    const digest = world.push(manifest, { tags: ['1.0.0'] });
    world.push(imageOf(['other']));
    await world.list();
    const before = [...(await world.items()).keys()];
    world.ecr.registry.delete(REPOSITORY, digest);
    world.ecr.hooks.after = async (method) => {
      if (method !== 'listImages') return;
      world.push(manifest, { tags: ['1.0.0'] });
      await world.indexTag('1.0.0');
    };
    await world.list();
    expect([...(await world.items()).keys()]).toStrictEqual(before);
  });

  it('is not removed: an image that was pushed again after ECR was asked for it keeps its layers', async () => {
    const world = indexWorld();
    const manifest = imageOf(['a']);
    const digest = world.push(manifest, { tags: ['1.0.0'] });
    world.push(imageOf(['other']));
    await world.list();
    const before = [...(await world.items()).keys()];
    world.ecr.registry.delete(REPOSITORY, digest);
    world.ecr.hooks.after = async (method) => {
      if (method !== 'readImages') return;
      delete world.ecr.hooks.after;
      world.push(manifest, { tags: ['1.0.0'] });
      await world.indexTag('1.0.0');
    };
    await world.list();
    expect([...(await world.items()).keys()]).toStrictEqual(before);
  });

  it('is not removed: a new image keeps the layers that it shares with a deleted one', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['base', 'a']), { tags: ['1.0.0'] });
    world.push(imageOf(['other']));
    await world.list();
    world.ecr.registry.delete(REPOSITORY, digest);
    world.ecr.hooks.after = async (method) => {
      if (method !== 'listImages') return;
      world.push(imageOf(['base', 'b']), { tags: ['1.1.0'] });
      await world.indexTag('1.1.0');
    };
    await world.list();
    const keys = [...(await world.items()).keys()];
    expect(keys).toContain(blob('base'));
    expect(keys).not.toContain(blob('a'));
  });

  it('is not removed: an index that was pushed again keeps its children and their layers', async () => {
    const world = indexWorld();
    const child = world.push(imageOf(['a']), { tags: ['lts-1'] });
    const inner = world.pushIndex([child, digestFor('never')]);
    const digest = world.pushIndex([inner, child], { tags: ['1.0.0'] });
    await world.list();
    // That it was once open by this tag is known nowhere else.
    world.push(imageOf(['other']), { tags: ['lts-1'] });
    await world.list();
    const before = await world.items();
    for (const each of [child, inner, digest]) world.ecr.registry.delete(REPOSITORY, each);
    world.ecr.hooks.after = async (method) => {
      if (method !== 'listImages') return;
      world.push(imageOf(['a']));
      world.pushIndex([child, digestFor('never')]);
      world.pushIndex([inner, child], { tags: ['1.0.0'] });
      await world.indexTag('1.0.0');
    };
    await world.list();
    const after = await world.items();
    expect([...after.keys()]).toStrictEqual([...before.keys()]);
    for (const key of [`manifest ${child}`, blob('a')]) {
      expect(after.get(key)).toStrictEqual(before.get(key));
    }
  });

  it('is left as it is when the listing knows no more of it', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    let before: unknown;
    world.ecr.hooks.after = async (method) => {
      if (method !== 'listImages') return;
      await world.indexTag('1.0.0');
      before = (await world.items()).get(blob('a'));
    };
    await world.list();
    expect((await world.items()).get(blob('a'))).toStrictEqual(before);
  });

  it('is written anew where a layer was removed', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'], pushedAt: EARLIER });
    await world.indexTag('1.0.0');
    world.ecr.hooks.after = async (method) => {
      if (method !== 'listImages') return;
      const layer = (await world.items()).get(blob('a'));
      if (layer?.kind === 'blob') await world.stores.releases.removeReleases([layer]);
    };
    await world.list();
    expect(await world.opensOf(blob('a'))).toStrictEqual({ app: EARLIER });
  });

  it('is deleted and does not come back', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'], pushedAt: EARLIER });
    world.push(imageOf(['other']));
    await world.indexTag('1.0.0');
    world.ecr.hooks.after = async (method) => {
      if (method !== 'listImages') return;
      world.ecr.registry.delete(REPOSITORY, digest);
      await world.lookAt({ kind: 'digest', digest });
    };
    await world.list();
    const keys = [...(await world.items()).keys()];
    expect(keys).not.toContain(`manifest ${digest}`);
    expect(keys).not.toContain('tag 1.0.0');
  });

  it('is stamped by both rules when these have changed, and listed again', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'], pushedAt: EARLIER });
    await world.list();
    world.ecr.hooks.after = async (method) => {
      if (method !== 'listImages') return;
      world.push(imageOf(['a']), { tags: ['lts-1'] });
      // A process of the deployment before.
      world.catalogs = { deployed: VERSION_ONE, accepted: VERSION_ONE };
      await world.indexTag('lts-1');
    };
    world.catalogs = { deployed: VERSION_TWO, accepted: VERSION_TWO };
    await world.list();
    expect(await world.opensOf(`manifest ${digest}`)).toStrictEqual({ app: EARLIER, lts: NOW });
    const state = await world.stores.releases.findIndexState(REPOSITORY);
    expect(state?.rulesHash).toBeUndefined();
  });

  it('is listed again when it was stamped by other rules, even if nothing is to be written', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']), { tags: ['1.0.0'], pushedAt: EARLIER });
    await world.list();
    const rules = { deployed: VERSION_TWO, accepted: VERSION_TWO };
    world.ecr.hooks.after = async (method) => {
      if (method !== 'listImages') return;
      delete world.ecr.hooks.after;
      // By the new rules already, over stamps of the old ones.
      world.push(imageOf(['a']), { tags: ['2.0.0'] });
      await world.indexTag('2.0.0');
    };
    world.catalogs = rules;
    await world.list();
    expect((await world.items()).get(blob('a'))).toMatchObject({ rulesHash: '' });
    expect(await world.stores.releases.findIndexState(REPOSITORY)).not.toHaveProperty('rulesHash');
    await world.list();
    expect((await world.items()).get(blob('a'))?.rulesHash).not.toBe('');
    expect(await world.stores.releases.findIndexState(REPOSITORY)).toHaveProperty('rulesHash');
  });

  it('stops the listing when it goes on and on', async () => {
    const world = indexWorld();
    world.push(imageOf(['a']));
    Object.assign(world.stores.releases, {
      saveReleases: async (items: readonly ReleaseItem[]) => items,
    });
    await expect(world.list()).rejects.toThrow('items of acme/app were being written by others');
  });
});
