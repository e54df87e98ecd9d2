import { expect, it } from 'vitest';
import type { ReleaseItem } from '../../functions/core/release.ts';
import type { Stores } from '../../simulation/stores/stores.ts';
import { collect } from '../support/collect.ts';
import { blob, digest, indexState, manifest, referrer, tag } from './release-examples.ts';

const withoutBody = <Release extends ReleaseItem>(item: Release): Release => {
  const { body: _body, ...rest } = { body: undefined, ...item };
  return rest as unknown as Release;
};

/** How every ReleaseStore lists. */
export const releaseListingContract = (open: () => Promise<Pick<Stores, 'releases'>>): void => {
  const withReleases = async (...items: readonly ReleaseItem[]) => {
    const { releases } = await open();
    await releases.saveIndexState(indexState());
    expect(await releases.saveReleases(items)).toStrictEqual([]);
    return releases;
  };
  const withTags = async (...tags: readonly string[]) =>
    withReleases(blob(), manifest(), referrer(), ...tags.map((name) => tag({ tag: name })));

  it('lists everything of one repository, without bytes and without its own state', async () => {
    const items = [tag(), manifest(), blob(), referrer()];
    const releases = await withReleases(...items, tag({ repository: 'acme/app2' }));
    const listed = await collect(releases.listReleases('acme/app'));
    expect(listed).toHaveLength(4);
    expect(listed).toStrictEqual(expect.arrayContaining(items.map(withoutBody)));
    expect(await collect(releases.listReleases('acme/other'))).toStrictEqual([]);
  });

  it('lists tags in the order of ASCII, without bytes', async () => {
    const releases = await withTags('b', 'B', '_x', '1.10', '1.9', 'a-1', 'a.1', 'a', 'Z');
    const { tags, isLast } = await releases.listTags('acme/app', '', 100);
    expect(tags.map((one) => one.tag)).toStrictEqual([
      '1.10',
      '1.9',
      'B',
      'Z',
      '_x',
      'a',
      'a-1',
      'a.1',
      'b',
    ]);
    expect(isLast).toBe(true);
    expect(tags[0]).toStrictEqual(withoutBody(tag({ tag: '1.10' })));
  });

  it.each([
    ['', 2, ['v1', 'v1-rc'], false],
    ['', 4, ['v1', 'v1-rc', 'v1.1', 'v2'], true],
    ['', 5, ['v1', 'v1-rc', 'v1.1', 'v2'], true],
    ['v1', 2, ['v1-rc', 'v1.1'], false],
    ['v1-rc', 2, ['v1.1', 'v2'], true],
    ['v2', 2, [], true],
    ['v10', 1, ['v2'], true],
    ['not there', 1, ['v1'], false],
    ['zzz', 2, [], true],
    ['~', 2, [], true],
    ['ü'.repeat(5_000), 2, [], true],
    ['A'.repeat(5_000), 1, ['v1'], false],
  ] as const)('after %j it shows %i tags at most: %j', async (after, limit, shown, isLast) => {
    const releases = await withTags('v1', 'v1-rc', 'v1.1', 'v2');
    const page = await releases.listTags('acme/app', after, limit);
    expect(page.tags.map((one) => one.tag)).toStrictEqual(shown);
    expect(page.isLast).toBe(isLast);
  });

  it('lists referrers of one subject by their digests, page by page', async () => {
    const [first, second, third] = ['1', '2', '3'].map((digit) =>
      referrer({ digest: digest(digit) }),
    );
    if (!(first && second && third)) throw new Error('three were made');
    const other = referrer({ subject: digest('b') });
    const releases = await withReleases(tag(), third, other, first, second);
    const list = async (after: string, limit: number) =>
      releases.listReferrers('acme/app', digest('a'), after, limit);
    expect(await list('', 2)).toStrictEqual({ referrers: [first, second], isLast: false });
    expect(await list(digest('2'), 2)).toStrictEqual({ referrers: [third], isLast: true });
    expect(await list('', 3)).toStrictEqual({ referrers: [first, second, third], isLast: true });
    expect(await list(digest('3'), 2)).toStrictEqual({ referrers: [], isLast: true });
    expect(await releases.listReferrers('acme/app', digest('c'), '', 2)).toStrictEqual({
      referrers: [],
      isLast: true,
    });
  });
};
