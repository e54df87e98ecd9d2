import { describe, expect, it } from 'vitest';
import type { Members, Window } from '../../functions/core/customer.ts';
import { memberChanges, membersOf } from '../../functions/core/members-of.ts';
import { DAY } from '../../functions/core/time.ts';
import { catalog, NOW, offer, windowOf } from '../support/builders.ts';

const ONE = '111122223333';
const TWO = '444455556666';
const NOBODY: Members = { accounts: [], untils: {} };

const open = catalog();
const door = catalog({
  offers: {
    app: offer('app', { repositories: ['acme/app', 'acme/shared'] }),
    tools: offer('tools', { repositories: ['acme/shared', 'acme/tools'] }),
    closed: offer('closed', { awsAccounts: 'none' }),
  },
});

const members = (
  windows: readonly Window[],
  accounts: readonly string[] = [ONE],
  accepted = door,
): Members => membersOf({ deployed: door, accepted }, windows, accounts, NOW);

describe('members', () => {
  it('may pull from every repository of every open offer, until its latest end', () => {
    const windows = [windowOf('tools', { endsAt: NOW + 9 }), windowOf('app', { endsAt: NOW + 5 })];
    expect(members(windows, [ONE, TWO])).toStrictEqual({
      accounts: [ONE, TWO],
      untils: { 'acme/app': NOW + 5, 'acme/shared': NOW + 9, 'acme/tools': NOW + 9 },
    });
  });

  it('are there although our clock is a little behind Stripe’s', () => {
    expect(members([windowOf('app', { startsAt: NOW + 30 })]).accounts).toStrictEqual([ONE]);
  });

  it.each([
    ['without accounts', [windowOf('app')], []],
    ['without windows', [], [ONE]],
    ['whose window has ended', [windowOf('app', { endsAt: NOW })], [ONE]],
    [
      'whose manual grant has not begun',
      [windowOf('app', { source: 'manual', startsAt: NOW + 1 })],
      [ONE],
    ],
    ['whose offer has no AWS door', [windowOf('closed')], [ONE]],
    ['whose offer no catalog has', [windowOf('stranger')], [ONE]],
  ])('there are none for a customer %s', (_who, windows, accounts) => {
    expect(members(windows, accounts)).toStrictEqual(NOBODY);
  });

  it.each([
    [undefined, ['acme/app', 'acme/shared']],
    ['catalog', ['acme/app']],
    ['breaker', ['acme/app', 'acme/extra', 'acme/shared']],
  ] as const)('a window held by %s reaches %j', (held, repositories) => {
    const accepted =
      held === 'breaker'
        ? catalog({ offers: { app: offer('app', { repositories: ['acme/app', 'acme/extra'] }) } })
        : open;
    const window = windowOf('app', held === undefined ? {} : { held });
    expect(Object.keys(members([window], [ONE], accepted).untils)).toStrictEqual(repositories);
  });
});

describe('what must be written', () => {
  const both: Members = { accounts: [ONE, TWO], untils: { 'acme/app': NOW + DAY } };

  it('nothing when it is there already', () => {
    expect(memberChanges(both, both)).toStrictEqual([]);
  });

  it('only the members whose end moves', () => {
    const projected = { accounts: [ONE], untils: { 'acme/app': 1, 'acme/tools': 1 } };
    const desired = { accounts: [ONE], untils: { 'acme/app': 1, 'acme/tools': 2 } };
    expect(memberChanges(projected, desired)).toStrictEqual([
      { repository: 'acme/tools', account: ONE, until: 2 },
    ]);
  });

  it('a tombstone for an account that is gone, and no word about the other', () => {
    expect(memberChanges(both, { ...both, accounts: [ONE] })).toStrictEqual([
      { repository: 'acme/app', account: TWO, until: 0 },
    ]);
  });

  it('a tombstone for everybody when nothing is left', () => {
    expect(memberChanges(both, NOBODY)).toStrictEqual([
      { repository: 'acme/app', account: ONE, until: 0 },
      { repository: 'acme/app', account: TWO, until: 0 },
    ]);
  });

  it('everything, tombstones too, where our own note cannot be trusted', () => {
    const projected = { accounts: [ONE, TWO], untils: { 'acme/app': -1, 'acme/old': -1 } };
    const desired = { accounts: [ONE], untils: { 'acme/app': 7 } };
    expect(memberChanges(projected, desired)).toStrictEqual([
      { repository: 'acme/app', account: ONE, until: 7 },
      { repository: 'acme/app', account: TWO, until: 0 },
      { repository: 'acme/old', account: ONE, until: 0 },
      { repository: 'acme/old', account: TWO, until: 0 },
    ]);
  });
});
