import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stamp } from '../../functions/core/release.ts';
import { isSameStamp, joinStamps, renewStamp } from '../../functions/core/stamps.ts';

const stamp = (
  firstPushedAt: number,
  opens: Readonly<Record<string, number>>,
  rulesHash = 'r',
): Stamp => ({ firstPushedAt, opens, rulesHash });

describe('two stamps of the same rules', () => {
  it('open what either opens, since the earlier time', () => {
    const both = stamp(10, { app: 10, lts: 30, pro: 40 });
    const [a, b] = [stamp(20, { app: 20, lts: 30 }), stamp(10, { app: 10, pro: 40 })];
    expect(joinStamps(a, b)).toStrictEqual(both);
    expect(renewStamp(a, b)).toStrictEqual(both);
  });
});

describe('two stamps of different rules', () => {
  const before = stamp(10, { app: 10 }, 'before');
  const after = stamp(20, { lts: 20 }, 'after');

  it('joined, open what either opens, until they are worked out again', () => {
    expect(joinStamps(before, after)).toStrictEqual(stamp(10, { app: 10, lts: 20 }, ''));
  });

  it('are worked out again from everything: the new one replaces what the old one opened', () => {
    expect(renewStamp(before, after)).toStrictEqual(stamp(10, { lts: 20 }, 'after'));
    expect(renewStamp(joinStamps(before, after), after)).toStrictEqual(
      stamp(10, { lts: 20 }, 'after'),
    );
  });
});

describe('any stamps', () => {
  const stamps = fc
    .tuple(fc.nat(9), fc.dictionary(fc.constantFrom('app', 'lts', 'pro'), fc.nat(9)))
    .map(([firstPushedAt, opens]) => stamp(firstPushedAt, { ...opens }));

  it('can be joined in any order, as often as you like', () => {
    fc.assert(
      fc.property(stamps, stamps, stamps, (a, b, c) => {
        const joined = joinStamps(joinStamps(a, b), c);
        expect(isSameStamp(joined, joinStamps(a, joinStamps(c, b)))).toBe(true);
        expect(isSameStamp(joined, joinStamps(joined, a))).toBe(true);
      }),
    );
  });

  it('are the same only if nothing differs', () => {
    const one = stamp(10, { app: 10 });
    expect(isSameStamp(one, stamp(10, { app: 10 }))).toBe(true);
    for (const other of [
      stamp(11, { app: 10 }),
      stamp(10, { app: 11 }),
      stamp(10, { lts: 10 }),
      stamp(10, { app: 10, lts: 10 }),
      stamp(10, { app: 10 }, 's'),
    ]) {
      expect(isSameStamp(one, other)).toBe(false);
    }
  });
});
