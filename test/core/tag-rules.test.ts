import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TagRule } from '../../functions/core/catalog.ts';
import { isSold, openKeyOf, opensOf, rulesHashOf } from '../../functions/core/tag-rules.ts';
import { catalog, offer } from '../support/builders.ts';

const ONE: readonly TagRule[] = [{ semver: '^1' }];
const TWO: readonly TagRule[] = [{ semver: '^2' }];

describe('a rule of versions', () => {
  it.each([
    ['^1.4', '1.4.0', true],
    ['^1.4', '1.3.9', false],
    ['^1.4', '2.0.0', false],
    ['^1.4', 'v1.5.0', true],
    ['>=2 <4', '3.9.9', true],
    ['>=2 <4', '4.0.0', false],
    ['1.x || 3.x', '3.0.1', true],
    ['1.2.3 - 2.0.0', '1.9.0', true],
    ['~1.2', '1.3.0', false],
    ['*', '0.0.1', true],
    // Helm cannot push a "+" and writes "_".
    ['^1.4', '1.4.2_build.7', true],
    ['1.4.2', '1.4.2_a-b', true],
    ['^1.4', '1.4.2_a_b', false],
    // A preview is sold only to whom the range names one.
    ['^1.4', '1.5.0-rc.1', false],
    ['*', '1.5.0-rc.1', false],
    ['>=1.5.0-rc.0', '1.5.0-rc.1', true],
    ['>=1.5.0-rc.0', '1.6.0-rc.1', false],
    // These are no versions; a rule of names can sell them.
    ['*', '1', false],
    ['*', '1.4', false],
    ['*', 'latest', false],
    ['*', 'vv1.0.0', false],
    ['*', '', false],
    ['no range', '1.0.0', false],
  ])('%s and the tag %s: %s', (semver, tag, expected) => {
    expect(isSold([{ semver }], tag)).toBe(expected);
  });
});

