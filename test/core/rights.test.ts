import { describe, expect, it } from 'vitest';
import { impactOf, rightsOf } from '../../functions/core/rights.ts';
import { DAY } from '../../functions/core/time.ts';
import {
  catalog,
  customer,
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

describe('the impact of a catalog on a customer', () => {
  const nova = customer({
    subscriptions: [stored()],
    windows: [windowOf('app')],
    accounts: ['111122223333'],
  });
  const impact = (to: ReturnType<typeof catalog>, from = catalog()) =>
    impactOf(nova, { from, to }, NOW);

  it('is nothing when the catalogs agree', () => {
    expect(impact(catalog())).toStrictEqual({ gains: [], losses: [] });
  });

  it('is a loss at every door when the offer goes', () => {
    expect(impact(catalog({ offers: { tools: offer('tools') } }))).toStrictEqual({
      gains: [],
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
