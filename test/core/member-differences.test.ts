import { describe, expect, it } from 'vitest';
import { memberDifferences } from '../../functions/core/member-differences.ts';

const APP = 'acme/app';
const ONE = '111122223333';
const TWO = '444455556666';
const expected = { accounts: [ONE, TWO], untils: { [APP]: 50 } };
const item = (account: string, until: number, repository = APP) => ({ repository, account, until });

describe('member items and their customer', () => {
  it.each([
    ['agree', [item(ONE, 50), item(TWO, 50)], []],
    ['agree where a tombstone is left', [item(ONE, 50), item(TWO, 50), item('9', 0)], []],
    ['differ where an item is missing', [item(ONE, 50)], [{ repository: APP, account: TWO }]],
    [
      'differ where one ends at another time',
      [item(ONE, 51), item(TWO, 50)],
      [{ repository: APP, account: ONE }],
    ],
    [
      'differ where one is too many',
      [item(ONE, 50), item(TWO, 50), item(ONE, 50, 'acme/x')],
      [{ repository: 'acme/x', account: ONE }],
    ],
  ])('%s', (_case, items, differences) => {
    expect(memberDifferences([APP, 'acme/x'], items, expected)).toStrictEqual(differences);
  });

  it('say nothing about a repository that was not read', () => {
    expect(memberDifferences(['acme/x'], [], expected)).toStrictEqual([]);
  });
});