describe('a rule of names', () => {
  it.each([
    ['latest', 'latest', true],
    ['latest', 'Latest', false],
    ['latest', 'latest-2', false],
    ['lts-*', 'lts-4', true],
    ['lts-*', 'lts-', true],
    ['lts-*', 'my-lts-4', false],
    ['*-alpine', '1.2-alpine', true],
    ['*-alpine', 'alpine', false],
    ['*', 'anything', true],
    ['**', '', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['1.*-*-arm64', '1.4-slim-arm64', true],
    ['1.*-*-arm64', '1.4-arm64', false],
    ['*ab*ab*', 'xabab', true],
    ['*ab*ab*', 'xaba', false],
    ['*ab*bc', 'xabc', false],
    ['1.2', '1x2', false],
  ])('%s and the tag %s: %s', (glob, tag, expected) => {
    expect(isSold([{ glob }], tag)).toBe(expected);
  });

  it('agrees with a regular expression', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 }),
        (glob, tag) => {
          const pattern = glob.replaceAll('.', '\\.').replaceAll('*', '.*');
          expect(isSold([{ glob }], tag)).toBe(new RegExp(`^${pattern}$`, 's').test(tag));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('any rules', () => {
  it('sell everything when there are none, and what one of them matches otherwise', () => {
    expect(isSold([], 'whatever')).toBe(true);
    expect(isSold([{ semver: '^1' }, { glob: 'lts-*' }], 'lts-1')).toBe(true);
    expect(isSold([{ semver: '^1' }, { glob: 'lts-*' }], '2.0.0')).toBe(false);
  });

  it('answer for any text at all', () => {
    const rule = fc.oneof(
      fc.string({ maxLength: 40 }).map((semver) => ({ semver })),
      fc.string({ maxLength: 40 }).map((glob) => ({ glob })),
    );
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1 }), fc.string(), (rules, tag) => {
        expect(typeof isSold(rules, tag)).toBe('boolean');
      }),
    );
  });

  it.each([
    ['many stars', { glob: `${'*a'.repeat(5_000)}*b` }, 'a'.repeat(200_000)],
    ['a long version', { semver: '*' }, `1.${'0'.repeat(200_000)}`],
    ['a long preview', { semver: '*' }, `1.0.0-${'a.'.repeat(100_000)}`],
    ['many builds', { semver: '*' }, `1.0.0_${'-'.repeat(200_000)}!`],
  ])('take no longer for %s than reading takes', (_name, rule, tag) => {
    const startedAt = performance.now();
    expect(isSold([rule], tag)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('what a tag opens', () => {
  const SELLING = catalog({
    offers: {
      one: offer('one', { repositories: ['acme/app'], tags: ONE }),
      two: offer('two', { repositories: ['acme/app'], tags: TWO }),
      all: offer('all', { repositories: ['acme/app'] }),
      other: offer('other', { repositories: ['acme/other'], tags: ONE }),
    },
  });
  const both = (accepted = SELLING) => ({ deployed: SELLING, accepted });

  it('is every offer of the repository that has rules, when one of them matches', () => {
    expect(opensOf(both(), 'acme/app', '1.2.3', 50)).toStrictEqual({ one: 50 });
    expect(opensOf(both(), 'acme/app', '3.0.0', 50)).toStrictEqual({});
    expect(opensOf(both(), 'acme/none', '1.2.3', 50)).toStrictEqual({});
  });

  it('is noted once for both catalogs where their rules agree, in whatever order', () => {
    const rules = [...ONE, ...TWO];
    const of = (tags: readonly TagRule[]) => catalog({ offers: { app: offer('app', { tags }) } });
    const catalogs = { deployed: of(rules), accepted: of(rules.toReversed()) };
    expect(opensOf(catalogs, 'acme/app', '1.2.3', 50)).toStrictEqual({ app: 50 });
  });

  it('is noted under a second key by the accepted catalog’s rule where that differs', () => {
    const accepted = catalog({
      offers: {
        one: offer('one', { repositories: ['acme/app'], tags: [{ semver: '>=1' }] }),
        gone: offer('gone', { repositories: ['acme/app'], tags: ONE }),
        all: offer('all', { repositories: ['acme/app'], tags: [{ glob: '*' }] }),
      },
    });
    expect(opensOf(both(accepted), 'acme/app', '1.2.3', 50)).toStrictEqual({
      one: 50,
      'accepted:one': 50,
      'accepted:gone': 50,
      'accepted:all': 50,
    });
    expect(opensOf(both(accepted), 'acme/app', '2.0.0', 50)).toStrictEqual({
      two: 50,
      'accepted:one': 50,
      'accepted:all': 50,
    });
  });

  it('has keys that no offer’s id can be taken for', () => {
    expect(openKeyOf('deployed', 'app')).toBe('app');
    expect(openKeyOf('accepted', 'app')).toBe('accepted:app');
  });
});

describe('the hash of a repository’s rules', () => {
  const selling = (given: Parameters<typeof offer>[1], others = {}) =>
    catalog({ offers: { app: offer('app', given), ...others } });
  const hashOf = (deployed: ReturnType<typeof catalog>, accepted = deployed) =>
    rulesHashOf({ deployed, accepted }, 'acme/app');
  const PLAIN = hashOf(selling({ tags: ONE }));

  it.each([
    ['another rule', selling({ tags: TWO })],
    ['a further rule', selling({ tags: [...ONE, ...TWO] })],
    ['no rule', selling({ tags: [] })],
    [
      'a further offer with rules',
      selling({ tags: ONE }, { more: offer('more', { repositories: ['acme/app'], tags: ONE }) }),
    ],
    ['the repository no longer sold', selling({ tags: ONE, repositories: ['acme/else'] })],
  ])('changes with %s', (_name, changed) => {
    expect(hashOf(changed)).not.toBe(PLAIN);
    // The other catalog's rules count as well.
    expect(hashOf(selling({ tags: ONE }), changed)).not.toBe(hashOf(changed));
  });

  it.each([
    ['graceDays', selling({ tags: ONE, graceDays: 3 })],
    [
      'an offer without rules',
      selling({ tags: ONE }, { all: offer('all', { repositories: ['acme/app'] }) }),
    ],
    ['another repository', selling({ tags: ONE }, { more: offer('more', { tags: TWO }) })],
    [
      'what stays after the end',
      selling({ tags: ONE, afterEnd: { keep: { days: 1, afterPaidDays: 1 } } }),
    ],
  ])('does not change with %s', (_name, changed) => {
    expect(hashOf(changed)).toBe(PLAIN);
  });

  it('is that of either catalog alone while their rules agree', () => {
    expect(hashOf(selling({ tags: ONE }), selling({ tags: ONE, graceDays: 3 }))).toBe(PLAIN);
  });

  it('does not depend on the order of the rules', () => {
    expect(hashOf(selling({ tags: [...ONE, ...TWO] }))).toBe(
      hashOf(selling({ tags: [...TWO, ...ONE] })),
    );
  });
});
