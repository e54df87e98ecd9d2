import { describe, expect, it } from 'vitest';
import { historyListed, historySeen } from '../../functions/core/tag-moves.ts';

const A = { digest: 'sha256:a', since: 100 };
const B = { digest: 'sha256:b', since: 200 };

describe('what a tag pointed at', () => {
  it('begins with the first look', () => {
    expect(historySeen([], 'sha256:a', 100)).toStrictEqual([A]);
  });

  it('stays as it was while the tag does', () => {
    expect(historySeen([B, A], 'sha256:b', 900)).toStrictEqual([B, A]);
  });

  it('has a new entry when the tag moves, and when it moves back', () => {
    expect(historySeen([B, A], 'sha256:a', 300)).toStrictEqual([
      { digest: 'sha256:a', since: 300 },
      B,
      A,
    ]);
  });

  it('is remembered for twenty moves', () => {
    const history = Array.from({ length: 20 }, (_, move) => ({
      digest: `sha256:${move}`,
      since: 500 - move,
    }));
    const next = historySeen(history, 'sha256:new', 600);
    expect(next).toHaveLength(20);
    expect(next[0]).toStrictEqual({ digest: 'sha256:new', since: 600 });
    expect(next[19]).toStrictEqual({ digest: 'sha256:18', since: 482 });
  });

  it('is dated back to the push by a listing', () => {
    expect(historyListed([], { digest: 'sha256:a', pushedAt: 50 }, 100)).toStrictEqual([
      { digest: 'sha256:a', since: 50 },
    ]);
    expect(historyListed([A], { digest: 'sha256:a', pushedAt: 50 }, 900)).toStrictEqual([
      { digest: 'sha256:a', since: 50 },
    ]);
    expect(historyListed([B, A], { digest: 'sha256:b', pushedAt: 150 }, 900)).toStrictEqual([
      { digest: 'sha256:b', since: 150 },
      A,
    ]);
  });

  it('is not dated back to a push before the tag pointed elsewhere, nor forward', () => {
    expect(historyListed([B, A], { digest: 'sha256:b', pushedAt: 90 }, 900)).toStrictEqual([B, A]);
    expect(historyListed([A], { digest: 'sha256:a', pushedAt: 150 }, 900)).toStrictEqual([A]);
  });
});
