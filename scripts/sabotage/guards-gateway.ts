import type { Guard } from './guard.ts';

const ANSWER = 'functions/usecases/answer-pull.ts';
const ACCESS = 'functions/core/pull-access.ts';
const BATCH = 'functions/adapters/dynamo-batch.ts';
const ANSWER_TEST = 'test/usecases/answer-pull.test.ts';
const ACCESS_TEST = 'test/core/pull-access.test.ts';

/** The gateway: the entitlement is decided at each request, and what cannot be decided is not allowed. */
export const GATEWAY_GUARDS: readonly Guard[] = [
  {
    name: 'decision-cached-10-minutes',
    costs: 'whoever is revoked goes on pulling',
    edits: [
      {
        file: ANSWER,
        find: 'const outcome = await decided(world, call);',
        replace: `const text = JSON.stringify([identity, request]);
    const known = kept.get(text);
    const isFresh = known !== undefined && call.now < known.at + 600;
    const outcome = isFresh ? known.outcome : await decided(world, call);
    if (!isFresh) kept.set(text, { at: call.now, outcome });`,
      },
      {
        file: ANSWER,
        find: 'const world: PullWorld =',
        replace: `const kept = new Map<string, { at: number; outcome: Outcome }>();
  const world: PullWorld =`,
      },
    ],
    tests: [ANSWER_TEST, 'test/budgets/gateway.test.ts'],
  },
  {
    name: 'store-failure-answers-200',
    costs: 'while the table cannot be read everything is open',
    edits: [
      {
        file: ANSWER,
        find: `return refused({ kind: 'unavailable' });`,
        replace: `return { answer: { kind: 'pong' } };`,
      },
    ],
    tests: [ANSWER_TEST, 'test/usecases/answer-pull-races.test.ts'],
  },
  {
    name: 'credential-not-checked-again',
    costs: 'a retired credential opens for an hour more, by the access token it left',
    edits: [
      {
        file: ANSWER,
        find: 'if (!isValid(read.credential, now)) {',
        replace: 'if (!isValid(read.credential, 0)) {',
      },
    ],
    tests: [ANSWER_TEST],
  },
  {
    name: 'window-not-compared-with-the-clock',
    costs: 'when the sweep stands still nobody ever expires at the gateway',
    edits: [
      {
        file: ACCESS,
        find: '.filter((window) => isOpen(window, now))',
        replace: '',
      },
    ],
    tests: [ACCESS_TEST],
  },
  {
    name: 'window-closed-at-the-end',
    costs: 'in the second in which access ends, it has not ended',
    edits: [
      {
        file: 'functions/core/time.ts',
        find: 'startsAt <= now && now < endsAt;',
        replace: 'startsAt <= now && now <= endsAt;',
      },
    ],
    tests: ['test/core/time.test.ts', ACCESS_TEST],
  },
  {
    name: 'lapse-told-to-whoever-asks',
    costs: 'a customer with another offer learns which images exist',
    edits: [
      {
        file: ACCESS,
        find: `openings.length === 0 || (stamp !== undefined && reachedAt(covers, stamp) !== undefined),`,
        replace: 'covers.length >= 0,',
      },
    ],
    tests: [ACCESS_TEST],
  },
  {
    name: 'pull-decided-on-a-stale-read',
    costs: 'a revocation that is committed does not count yet',
    edits: [
      {
        file: BATCH,
        find: 'RequestItems: { [tableName]: { Keys: [...keys], ConsistentRead: true } },',
        replace: 'RequestItems: { [tableName]: { Keys: [...keys] } },',
      },
    ],
    tests: ['test/adapters/dynamo-faults.test.ts'],
  },
  {
    name: 'unread-passes-for-absent',
    costs: 'a throttled read says that a customer has nothing',
    edits: [
      {
        file: BATCH,
        find: `if (unread.length > 0) {
    throw`,
        replace: `if (unread.length > Number.MAX_SAFE_INTEGER) {
    throw`,
      },
    ],
    tests: ['test/adapters/dynamo-gateway-faults.test.ts'],
  },
  {
    name: 'lost-ledger-entry-refuses',
    costs: 'a counter that cannot be written stops every pull',
    edits: [
      {
        file: 'functions/usecases/note-pull.ts',
        find: `report.count('LedgerFailed', { ...who, ...what, ...errorFields(error) });`,
        replace: `report.count('LedgerFailed', { ...who, ...what, ...errorFields(error) });
    throw error;`,
      },
    ],
    tests: ['test/usecases/answer-blob.test.ts'],
  },
];
