import type { Guard } from './guard.ts';

const PLAN = 'functions/core/policy-plan.ts';
const STATEMENTS = 'functions/core/policy-statements.ts';
const WRITE = 'functions/usecases/write-policy.ts';
const PLAN_TEST = 'test/core/policy-plan.test.ts';
const APPLY_TEST = 'test/usecases/apply-policy.test.ts';
const REFUSALS_TEST = 'test/usecases/apply-policy-refusals.test.ts';

/** The AWS door: the table decides, and ECR is a projection without compare-and-swap. */
export const POLICY_GUARDS: readonly Guard[] = [
  {
    name: 'policy-from-the-live-one',
    costs: 'whoever is in the policy stays in it, whatever the table says',
    edits: [
      {
        file: PLAN,
        find: 'const untilsOf = ({ members, now }: PolicyFacts)',
        replace: 'const untilsOf = ({ members, live, now }: PolicyFacts)',
      },
      {
        file: PLAN,
        find: `const untils = new Map<string, EpochSeconds>();
  for (`,
        replace: `const untils = new Map<string, EpochSeconds>(
    accountsIn(live.ours).map((account) => [account, now + 30 * DAY]),
  );
  for (`,
      },
    ],
    tests: [APPLY_TEST, PLAN_TEST],
  },
  {
    name: 'bisects-on-the-product',
    costs: 'paying customers are cut off while we look for the account that ECR refuses',
    edits: [
      {
        file: 'functions/usecases/apply-policy.ts',
        find: 'const probe = { repository: settings.probeRepository, door, now };',
        replace: 'const probe = { repository, door, now };',
      },
    ],
    tests: [REFUSALS_TEST, APPLY_TEST],
  },
  {
    name: 'new-account-not-probed',
    costs: 'one closed account makes ECR refuse the whole policy, revocations included',
    edits: [
      {
        file: PLAN,
        find: '(account) => accepted.has(account) && quarantined[account] === undefined,',
        replace: '(account) => accepted.size >= 0 && quarantined[account] === undefined,',
      },
    ],
    tests: [PLAN_TEST, REFUSALS_TEST],
  },
  {
    name: 'revocation-waits-for-a-grant',
    costs: 'a refused grant keeps somebody else in the policy',
    edits: [
      {
        file: PLAN,
        find: `return { kind: state === 'settled' ? 'probe' : 'write' };`,
        replace: `return { kind: fresh.length > 0 ? 'probe' : 'write' };`,
      },
    ],
    tests: [PLAN_TEST, APPLY_TEST],
  },
  {
    name: 'statements-without-a-date',
    costs: 'when our control plane is dead nobody is ever removed',
    edits: [
      {
        file: STATEMENTS,
        find: `Condition: { DateLessThan: { 'aws:CurrentTime': \`\${day}T00:00:00Z\` } },`,
        replace: '',
      },
    ],
    tests: ['test/core/policy-statements.test.ts'],
  },
  {
    name: 'lease-not-capped',
    costs: 'a revocation that cannot be written ends after a year, not within fourteen days',
    edits: [
      {
        file: STATEMENTS,
        find: `const endsAt = layout === 'lease' ? leaseAt : Math.min(endOfDay(until), leaseAt);`,
        replace: `const endsAt = layout === 'lease' ? leaseAt : endOfDay(until);`,
      },
    ],
    tests: ['test/core/policy-statements.test.ts'],
  },
  {
    name: 'lease-not-extended',
    costs: 'a week after the last change the door closes for everybody',
    edits: [
      {
        file: 'functions/core/policy-compare.ts',
        find: 'export const samePolicy = (a: PolicyDocument, b: PolicyDocument): boolean =>',
        replace: `export const samePolicy = (a: PolicyDocument, b: PolicyDocument): boolean =>
  (a.ours.length > 0 &&
    a.ours.length === b.ours.length &&
    canonicalJson(accountsIn(a.ours)) === canonicalJson(accountsIn(b.ours)) &&
    canonicalJson(a.foreign) === canonicalJson(b.foreign)) ||`,
      },
    ],
    tests: [APPLY_TEST, PLAN_TEST],
  },
  {
    name: 'overflow-removes-somebody',
    costs: 'a full policy makes room for a newcomer by dropping a customer who pays',
    edits: [
      {
        file: PLAN,
        find: `return { layout: 'days', known, fresh: waiting.slice(0, room), overflow: waiting.slice(room) };`,
        replace: `const surplus = waiting.length - room;
    return {
      layout: 'days',
      known: known.slice(surplus),
      fresh: waiting,
      overflow: known.slice(0, surplus),
    };`,
      },
    ],
    tests: [PLAN_TEST],
  },
  {
    name: 'foreign-statements-dropped',
    costs: 'what the vendor has written into the policy by hand is gone',
    edits: [
      {
        file: PLAN,
        find: 'live.foreign.filter((statement) => !without.includes(statement)),',
        replace: 'live.foreign.slice(0, 0),',
      },
    ],
    tests: [APPLY_TEST, PLAN_TEST],
  },
  {
    name: 'mass-quarantine-believed',
    costs: 'a fault of ECR that refuses everybody removes everybody',
    edits: [
      {
        file: WRITE,
        find: 'if (refused.length > CONDEMNED_MAX && accepted.length === 0) {',
        replace: 'if (refused.length > Number.MAX_SAFE_INTEGER) {',
      },
    ],
    tests: [REFUSALS_TEST, 'test/usecases/apply-policy-faults.test.ts'],
  },
  {
    name: 'policy-not-read-back',
    costs: 'a write that another one overtook is noted as applied',
    edits: [
      {
        file: WRITE,
        find: 'if (readBack === undefined || !samePolicy(document, readBack)) {',
        replace: 'if (readBack === undefined) {',
      },
    ],
    tests: [APPLY_TEST, 'test/usecases/apply-policy-faults.test.ts'],
  },
  {
    name: 'tombstone-counts-as-member',
    costs: 'a removed account is written into the policy again',
    edits: [
      {
        file: PLAN,
        find: 'if (until > now) untils.set(',
        replace: 'if (until > now || until === 0) untils.set(',
      },
    ],
    tests: [PLAN_TEST, APPLY_TEST],
  },
  {
    name: 'quarantine-without-end',
    costs: 'an account that ECR knows again never gets in',
    edits: [
      {
        file: PLAN,
        find: 'return refusal !== undefined && now < refusal.triedAt + DAY;',
        replace: 'return refusal !== undefined;',
      },
    ],
    tests: [PLAN_TEST],
  },
  {
    name: 'condemned-unheard',
    costs: 'an account is quarantined because it stood beside one that ECR refuses',
    edits: [
      {
        file: 'functions/usecases/bisect.ts',
        find: 'if (part.length === 1) {',
        replace: 'if (part.length <= 2) {',
      },
    ],
    tests: ['test/usecases/bisect.test.ts'],
  },
  {
    name: 'drift-overwritten-unseen',
    costs: 'somebody edits the policy by hand, and no alarm says so',
    edits: [
      {
        file: 'functions/core/policy-record.ts',
        find: `if (record.revision === 0) return 'none';`,
        replace: `if (record.revision >= 0) return 'none';`,
      },
    ],
    tests: ['test/core/policy-record.test.ts', APPLY_TEST],
  },
  {
    name: 'closed-door-opens-to-accounts',
    costs: 'an offer whose rules only the gateway can keep opens its repository whole',
    edits: [
      {
        file: 'functions/core/members-of.ts',
        find: `return offer === undefined || offer.awsAccounts === 'none' ? [] : offer.repositories;`,
        replace: 'return offer === undefined ? [] : offer.repositories;',
      },
    ],
    tests: ['test/core/members-of.test.ts'],
  },
];
