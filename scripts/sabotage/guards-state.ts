import type { Guard } from './guard.ts';

const SYNC = 'functions/usecases/sync-customer.ts';
const EFFECTS = 'functions/usecases/run-effects.ts';
const NEXT = 'functions/core/next-customer.ts';
const CUSTOMERS = 'functions/adapters/dynamo-customers.ts';
const MEMORY = 'simulation/stores/memory-stores.ts';
const STORES = 'test/adapters/dynamo-stores.test.ts';
const RACES = 'test/usecases/sync-races.test.ts';
const CRASHES = 'test/usecases/sync-crashes.test.ts';

/** One item, one version, and effects that follow stored state. */
export const STATE_GUARDS: readonly Guard[] = [
  {
    name: 'version-condition-removed',
    costs: 'a customer is written over whatever is there: a late answer undoes a revocation',
    edits: [
      {
        file: CUSTOMERS,
        find: `expression: version === 0 ? 'attribute_not_exists(#pk)' : '#version = :version',
      ...(version === 0 ? {} : { values: { ':version': version } }),`,
        replace: `expression: version === 0 ? 'attribute_not_exists(#pk)' : 'attribute_exists(#pk)',`,
      },
      {
        file: MEMORY,
        find: `if ((stored?.version ?? 0) !== version) return 'conflict';`,
        replace: '',
      },
    ],
    tests: [STORES],
  },
  {
    name: 'conflict-ignored',
    costs: 'whoever lost the race goes on to effects that belong to no stored state',
    edits: [
      {
        file: SYNC,
        find: `if ((await write(deps, prior, step)) === 'conflict') return 'conflict';`,
        replace: 'await write(deps, prior, step);',
      },
    ],
    tests: [RACES, 'test/usecases/sync-customer.test.ts'],
  },
  {
    name: 'version-read-after-stripe',
    costs: 'an old answer of Stripe is stored over a newer one, and nobody starts over',
    edits: [
      {
        file: SYNC,
        find: 'return deps.customers.saveCustomer(step.next, prior.version);',
        replace: `const found = await deps.customers.findCustomer(prior.customerId);
  const version = found?.version ?? 0;
  return deps.customers.saveCustomer({ ...step.next, version: version + 1 }, version);`,
      },
    ],
    tests: [RACES],
  },
  {
    name: 'effects-not-first',
    costs: 'what a crashed sync left undone is overwritten by the next state and never done',
    edits: [
      {
        file: SYNC,
        find: 'prior.effectsDone < prior.version ? runEffects',
        replace: 'prior.effectsDone > prior.version ? runEffects',
      },
    ],
    tests: [CRASHES, RACES],
  },
  {
    name: 'effects-marked-unconditionally',
    costs: 'a stalled worker marks the effects of a version that it has never seen as done',
    edits: [
      {
        file: CUSTOMERS,
        find: `values: { ':version': version },
      },
      '#version = :version',`,
        replace: `values: { ':version': version },
      },
      'attribute_exists(#pk)',`,
      },
    ],
    tests: [STORES],
  },
  {
    name: 'projected-forgets-at-once',
    costs: 'an account that loses access is not known any more to whoever has to remove it',
    edits: [
      {
        file: NEXT,
        find: `? next.projected
    : forgotten(`,
        replace: `? {
        ...next.projected,
        accounts: next.projected.accounts.filter((each) => next.members.accounts.includes(each)),
      }
    : forgotten(`,
      },
    ],
    tests: ['test/usecases/sync-customer.test.ts', CRASHES],
  },
  {
    name: 'crash-invisible-to-the-sweep',
    costs: 'nobody comes back to a customer whose sync died between state and effects',
    edits: [
      {
        file: NEXT,
        find: '...(hasEffects ? { dueAt: Math.min(next.dueAt ?? finishAt(now), finishAt(now)) } : {}),',
        replace: '',
      },
    ],
    tests: ['test/core/next-customer.test.ts', CRASHES],
  },
  {
    name: 'unmarked-members-forgotten',
    costs: 'an account that an unmarked version let in is known to nobody and never removed',
    edits: [
      {
        file: NEXT,
        find: 'strays === undefined && prior.effectsDone === prior.version',
        replace: 'strays === undefined',
      },
    ],
    tests: ['test/usecases/sync-unfinished.test.ts'],
  },
  {
    name: 'audit-line-overwritten',
    costs: 'a repeated effect writes over the line that says why access ended',
    edits: [
      {
        file: CUSTOMERS,
        find: `await putItem(table, auditKey(customerId, transition.sequence), transition, {
      expression: 'attribute_not_exists(#pk)',`,
        replace: `await putItem(table, auditKey(customerId, transition.sequence), transition, {
      expression: 'attribute_not_exists(#pk) OR attribute_exists(#pk)',`,
      },
    ],
    tests: [STORES],
  },
  {
    name: 'audit-line-left-out',
    costs: 'access opens and closes and nobody can say why',
    edits: [
      {
        file: EFFECTS,
        find: 'if (transition?.version === version) await deps.customers.putAudit(customerId, transition);',
        replace: '',
      },
    ],
    tests: ['test/usecases/sync-customer.test.ts'],
  },
];
