import { beforeEach, describe, expect, it } from 'vitest';
import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import type { PullRequest } from '../../functions/core/pull-request.ts';
import { DAY } from '../../functions/core/time.ts';
import { NOW, offer, windowOf } from '../support/builders.ts';
import {
  APP,
  digestOf,
  type PullWorld,
  pullWorld,
  referrerItem,
  tagItem,
} from '../support/pull-world.ts';

const SUBJECT = digestOf('a');
const numbered = (index: number): string => `sha256:${String(index).padStart(64, '0')}`;

let world: PullWorld;
beforeEach(() => {
  world = pullWorld();
  world.buy('cus_Nova', { windows: [windowOf('app')] });
  world.states.set(APP, { repository: APP, revision: 1, completeAt: NOW });
});

type Tags = Extract<PullAnswer, { kind: 'tags' }>;
type Referrers = Extract<PullAnswer, { kind: 'referrers' }>;

const tags = async (given: Partial<Extract<PullRequest, { kind: 'tags' }>> = {}): Promise<Tags> => {
  const answer = await world.pull({ kind: 'tags', repository: APP, ...given });
  if (answer.kind !== 'tags') throw new Error(`no tags: ${JSON.stringify(answer)}`);
  return answer;
};

const referrers = async (
  given: Partial<Extract<PullRequest, { kind: 'referrers' }>> = {},
): Promise<Referrers> => {
  const answer = await world.pull({
    kind: 'referrers',
    repository: APP,
    subject: SUBJECT,
    ...given,
  });
  if (answer.kind !== 'referrers') throw new Error(`no referrers: ${JSON.stringify(answer)}`);
  return answer;
};

describe('tags/list', () => {
  it('is in ASCII order, and whole if it fits', async () => {
    world.put(...['b', 'A', '1.10', '1.9', '_x', 'Z', 'a'].map((tag) => tagItem(tag)));
    expect(await tags()).toEqual({
      kind: 'tags',
      repository: APP,
      tags: ['1.10', '1.9', 'A', 'Z', '_x', 'a', 'b'],
    });
  });

  it('of an empty repository is empty', async () => {
    expect((await tags()).tags).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 1_000_000])(
    'by pages of %i reaches the end without loss or repeats',
    async (n) => {
      const all = ['a', 'b', 'c', 'd', 'e'];
      world.put(...all.map((tag) => tagItem(tag)));
      const seen: string[] = [];
      let last: string | undefined;
      for (let page = 0; page < 10; page += 1) {
        const answer = await tags({ n, ...(last === undefined ? {} : { last }) });
        expect(answer.tags.length).toBeLessThanOrEqual(n);
        seen.push(...answer.tags);
        last = answer.next?.last;
        if (last === undefined) break;
      }
      expect(last).toBeUndefined();
      expect(seen).toEqual(n === 0 ? [] : all);
    },
  );

  it('promises a next page only when there is one', async () => {
    world.put(tagItem('a'), tagItem('b'));
    expect(await tags({ n: 2 })).not.toHaveProperty('next');
    expect((await tags({ n: 1 })).next).toEqual({ n: 1, last: 'a' });
  });

  it('has at most 1,000 a page', async () => {
    for (let index = 0; index < 1_001; index += 1) {
      world.put(tagItem(`1.0.${String(index).padStart(4, '0')}`));
    }
    for (const asked of [{}, { n: 5_000 }]) {
      const { tags: page, next } = await tags(asked);
      expect(page).toHaveLength(1_000);
      expect(next).toEqual({ n: 1_000, last: '1.0.0999' });
    }
  });

  it('goes on after a tag that is hidden, gone, or beyond the end', async () => {
    world.put(tagItem('a'), tagItem('c'));
    expect((await tags({ last: 'b' })).tags).toEqual(['c']);
    expect((await tags({ last: `sha256-${'1'.repeat(64)}.sig` })).tags).toEqual([]);
    expect((await tags({ last: 'z' })).tags).toEqual([]);
  });

  it('leaves out what holds signatures, and what is archived or missing', async () => {
    const hex = '1'.repeat(64);
    world.put(
      tagItem('1.0.0'),
      tagItem('2.0.0', { isArchived: true }),
      tagItem('2.0.1', { isMissing: true }),
      tagItem(`sha256-${hex}`),
      tagItem(`sha256-${hex}.sig`),
      tagItem(`sha256-${hex}.vnd.anything`),
      tagItem('sha256-of-a-customer'),
    );
    expect((await tags()).tags).toEqual(['1.0.0', 'sha256-of-a-customer']);
  });

  it('finds open tags among many that are not, and names none of those', async () => {
    world = pullWorld({
      offers: { app: offer('app', { tags: [{ glob: 'v*' }], awsAccounts: 'none' }) },
    });
    world.buy('cus_Nova', { windows: [windowOf('app')] });
    world.states.set(APP, { repository: APP, revision: 1, completeAt: NOW });
    for (let index = 0; index < 2_500; index += 1) {
      world.put(tagItem(`internal-${String(index).padStart(4, '0')}`));
    }
    world.put(tagItem('v1', { opens: { app: NOW - DAY } }));
    const calls = await world.callsOf(async () => {
      expect(await tags({ n: 1 })).toEqual({ kind: 'tags', repository: APP, tags: ['v1'] });
    });
    expect(calls.filter((call) => call === 'listTags')).toHaveLength(3);
  });

  it('asks no further than the page that is wanted', async () => {
    for (let index = 0; index < 1_500; index += 1) {
      world.put(tagItem(`1.0.${String(index).padStart(4, '0')}`));
    }
    const calls = await world.callsOf(() => tags({ n: 5 }));
    expect(calls).toEqual(['readPull', 'findIndexState', 'listTags']);
  });

  it('is unavailable rather than endless', async () => {
    world.deps.releases.listTags = async () => ({
      tags: [tagItem('a', { isArchived: true })],
      isLast: false,
    });
    expect(await world.pull({ kind: 'tags', repository: APP })).toMatchObject({
      refusal: { kind: 'unavailable' },
    });
  });

  it('ends when a page is empty, whatever it says', async () => {
    world.deps.releases.listTags = async () => ({ tags: [], isLast: false });
    expect((await tags()).tags).toEqual([]);
  });

  it.each([
    ['nothing is known of the repository', undefined],
    ['the first listing is under way', { repository: APP, revision: 1, startedAt: NOW }],
  ])('is refused while %s', async (_why, state) => {
    if (state === undefined) world.states.clear();
    else world.states.set(APP, state);
    expect(await world.pull({ kind: 'tags', repository: APP })).toEqual({
      kind: 'refused',
      refusal: { kind: 'index_incomplete' },
    });
  });
});

