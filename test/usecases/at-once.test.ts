import { describe, expect, it } from 'vitest';
import { atOnce } from '../../functions/usecases/at-once.ts';

describe('working through items', () => {
  it('does each once, and never more than the limit at the same time', async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    await atOnce(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      done.push(item);
      running -= 1;
    });
    expect(done.sort()).toStrictEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('begins nothing more after a failure, and says which it was', async () => {
    const begun: number[] = [];
    const work = atOnce(2, [1, 2, 3, 4, 5, 6], async (item) => {
      begun.push(item);
      await Promise.resolve();
      if (item === 2) throw new Error('broken');
    });
    await expect(work).rejects.toThrow('broken');
    expect(begun).not.toContain(6);
  });
});
