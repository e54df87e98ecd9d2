import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../functions/core/parse-catalog.ts';

const GUARDED = { onDispute: 'suspend', onFullRefund: 'revoke' };
const withOffer = (change: object, settings: object = GUARDED) => ({
  offers: { app: { products: ['prod_app'], repositories: ['acme/app'], ...change } },
  ...settings,
});

const problemsOf = (value: unknown): readonly string[] => {
  const parsed = parseCatalog(value);
  return parsed.kind === 'invalid' ? parsed.problems : [];
};

const offerOf = (change: object) => {
  const parsed = parseCatalog(withOffer(change));
  return parsed.kind === 'invalid' ? parsed.problems : parsed.catalog.offers.app;
};

const LONG_RANGE = `>=1.0.0 ${'|| 1 '.repeat(30)}`;

describe('the tags of an offer', () => {
  it.each(['^1.4', '>=2 <4', '1.x || 2.1.x', '1.2.3 - 2.0.0', '*', '>=2.0.0-rc.1', 'v1'])(
    'may be versions in the range %s',
    (semver) => {
      expect(offerOf({ tags: [{ semver }] })).toMatchObject({ tags: [{ semver }] });
    },
  );

  it.each(['*', 'latest', 'lts-*', '*-alpine', 'Nightly_2.*'])('may be like %s', (glob) => {
    expect(offerOf({ tags: [{ glob }] })).toMatchObject({ tags: [{ glob }] });
  });

  it('may be nothing, which means all there is', () => {
    expect(offerOf({ tags: [] })).toMatchObject({ tags: [] });
    expect(offerOf({})).toMatchObject({ tags: [] });
  });

  it.each([
    ['^1', 'tags is "^1": a list of up to 20 rules is needed'],
    [
      Array.from({ length: 21 }, (_, major) => ({ semver: `^${major}` })),
      'tags is a list of 21: a list of up to 20 rules is needed',
    ],
    [['^1'], 'tags[0] is "^1": an object is needed'],
    [[{}], 'tags[0] has neither: either semver or glob is needed'],
    [[{ semver: '^1', glob: '*' }], 'tags[0] has both: either semver or glob is needed'],
    [[{ regex: '.' }], 'tags[0].regex is not a known field: semver, glob are allowed'],
    [
      [{ semver: 'latest' }],
      'tags[0].semver is "latest": a range of versions as npm reads it is needed, at most 128 characters, such as ^1.4 or >=2 <4',
    ],
    [[{ semver: ' ' }], 'tags[0].semver is " ": a range of versions'],
    [[{ semver: 4 }], 'tags[0].semver is 4: a range of versions'],
    [[{ semver: LONG_RANGE }], 'at most 128 characters'],
    [
      [{ glob: 'a/b' }],
      'tags[0].glob is "a/b": 1 to 128 of the characters of a tag (a-z, A-Z, 0-9, _ . -) and * are allowed',
    ],
    [[{ glob: '' }], 'tags[0].glob is ""'],
    [[{ glob: 'a'.repeat(129) }], 'tags[0].glob is "aaa'],
    [[{ glob: ['*'] }], 'tags[0].glob is a list of 1'],
    [[{ glob: '*' }, { glob: '*' }], 'tags[1] is {"glob":"*"}: it is in this list already'],
  ])('are not %j', (tags, problem) => {
    expect(problemsOf(withOffer({ tags })).join('\n')).toContain(problem);
  });

  it('name the offer whose rule is wrong', () => {
    expect(problemsOf(withOffer({ tags: [{ semver: '^1' }, { semver: 'x.y.z.w' }] }))).toEqual([
      expect.stringContaining('offers.app.tags[1].semver is "x.y.z.w"'),
    ]);
  });

  it.each(['pull', 'pull_and_cache'])('cannot be told apart with awsAccounts %s', (awsAccounts) => {
    expect(problemsOf(withOffer({ tags: [{ glob: 'lts-*' }], awsAccounts }))).toEqual([
      `offers.app.tags has rules where offers.app.awsAccounts is "${awsAccounts}": the AWS door cannot tell tags apart, so an offer with tags needs awsAccounts "none"`,
    ]);
  });
});

describe('what stays after the end of an offer', () => {
  it('is nothing unless the vendor says otherwise', () => {
    expect(offerOf({})).toMatchObject({ afterEnd: 'deny' });
    expect(offerOf({ afterEnd: 'deny' })).toMatchObject({ afterEnd: 'deny' });
  });

  it.each([
    [{ days: 'forever' }, { days: 'forever', afterPaidDays: 365 }],
    [{ days: 1 }, { days: 1, afterPaidDays: 365 }],
    [
      { days: 36_500, afterPaidDays: 0 },
      { days: 36_500, afterPaidDays: 0 },
    ],
  ])('may be kept: %j', (keep, expected) => {
    expect(offerOf({ afterEnd: { keep } })).toMatchObject({ afterEnd: { keep: expected } });
  });

  it.each([
    ['keep', 'afterEnd is "keep": "deny" or an object with the field keep is needed'],
    [{}, 'afterEnd.keep is missing: an object is needed'],
    [{ hold: 1 }, 'afterEnd.hold is not a known field: keep are allowed'],
    [{ keep: {} }, 'afterEnd.keep.days is missing: a whole number of days from 1 to 36500, or'],
    [{ keep: { days: 0 } }, 'afterEnd.keep.days is 0: a whole number of days'],
    [{ keep: { days: 36_501 } }, 'afterEnd.keep.days is 36501: a whole number of days'],
    [{ keep: { days: 1.5 } }, 'afterEnd.keep.days is 1.5: a whole number of days'],
    [{ keep: { days: 'ever' } }, 'afterEnd.keep.days is "ever": a whole number of days'],
    [
      { keep: { days: 1, afterPaidDays: -1 } },
      'afterEnd.keep.afterPaidDays is -1: a whole number of days from 0 to 36500 is allowed',
    ],
    [{ keep: { days: 1, after: 1 } }, 'afterEnd.keep.after is not a known field'],
  ])('is not %j', (afterEnd, problem) => {
    expect(problemsOf(withOffer({ afterEnd })).join('\n')).toContain(`offers.app.${problem}`);
  });

  it('counts only time whose payment stood: disputes and refunds must be looked for', () => {
    expect(problemsOf(withOffer({ afterEnd: { keep: { days: 30 } } }, {}))).toEqual([
      'offers.app.afterEnd has keep where onDispute is "ignore": time whose payment is disputed must not count as paid, so keep needs onDispute "suspend"',
      'offers.app.afterEnd has keep where onFullRefund is "ignore": time that was refunded must not count as paid, so keep needs onFullRefund "revoke"',
    ]);
  });
});
