import { describe, expect, it } from 'vitest';
import type { AfterEnd, TagRule } from '../../functions/core/catalog.ts';
import { canOnlyGain, givesAll, keepsAll } from '../../functions/core/catalog-change.ts';
import { catalog, offer } from '../support/builders.ts';

const V1 = { semver: '^1' };
const V2 = { semver: '^2' };
const LTS = { glob: 'lts-*' };
const keep = (days: number | 'forever', afterPaidDays: number): AfterEnd => ({
  keep: { days, afterPaidDays },
});

describe('the tags of an offer', () => {
  it.each<readonly [string, readonly TagRule[], readonly TagRule[], boolean]>([
    ['stay', [V1], [V1], true],
    ['stay in another order', [V1, LTS], [LTS, V1], true],
    ['become more', [V1], [V1, V2], true],
    ['become all', [V1], [], true],
    ['stay all', [], [], true],
    ['become fewer', [V1, V2], [V1], false],
    ['become others', [V1], [V2], false],
    ['are no longer all', [], [V1], false],
    // Nobody reads the ranges: consent is asked for once too often.
    ['become more in other words', [V1], [{ semver: '^1 || ^2' }], false],
  ])('%s', (_name, before, after, expected) => {
    const selling = (tags: readonly TagRule[]) =>
      catalog({ offers: { app: offer('app', { tags }) } });
    expect(canOnlyGain(selling(before), selling(after))).toBe(expected);
    expect(givesAll(offer('app', { tags: after }), offer('app', { tags: before }))).toBe(expected);
  });
});

describe('what stays after the end', () => {
  it.each<readonly [string, AfterEnd, AfterEnd, boolean]>([
    ['stays nothing', 'deny', 'deny', true],
    ['becomes something', 'deny', keep(1, 365), true],
    ['becomes nothing', keep(1, 365), 'deny', false],
    ['is the same', keep(30, 365), keep(30, 365), true],
    ['lasts longer', keep(30, 365), keep(31, 365), true],
    ['lasts for ever', keep(36_500, 365), keep('forever', 365), true],
    ['lasts no longer for ever', keep('forever', 365), keep(36_500, 365), false],
    ['lasts shorter', keep(30, 365), keep(29, 365), false],
    ['is earned sooner', keep(30, 365), keep(30, 364), true],
    ['is earned later', keep(30, 365), keep(30, 366), false],
    ['lasts longer and is earned later', keep(30, 365), keep(60, 366), false],
  ])('%s', (_name, before, after, expected) => {
    const leaving = (afterEnd: AfterEnd) =>
      catalog({ offers: { app: offer('app', { afterEnd }) } });
    expect(keepsAll(after, before)).toBe(expected);
    expect(canOnlyGain(leaving(before), leaving(after))).toBe(expected);
    // An offer that is open gives the same meanwhile.
    expect(givesAll(offer('app', { afterEnd: after }), offer('app', { afterEnd: before }))).toBe(
      true,
    );
  });
});