describe('referrers', () => {
  it('are described as in an index', async () => {
    world.put(
      referrerItem(SUBJECT, digestOf('b'), {
        artifactType: 'application/spdx+json',
        annotations: { by: 'vendor' },
      }),
      referrerItem(SUBJECT, digestOf('c')),
      referrerItem(digestOf('9'), digestOf('d')),
    );
    expect(await referrers()).toEqual({
      kind: 'referrers',
      repository: APP,
      subject: SUBJECT,
      descriptors: [
        {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          digest: digestOf('b'),
          size: 300,
          artifactType: 'application/spdx+json',
          annotations: { by: 'vendor' },
        },
        {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          digest: digestOf('c'),
          size: 300,
        },
      ],
    });
  });

  it('of a subject that is not there are an empty index', async () => {
    expect((await referrers({ subject: digestOf('0') })).descriptors).toEqual([]);
  });

  it('are filtered by their artifact type', async () => {
    world.put(
      referrerItem(SUBJECT, digestOf('b'), { artifactType: 'application/spdx+json' }),
      referrerItem(SUBJECT, digestOf('c')),
    );
    const answer = await referrers({ artifactType: 'application/spdx+json' });
    expect(answer.artifactType).toBe('application/spdx+json');
    expect(answer.descriptors.map(({ digest }) => digest)).toEqual([digestOf('b')]);
  });

  it.each([100, 101, 250])('of %i reach the end by pages of 100', async (count) => {
    const all = Array.from({ length: count }, (_, index) => numbered(index));
    world.put(...all.map((digest) => referrerItem(SUBJECT, digest)));
    const seen: string[] = [];
    let last: string | undefined;
    for (let page = 0; page < 5; page += 1) {
      const answer = await referrers(last === undefined ? {} : { last });
      expect(answer.descriptors.length).toBeLessThanOrEqual(100);
      seen.push(...answer.descriptors.map(({ digest }) => digest));
      last = answer.next?.last;
      if (last === undefined) break;
    }
    expect(last).toBeUndefined();
    expect(seen).toEqual(all);
  });

  it('with long annotations come in shorter pages, at least one a page', async () => {
    const annotations = { text: 'x'.repeat(600_000) };
    const huge = { text: 'x'.repeat(2_000_000) };
    world.put(
      referrerItem(SUBJECT, numbered(1), { annotations: huge }),
      referrerItem(SUBJECT, numbered(2), { annotations }),
      referrerItem(SUBJECT, numbered(3), { annotations }),
    );
    const first = await referrers();
    expect(first.descriptors).toHaveLength(1);
    expect(first.next).toEqual({ last: numbered(1) });
    expect((await referrers({ last: numbered(1) })).next).toEqual({ last: numbered(2) });
  });

  it('of a rare type are found among many others', async () => {
    for (let index = 0; index < 1_500; index += 1) {
      world.put(referrerItem(SUBJECT, numbered(index)));
    }
    for (const index of [10, 2_000]) {
      world.put(referrerItem(SUBJECT, numbered(index), { artifactType: 'rare' }));
    }
    expect((await referrers({ artifactType: 'rare' })).descriptors).toHaveLength(2);
    expect(await world.callsOf(() => referrers())).toEqual([
      'readPull',
      'findIndexState',
      'listReferrers',
    ]);
  });

  it('are unavailable rather than endless', async () => {
    const other = referrerItem(SUBJECT, numbered(1));
    world.deps.releases.listReferrers = async () => ({ referrers: [other], isLast: false });
    const request = { kind: 'referrers', repository: APP, subject: SUBJECT, artifactType: 'rare' };
    expect(await world.pull(request as PullRequest)).toMatchObject({
      refusal: { kind: 'unavailable' },
    });
  });

  it('end when a page is empty, whatever it says', async () => {
    world.deps.releases.listReferrers = async () => ({ referrers: [], isLast: false });
    expect((await referrers()).descriptors).toEqual([]);
  });

  it('are refused until all are known, so that clients fall back to tags', async () => {
    world.states.clear();
    expect(await world.pull({ kind: 'referrers', repository: APP, subject: SUBJECT })).toEqual({
      kind: 'refused',
      refusal: { kind: 'referrers_incomplete' },
    });
  });
});
