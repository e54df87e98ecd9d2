import { describe, expect, it } from 'vitest';
import type { AfterEnd, TagRule } from '../../functions/core/catalog.ts';
import { FOREVER, impactOf } from '../../functions/core/catalog-impact.ts';
import { rightsOf } from '../../functions/core/rights.ts';
import { DAY } from '../../functions/core/time.ts';
import {
  catalog,
  customer,
  itemOf,
  NOW,
  offer,
  PAID_UNTIL,
  stored,
  windowOf,
} from '../support/builders.ts';

describe('the rights of a customer', () => {
  const doors = (awsAccounts: 'none' | 'pull' | 'pull_and_cache', accounts: readonly string[]) =>
    rightsOf(catalog({ offers: { app: offer('app', { awsAccounts }) } }), {
      windows: [windowOf('app')],
      accounts,
    }).map(({ door }) => door);

  it.each([
    ['none', ['gateway']],
    ['pull', ['gateway', 'aws']],
    ['pull_and_cache', ['gateway', 'aws', 'cache']],
  ] as const)('with awsAccounts %s are %s', (awsAccounts, expected) => {
    expect(doors(awsAccounts, ['111122223333'])).toStrictEqual(expected);
  });

  it('are the gateway’s alone without an AWS account', () => {
    expect(doors('pull_and_cache', [])).toStrictEqual(['gateway']);
  });

  it('last until the latest window that opens a repository', () => {
    const both = catalog({
      offers: { app: offer('app'), suite: offer('suite', { repositories: ['acme/app'] }) },
    });
    const windows = [
      windowOf('app', { endsAt: NOW + 5 * DAY }),
      windowOf('suite', { endsAt: NOW + 2 * DAY }),
    ];
    expect(rightsOf(both, { windows, accounts: [] })).toStrictEqual([
      { door: 'gateway', repository: 'acme/app', until: NOW + 5 * DAY },
    ]);
  });

  it('are none for an offer that the catalog does not have', () => {
    expect(rightsOf(catalog(), { windows: [windowOf('gone')], accounts: [] })).toStrictEqual([]);
  });
});

const NOTHING = { gains: [], losses: [], laterGains: [], laterLosses: [] };

describe('the impact of a catalog on a customer', () => {
  const nova = customer({
    subscriptions: [stored()],
    windows: [windowOf('app')],
    accounts: ['111122223333'],
  });
  const impact = (to: ReturnType<typeof catalog>, from = catalog()) =>
    impactOf(nova, { from, to }, NOW);

  it('is nothing when the catalogs agree', () => {
    expect(impact(catalog())).toStrictEqual(NOTHING);
  });

  it('is a loss at every door when the offer goes', () => {
    expect(impact(catalog({ offers: { tools: offer('tools') } }))).toStrictEqual({
      ...NOTHING,
      losses: [
        { door: 'gateway', repository: 'acme/app', until: 0, before: PAID_UNTIL },
        { door: 'aws', repository: 'acme/app', until: 0, before: PAID_UNTIL },
      ],
    });
  });

  it('is a loss when the AWS door alone closes', () => {
    const to = catalog({ offers: { app: offer('app', { awsAccounts: 'none' }) } });
    expect(impact(to).losses).toStrictEqual([
      { door: 'aws', repository: 'acme/app', until: 0, before: PAID_UNTIL },
    ]);
  });

  it('is a loss of days when the grace shrinks, and a gain when it grows', () => {
    const shorter = catalog({ offers: { app: offer('app', { graceDays: 4 }) } });
    expect(impact(shorter).losses).toMatchObject([
      { door: 'gateway', until: PAID_UNTIL - 10 * DAY, before: PAID_UNTIL },
      { door: 'aws', until: PAID_UNTIL - 10 * DAY, before: PAID_UNTIL },
    ]);
    expect(impact(catalog(), shorter).gains).toMatchObject([
      { door: 'gateway', until: PAID_UNTIL, before: PAID_UNTIL - 10 * DAY },
      { door: 'aws', until: PAID_UNTIL, before: PAID_UNTIL - 10 * DAY },
    ]);
  });

  it('is a gain and a loss when one repository replaces another', () => {
    const to = catalog({ offers: { app: offer('app', { repositories: ['acme/next'] }) } });
    const { gains, losses } = impact(to);
    expect(gains.map(({ repository }) => repository)).toStrictEqual(['acme/next', 'acme/next']);
    expect(losses.map(({ repository }) => repository)).toStrictEqual(['acme/app', 'acme/app']);
  });
});

