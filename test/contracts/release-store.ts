import { expect, it } from 'vitest';
import type { ReleaseItem } from '../../functions/core/release.ts';
import type { Stores } from '../../simulation/stores/stores.ts';
import { NOON } from './examples.ts';
import { BODY, blob, digest, indexState, manifest, referrer, tag } from './release-examples.ts';

type Open = () => Promise<Pick<Stores, 'releases'>>;

/** What every ReleaseStore does with single items. */
export const releaseStoreContract = (open: Open): void => {
  const withReleases = async (...items: readonly ReleaseItem[]) => {
    const { releases } = await open();
    expect(await releases.saveReleases(items)).toStrictEqual([]);
    return releases;
  };

  it('gives back each kind of item to the byte, in the order of the question', async () => {
    const items = [tag(), manifest(), blob(), referrer()];
    const releases = await withReleases(...items);
    expect(await releases.readReleases(items.toReversed())).toStrictEqual(items.toReversed());
  });

  it('gives back a tag of any name that ECR allows', async () => {
    const names = Object.fromEntries([
      ['__proto__', NOON],
      ['constructor', NOON + 1],
      ['toString', NOON + 2],
    ]);
    const named = manifest({ tags: names, opens: { constructor: NOON } });
    const moved = tag({ tag: '__proto__' });
    const releases = await withReleases(named, moved);
    const [read, readTag] = await releases.readReleases([named, moved]);
    expect(read?.kind === 'manifest' && Object.entries(read.tags).sort()).toStrictEqual(
      Object.entries(names).sort(),
    );
    expect(read).toMatchObject({ opens: { constructor: NOON } });
    expect(readTag).toStrictEqual(moved);
    for await (const item of releases.listReleases('acme/app')) {
      if (item.kind !== 'manifest') continue;
      expect(Object.entries(item.tags).sort()).toStrictEqual(Object.entries(names).sort());
    }
  });

  it('gives back annotations of any name, an empty one too', async () => {
    const annotations = { '': 'nothing', constructor: 'Acme' };
    const releases = await withReleases(referrer({ annotations }));
    expect(await releases.readReleases([referrer()])).toMatchObject([{ annotations }]);
  });

  it('leaves out what is not there, and what is in another repository', async () => {
    const releases = await withReleases(tag());
    const asked = [tag({ tag: 'v2' }), tag({ repository: 'acme/app2' }), tag(), manifest()];
    expect(await releases.readReleases(asked)).toStrictEqual([tag()]);
    expect(await releases.readReleases([])).toStrictEqual([]);
  });

  it('answers once for what is asked twice', async () => {
    const releases = await withReleases(tag());
    expect(await releases.readReleases([tag(), tag()])).toStrictEqual([tag()]);
  });

  it('reads and writes more than fit into one call', async () => {
    const blobs = Array.from({ length: 230 }, (_, index) => blob({ digest: `sha256:${index}` }));
    const releases = await withReleases(...blobs);
    expect(await releases.readReleases(blobs)).toStrictEqual(blobs);
  });

  it('reads at most a thousand together', async () => {
    const { releases } = await open();
    const keys = Array.from({ length: 1_001 }, (_, index) => blob({ digest: `sha256:${index}` }));
    await expect(releases.readReleases(keys)).rejects.toThrow(
      'at most 1000 releases are read together, got 1001',
    );
  });

  it('writes each revision over the one before, and names those that somebody else wrote', async () => {
    const releases = await withReleases(tag(), manifest());
    const moved = tag({ revision: 2, digest: digest('b') });
    const late = manifest({ revision: 1, sizeBytes: 7 });
    const early = blob({ revision: 2 });
    expect(await releases.saveReleases([late, moved, early])).toStrictEqual([
      { repository: 'acme/app', kind: 'manifest', digest: digest('a') },
      { repository: 'acme/app', kind: 'blob', digest: digest('e') },
    ]);
    expect(await releases.readReleases([moved, late, early])).toStrictEqual([moved, manifest()]);
  });

  it('lets one of two writers of the same revision win', async () => {
    const { releases } = await open();
    const outcomes = await Promise.all([
      releases.saveReleases([tag({ digest: digest('1') })]),
      releases.saveReleases([tag({ digest: digest('2') })]),
    ]);
    expect(outcomes.map(({ length }) => length).sort()).toStrictEqual([0, 1]);
  });

  it('forgets what a later revision no longer has', async () => {
    const releases = await withReleases(tag());
    const { body: _body, ...without } = tag({ revision: 2 });
    await releases.saveReleases([without]);
    expect(await releases.readReleases([tag()])).toStrictEqual([without]);
  });

  it("leaves out a manifest's bytes that do not fit beside its lists", async () => {
    const blobs = Array.from({ length: 1_000 }, () => digest('e'));
    const large = manifest({ blobs, body: new Uint8Array(350_000) });
    const releases = await withReleases(large);
    const { body: _body, ...without } = large;
    expect(await releases.readReleases([large])).toStrictEqual([without]);
  });

  it('refuses what is too large even so, and then writes nothing', async () => {
    const { releases } = await open();
    const blobs = Array.from({ length: 6_000 }, () => digest('e'));
    await expect(releases.saveReleases([tag(), manifest({ blobs })])).rejects.toThrow(
      /^RELEASES#acme\/app MANIFEST#sha256:a{64} would take 44\d{4} bytes in the table, allowed are 380000$/,
    );
    expect(await releases.readReleases([tag()])).toStrictEqual([]);
  });

  it('removes what still has the revision, and takes what is gone for removed', async () => {
    const releases = await withReleases(tag(), manifest(), blob());
    await releases.saveReleases([manifest({ revision: 2 })]);
    const gone = referrer();
    expect(await releases.removeReleases([tag(), manifest(), gone])).toStrictEqual([
      { repository: 'acme/app', kind: 'manifest', digest: digest('a') },
    ]);
    const left = await releases.readReleases([tag(), manifest(), blob(), gone]);
    expect(left).toStrictEqual([manifest({ revision: 2 }), blob()]);
  });

  it('lets one of many ask ECR about a stale tag', async () => {
    const releases = await withReleases(tag());
    const outcomes = await Promise.all(
      [61, 62, 63, 64].map(async (later) => releases.claimRefresh(tag(), NOON + later)),
    );
    expect(outcomes.toSorted()).toStrictEqual(['conflict', 'conflict', 'conflict', 'saved']);
    const checkedAt = NOON + 61 + outcomes.indexOf('saved');
    expect(await releases.readReleases([tag()])).toStrictEqual([tag({ checkedAt })]);
  });

  it.each([
    ['has another revision', tag({ revision: 2 }), 'conflict'],
    ['was checked since', tag({ checkedAt: NOON + 1 }), 'conflict'],
    ['is another one', tag({ tag: 'v9' }), 'conflict'],
    ['is the one that was read', tag(), 'saved'],
  ])('claims a tag that %s: %#', async (_which, read, outcome) => {
    const releases = await withReleases(tag());
    expect(await releases.claimRefresh(read, NOON + 90)).toBe(outcome);
    expect(await releases.readReleases([tag({ tag: 'v9' })])).toStrictEqual([]);
  });

  it('claims no tag that somebody has written since it was read', async () => {
    const releases = await withReleases(tag());
    await releases.saveReleases([tag({ revision: 2 })]);
    expect(await releases.claimRefresh(tag(), NOON + 61)).toBe('conflict');
    expect(await releases.readReleases([tag()])).toStrictEqual([tag({ revision: 2 })]);
  });

  it('takes the next revision of a tag after a claim', async () => {
    const releases = await withReleases(tag());
    await releases.claimRefresh(tag(), NOON + 61);
    const next = tag({ revision: 2, checkedAt: NOON + 61, body: BODY.slice(1) });
    expect(await releases.saveReleases([next])).toStrictEqual([]);
    expect(await releases.readReleases([tag()])).toStrictEqual([next]);
  });

  it('knows how far the index has come, each revision over the one before', async () => {
    const { releases } = await open();
    expect(await releases.findIndexState('acme/app')).toBeUndefined();
    expect(await releases.saveIndexState(indexState())).toBe('saved');
    expect(await releases.saveIndexState(indexState({ startedAt: NOON + 1 }))).toBe('conflict');
    expect(await releases.findIndexState('acme/app')).toStrictEqual(indexState());
    const complete = { repository: 'acme/app', revision: 2, completeAt: NOON, rulesHash: 'f' };
    expect(await releases.saveIndexState(complete)).toBe('saved');
    expect(await releases.findIndexState('acme/app')).toStrictEqual(complete);
    expect(await releases.findIndexState('acme/app2')).toBeUndefined();
  });
};
