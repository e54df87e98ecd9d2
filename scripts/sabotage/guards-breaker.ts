import type { Guard } from './guard.ts';

const SYNC = 'functions/usecases/sync-customer.ts';
const DECIDE = 'functions/core/decide.ts';

/** Many at once are held, and whoever waits for something is looked at again. */
export const BREAKER_GUARDS: readonly Guard[] = [
  {
    name: 'breaker-without-limit',
    costs: 'one bug, or one wrong answer, revokes everybody within minutes',
    edits: [
      {
        file: 'functions/usecases/admit-revocation.ts',
        find: `const limit = allowance === 'lifted' ? Number.MAX_SAFE_INTEGER : allowance;`,
        replace: 'const limit = allowance === undefined ? 0 : Number.MAX_SAFE_INTEGER;',
      },
    ],
    tests: ['test/usecases/admit-revocation.test.ts'],
  },
  {
    name: 'breaker-asked-after-the-write',
    costs: 'the breaker learns of a revocation when it is over',
    edits: [
      {
        file: SYNC,
        find: 'const isAdmitted = decision.lost.length === 0 || (await admitRevocation(deps)(customerId, now));',
        replace: `const isAdmitted = true;
  if (decision.lost.length > 0) {
    setTimeout(() => {
      void admitRevocation(deps)(customerId, now);
    }, 0);
  }`,
      },
    ],
    tests: ['test/usecases/sync-breaker.test.ts'],
  },
  {
    name: 'breaker-counts-a-crash-twice',
    costs: 'a sync that is repeated uses up the allowance of others',
    edits: [
      {
        file: 'functions/adapters/dynamo-breaker.ts',
        find: `\`contains(#\${set}, :id) OR size(#\${set}) < :limit`,
        replace: `\`(size(#\${set}) < :limit AND NOT contains(#\${set}, :id))`,
      },
    ],
    tests: ['test/adapters/dynamo-stores.test.ts'],
  },
  {
    name: 'breaker-counts-deadlines',
    costs: 'ordinary ends use up the allowance, and stay open until an operator comes',
    edits: [
      {
        file: DECIDE,
        find: 'const lostOffers = offersIn(unasked.windows).filter(',
        replace: 'const lostOffers = offersIn(prior.windows).filter(',
      },
    ],
    tests: ['test/core/decide.test.ts', 'test/usecases/sync-breaker.test.ts'],
  },
  {
    name: 'held-is-not-retried',
    costs: 'what the breaker holds stays open after the operator has let it pass',
    edits: [
      {
        file: 'functions/core/due.ts',
        find: '...(isHeld ? [now + HOUR] : []),',
        replace: '',
      },
    ],
    tests: ['test/core/due.test.ts'],
  },
  {
    name: 'change-not-confirmed',
    costs: 'a stale answer right after a payment stands until the next sign of life',
    edits: [
      {
        file: 'functions/core/due.ts',
        find: '...(confirmAt === undefined ? [] : [confirmAt]),',
        replace: '',
      },
    ],
    tests: ['test/core/due.test.ts'],
  },
];