describe('the impact of other tags', () => {
  const nova = customer({ subscriptions: [stored()], windows: [windowOf('app')] });
  const selling = (tags: readonly TagRule[]) =>
    catalog({ offers: { app: offer('app', { awsAccounts: 'none', tags }) } });
  const impact = (from: readonly TagRule[], to: readonly TagRule[]) =>
    impactOf(nova, { from: selling(from), to: selling(to) }, NOW);
  const right = { door: 'gateway', repository: 'acme/app' } as const;
  const V1 = { semver: '^1' };
  const V2 = { semver: '^2' };

  it('is nothing when they are the same in another order', () => {
    expect(impact([V1, V2], [V2, V1])).toStrictEqual(NOTHING);
  });

  it('is a loss of everything but them, when there were none before', () => {
    expect(impact([], [V1, V2])).toStrictEqual({
      ...NOTHING,
      losses: [{ ...right, until: 0, before: PAID_UNTIL, left: [V1, V2] }],
    });
  });

  it('is a gain of everything when there are none any more', () => {
    expect(impact([V1], [])).toStrictEqual({
      ...NOTHING,
      gains: [{ ...right, until: PAID_UNTIL, before: 0 }],
    });
  });

  it('is the loss of one and the gain of another', () => {
    expect(impact([V1], [V2])).toStrictEqual({
      ...NOTHING,
      losses: [{ ...right, tag: V1, until: 0, before: PAID_UNTIL }],
      gains: [{ ...right, tag: V2, until: PAID_UNTIL, before: 0 }],
    });
  });

  it('is nothing where another offer opens the repository whole', () => {
    const both = (tags: readonly TagRule[]) =>
      catalog({
        offers: {
          app: offer('app', { awsAccounts: 'none', tags }),
          suite: offer('suite', { repositories: ['acme/app'], awsAccounts: 'none' }),
        },
      });
    const items = [itemOf('app'), itemOf('suite')];
    const who = customer({
      subscriptions: [stored({ items })],
      windows: [windowOf('app'), windowOf('suite')],
    });
    expect(impactOf(who, { from: both([V1]), to: both([V2]) }, NOW)).toStrictEqual(NOTHING);
  });
});

describe('the impact of what stays after the end', () => {
  const leaving = (afterEnd: AfterEnd) =>
    catalog({ offers: { app: offer('app', { awsAccounts: 'none', afterEnd }) } });
  const FOR_EVER: AfterEnd = { keep: { days: 'forever', afterPaidDays: 5 } };
  const A_WEEK: AfterEnd = { keep: { days: 7, afterPaidDays: 5 } };
  const PAID = {
    offerId: 'app',
    source: 'sub_1',
    startsAt: NOW - 10 * DAY,
    endsAt: NOW - 2 * DAY,
  };
  const payer = customer({ subscriptions: [stored()], windows: [windowOf('app')] });
  const lapsed = customer({
    withheld: [{ offerId: 'app', source: 'sub_1', because: 'canceled', endedAt: NOW - DAY }],
    paidTimes: [PAID],
  });
  const kept = { door: 'kept', repository: 'acme/app' } as const;

  it('is one to come for those who pay', () => {
    const impact = (from: AfterEnd, to: AfterEnd) =>
      impactOf(payer, { from: leaving(from), to: leaving(to) }, NOW);
    expect(impact('deny', FOR_EVER)).toStrictEqual({
      ...NOTHING,
      laterGains: [{ offerId: 'app', before: 'deny', afterEnd: FOR_EVER }],
    });
    expect(impact(FOR_EVER, A_WEEK)).toStrictEqual({
      ...NOTHING,
      laterLosses: [{ offerId: 'app', before: FOR_EVER, afterEnd: A_WEEK }],
    });
    expect(impact(A_WEEK, A_WEEK)).toStrictEqual(NOTHING);
  });

  it('is a gain to come with an offer that is new', () => {
    const from = catalog({ offers: { tools: offer('tools') } });
    expect(impactOf(payer, { from, to: leaving(A_WEEK) }, NOW)).toMatchObject({
      gains: [{ door: 'gateway', before: 0 }],
      laterGains: [{ offerId: 'app', before: 'deny', afterEnd: A_WEEK }],
    });
  });

  it('is one of today for those who lapsed', () => {
    const impact = (from: AfterEnd, to: AfterEnd) =>
      impactOf(lapsed, { from: leaving(from), to: leaving(to) }, NOW);
    expect(impact(FOR_EVER, A_WEEK)).toStrictEqual({
      ...NOTHING,
      losses: [{ ...kept, until: NOW + 5 * DAY, before: FOREVER }],
    });
    expect(impact('deny', A_WEEK)).toStrictEqual({
      ...NOTHING,
      gains: [{ ...kept, until: NOW + 5 * DAY, before: 0 }],
    });
  });

  it('is a loss both ways when the offer goes', () => {
    const to = catalog({ offers: { tools: offer('tools') } });
    expect(impactOf(lapsed, { from: leaving(FOR_EVER), to }, NOW)).toStrictEqual({
      ...NOTHING,
      losses: [{ ...kept, until: 0, before: FOREVER }],
    });
    expect(impactOf(payer, { from: leaving(FOR_EVER), to }, NOW)).toMatchObject({
      losses: [{ door: 'gateway', until: 0 }],
      laterLosses: [{ offerId: 'app', afterEnd: 'deny', before: FOR_EVER }],
    });
  });
});
