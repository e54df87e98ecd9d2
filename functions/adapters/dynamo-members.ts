import type { PolicyRecord } from '../core/policy.ts';
import { DAY } from '../core/time.ts';
import type { Member, MemberStore } from '../ports.ts';
import { saveRevision } from './dynamo-revision.ts';
import { type Item, listItems, putItem, type Table } from './dynamo-table.ts';
import { memberKey, policyKey } from './table-keys.ts';

/** Long after any worker that could still hold an older version has ended. */
const TOMBSTONE_SECONDS = 7 * DAY;

/** Members of each repository, and what was last applied there. */
export const dynamoMembers = (table: Table): MemberStore => ({
  // An equal version is a conflict too: the effect was there already, and its caller need not care.
  saveMember: async (member, now) =>
    putItem(
      table,
      memberKey(member.repository, member.account, member.customerId),
      member.until === 0 ? { ...member, expiresAt: now + TOMBSTONE_SECONDS } : member,
      {
        expression: 'attribute_not_exists(#version) OR #version < :version',
        values: { ':version': member.version },
      },
    ),
  readRepository: async (repository) => {
    const { pk, sk } = policyKey(repository);
    const items = await listItems(table, pk);
    const policy = items.find((item) => item.sk === sk);
    return {
      members: items.filter((item) => item.sk !== sk).map(memberOf),
      policy: policy === undefined ? undefined : recordOf(policy),
    };
  },
  savePolicy: async (repository, next) => saveRevision(table, policyKey(repository), next),
});

const memberOf = (item: Item): Member => {
  const { pk, sk, expiresAt, ...member } = item;
  return member as Member;
};

const recordOf = (item: Item): PolicyRecord => {
  const { pk, sk, writeId, ...record } = item;
  return record as PolicyRecord;
};
