import { expect, it } from 'vitest';
import { NEVER_WRITTEN } from '../../../functions/core/customer.ts';
import { isMonotone } from '../../../simulation/oracle/invariants/versions.ts';
import { customer } from '../../support/builders.ts';

const members = { accounts: ['111122223333'], untils: { 'acme/app': 1 } };
const again = { accounts: members.accounts, untils: { 'acme/app': NEVER_WRITTEN } };
const done = customer({ version: 3, effectsDone: 3, members, projected: members });
const check = (after: Parameters<typeof customer>[0], before = done) =>
  isMonotone({ subject: before, before, after: customer({ members, ...after }) });

it('effects fall back only under a new version that writes all of the last one again', () => {
  expect(check({ version: 4, effectsDone: 2, projected: again })).toBeUndefined();
  for (const [after, what] of [
    [{ version: 4, effectsDone: 2, projected: members }, 'what it takes for written is not'],
    [{ version: 4, effectsDone: 2, projected: { ...again, accounts: [] } }, 'an account is left'],
    [{ version: 4, effectsDone: 2, projected: { ...again, untils: {} } }, 'a repository is left'],
    [{ version: 3, effectsDone: 2, projected: again }, 'it is the same version'],
    [{ version: 2, effectsDone: 2, projected: again }, 'it is an older version'],
    [{ version: 4, effectsDone: 5, projected: again }, 'it has done more than there is'],
  ] as const) {
    expect(check(after), what).toContain('I5 monotonicity: cus_Nova went from version 3');
  }
  const undone = { ...done, version: 5 };
  expect(check({ version: 6, effectsDone: 2, projected: again }, undone)).toContain('version 5');
});
