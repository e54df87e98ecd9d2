import { describe, expect, it } from 'vitest';
import type { Opening, RepositoryAccess } from '../../functions/core/pull-access.ts';
import { rightTo } from '../../functions/core/tag-history.ts';
import { NOW } from '../support/builders.ts';
import { digestOf, manifestItem, tagItem } from '../support/pull-world.ts';

const accessOf = (...openings: readonly Partial<Opening>[]): RepositoryAccess => ({
  openings: openings.map((given) => ({
    offerId: 'app',
    source: 'sub_1',
    endsAt: 'never',
    covers: 'whole',
    ...given,
  })),
  lapses: [],
});

const OLD = digestOf('a');
const OLDER = digestOf('b');
const NEW = digestOf('c');
/** Moved twice: at 300 and at 500. The tag itself is as old as its first push. */
const moved = tagItem('latest', {
  digest: NEW,
  firstPushedAt: 100,
  opens: { app: 100 },
  history: [
    { digest: NEW, since: 500 },
    { digest: OLD, since: 300 },
    { digest: OLDER, since: 100 },
  ],
});

describe('what a customer gets for a tag', () => {
  it('is what it points at now, while everything is open', () => {
    expect(rightTo(accessOf({}), moved)?.digest).toBe(NEW);
  });

  it.each([
    ['before it moved', 500, OLD],
    ['after it moved', 501, NEW],
    ['between the moves', 301, OLD],
    ['before the first move', 300, OLDER],
  ])(
    'is what it pointed at then, when what was pushed stays open: paid until %s',
    (_when, pushedBefore, digest) => {
      expect(rightTo(accessOf({ pushedBefore }), moved)?.digest).toBe(digest);
      expect(rightTo(accessOf({ pushedBefore, covers: ['app'] }), moved)?.digest).toBe(digest);
    },
  );

  it('is nothing, when the tag came after the paid time', () => {
    expect(rightTo(accessOf({ pushedBefore: 100 }), moved)).toBeUndefined();
  });

  it('is what it points at now, when one right keeps the old and another opens all', () => {
    const access = accessOf({ pushedBefore: 400 }, { endsAt: NOW + 60, source: 'sub_2' });
    expect(rightTo(access, moved)).toMatchObject({ digest: NEW, opening: { source: 'sub_2' } });
  });

  it('is nothing, when the offer sells other tags', () => {
    expect(rightTo(accessOf({ covers: ['tools'] }), moved)).toBeUndefined();
  });
});

describe('what a customer gets for a digest', () => {
  it('is that digest, if its stamp is open', () => {
    const manifest = manifestItem(OLD, { opens: { app: 300 } });
    expect(rightTo(accessOf({ covers: ['app'] }), manifest)?.digest).toBe(OLD);
    expect(rightTo(accessOf({ covers: ['app'], pushedBefore: 300 }), manifest)).toBeUndefined();
  });
});
