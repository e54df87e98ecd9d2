import { expect, it } from 'vitest';
import type { Member } from '../../functions/ports.ts';
import type { Stores } from '../../simulation/stores/stores.ts';
import { NOON, policyRecord } from './examples.ts';

const member = (given: Partial<Member> = {}): Member => ({
  repository: 'acme/app',
  account: '111122223333',
  customerId: 'cus_Nova',
  until: NOON,
  version: 3,
  ...given,
});

/** What every MemberStore does. */
export const memberStoreContract = (open: () => Promise<Pick<Stores, 'members'>>): void => {
  it('gives back the members of one repository and nobody else', async () => {
    const { members } = await open();
    const other = member({ account: '444455556666' });
    const shared = member({ customerId: 'cus_Zeta' });
    for (const one of [member(), other, shared, member({ repository: 'acme/app2' })]) {
      expect(await members.saveMember(one, NOON)).toBe('saved');
    }
    expect(await members.readRepository('acme/app')).toStrictEqual({
      members: [member(), shared, other],
      policy: undefined,
    });
  });

  it.each([
    [2, 'conflict', NOON],
    [3, 'conflict', NOON],
    [4, 'saved', 0],
  ] as const)('over version 3, version %i is a %s', async (version, outcome, until) => {
    const { members } = await open();
    await members.saveMember(member(), NOON);
    expect(await members.saveMember(member({ version, until: 0 }), NOON)).toBe(outcome);
    const { members: stored } = await members.readRepository('acme/app');
    expect(stored.map((one) => one.until)).toStrictEqual([until]);
  });

  it('keeps a tombstone, so that a stalled worker cannot bring the member back', async () => {
    const { members } = await open();
    const tombstone = member({ until: 0, version: 5 });
    await members.saveMember(member(), NOON);
    await members.saveMember(tombstone, NOON);
    expect(await members.saveMember(member({ version: 4 }), NOON)).toBe('conflict');
    expect((await members.readRepository('acme/app')).members).toStrictEqual([tombstone]);
    expect(await members.saveMember(member({ version: 6 }), NOON)).toBe('saved');
    expect((await members.readRepository('acme/app')).members).toStrictEqual([
      member({ version: 6 }),
    ]);
  });

  it('gives back what was last applied', async () => {
    const { members } = await open();
    expect(await members.savePolicy('acme/app', policyRecord())).toBe('saved');
    expect(await members.readRepository('acme/app')).toStrictEqual({
      members: [],
      policy: policyRecord(),
    });
    const next = policyRecord({ revision: 2, driftAt: NOON, quarantined: {} });
    expect(await members.savePolicy('acme/app', next)).toBe('saved');
    expect((await members.readRepository('acme/app')).policy).toStrictEqual(next);
  });

  it.each([1, 3])('over revision 1 of a policy, revision %i is a conflict', async (revision) => {
    const { members } = await open();
    await members.savePolicy('acme/app', policyRecord());
    expect(await members.savePolicy('acme/app', policyRecord({ revision }))).toBe('conflict');
    expect((await members.readRepository('acme/app')).policy).toStrictEqual(policyRecord());
  });
};
