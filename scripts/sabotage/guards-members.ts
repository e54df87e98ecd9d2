import type { Guard } from './guard.ts';

const EFFECTS = 'functions/usecases/run-effects.ts';
const NEXT = 'functions/core/next-customer.ts';
const MEMBERS = 'functions/adapters/dynamo-members.ts';
const TABLE = 'functions/adapters/dynamo-table.ts';
const MEMORY = 'simulation/stores/memory-stores.ts';
const STORES = 'test/adapters/dynamo-stores.test.ts';
const CRASHES = 'test/usecases/sync-crashes.test.ts';

/** What is written about members stays true, and what is read is what was written. */
export const MEMBER_GUARDS: readonly Guard[] = [
  {
    name: 'effects-marked-before-members',
    costs: 'a crash after the mark leaves a removed account allowed, and nothing says so',
    edits: [
      {
        file: EFFECTS,
        find: 'if (transition?.version === version) await deps.customers.putAudit(customerId, transition);',
        replace: `await deps.customers.markEffectsDone(customer);
    if (transition?.version === version) await deps.customers.putAudit(customerId, transition);`,
      },
      {
        file: EFFECTS,
        find: `// A conflict means that somebody else has done these effects and gone on.
    await deps.customers.markEffectsDone(customer);`,
        replace: '',
      },
    ],
    tests: [CRASHES],
  },
  {
    name: 'policies-told-before-members',
    costs: 'the policy is rendered from members that are not written yet, and its message is spent',
    edits: [
      {
        file: EFFECTS,
        find: 'const repositories = await writeMembers(deps, customer);',
        replace: `const told = [
      ...new Set(
        memberChanges(customer.projected, customer.members).map(({ repository }) => repository),
      ),
    ];
    if (told.length > 0)
      await deps.policies.sendPolicies(
        told.map((repository) => ({ repository, occasion: \`\${repository}:\${customerId}:\${version}\` })),
      );
    await writeMembers(deps, customer);
    const repositories: readonly string[] = [];`,
      },
    ],
    tests: [CRASHES, 'test/usecases/sync-customer.test.ts'],
  },
  {
    name: 'member-written-unconditionally',
    costs: 'a worker that stood still puts back a member whom a later version has removed',
    edits: [
      {
        file: MEMBERS,
        find: `expression: 'attribute_not_exists(#version) OR #version < :version',`,
        replace: `expression:
          'attribute_not_exists(#pk) OR attribute_exists(#pk) OR #version < :version',`,
      },
      {
        file: MEMORY,
        find: `if (stored !== undefined && stored.version >= member.version) return 'conflict';`,
        replace: '',
      },
    ],
    tests: [STORES],
  },
  {
    name: 'tombstone-version-not-compared',
    costs: 'an old grant is written over the tombstone of a later removal',
    edits: [
      {
        file: MEMBERS,
        find: `expression: 'attribute_not_exists(#version) OR #version < :version',
        values: { ':version': member.version },`,
        replace: `expression: 'attribute_not_exists(#version) OR #version < :version OR #until = :none',
        values: { ':version': member.version, ':none': 0 },`,
      },
      {
        file: MEMORY,
        find: `if (stored !== undefined && stored.version >= member.version) return 'conflict';`,
        replace: `if (stored !== undefined && stored.until > 0 && stored.version >= member.version)
        return 'conflict';`,
      },
    ],
    tests: [STORES],
  },
  {
    name: 'member-deleted-not-tombstoned',
    costs: 'nothing is left that an old grant would lose against',
    edits: [
      {
        file: MEMBERS,
        find: 'import { type Item, listItems, putItem, type Table }',
        replace: 'import { type Item, listItems, putItem, removeItem, type Table }',
      },
      {
        file: MEMBERS,
        find: `saveMember: async (member, now) =>
    putItem(`,
        replace: `saveMember: async (member, now) =>
    member.until === 0
      ? removeItem(table, memberKey(member.repository, member.account, member.customerId), {
          expression: 'attribute_not_exists(#version) OR #version < :version',
          values: { ':version': member.version },
        })
      : putItem(`,
      },
    ],
    tests: [STORES],
  },
  {
    name: 'own-write-taken-for-a-conflict',
    costs:
      'a write whose answer was lost is thought lost itself, and the work starts over for ever',
    edits: [
      {
        file: TABLE,
        find: `return (await findItem(table, key))?.writeId === writeId ? 'saved' : 'conflict';`,
        replace: `return 'conflict';`,
      },
    ],
    tests: [STORES],
  },
  {
    name: 'customer-read-stale',
    costs: 'a decision rests on a customer as it was some time ago',
    edits: [
      {
        file: TABLE,
        find: 'documents.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true })),',
        replace: 'documents.send(new GetCommand({ TableName: tableName, Key: key })),',
      },
    ],
    tests: ['test/adapters/dynamo-faults.test.ts'],
  },
  {
    name: 'members-read-stale',
    costs: 'a policy is rendered from members as they were some time ago',
    edits: [
      {
        file: TABLE,
        find: `...inputOf(condition.expression, condition),
    ConsistentRead: true,
  };`,
        replace: `...inputOf(condition.expression, condition),
  };`,
      },
    ],
    tests: ['test/adapters/dynamo-faults.test.ts'],
  },
  {
    name: 'restore-versions-not-raised',
    costs: 'after a restore our writes lose against members from before it, and who left stays',
    edits: [
      {
        file: NEXT,
        find: 'const version = prior.version + (isForgotten ? FORGOTTEN_VERSIONS : 1);',
        replace: 'const version = prior.version + 1;',
      },
    ],
    tests: ['test/usecases/sync-everyone.test.ts', 'test/core/next-customer.test.ts'],
  },
];
