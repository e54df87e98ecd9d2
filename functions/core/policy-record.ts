import { canonicalJson } from './fingerprint.ts';
import type { PolicyRecord } from './policy.ts';
import { accountsIn, fingerprintOfStatements, sameStatement } from './policy-compare.ts';
import { type PolicyDocument, type PolicyStatement, sizeOf } from './policy-document.ts';
import { DAY, type EpochSeconds } from './time.ts';

/** A repository that nothing was ever applied to. */
export const NOTHING_APPLIED: PolicyRecord = {
  revision: 0,
  applied: [],
  appliedAt: 0,
  size: 0,
  quarantined: {},
  overflow: [],
  foreign: [],
  dead: [],
  fingerprint: fingerprintOfStatements([]),
};

/** What an apply leaves behind. */
export type Applied = Pick<PolicyRecord, 'appliedAt' | 'quarantined' | 'overflow'> & {
  /** As it reads back. */
  readonly document: PolicyDocument;
  /** Vendor's statements that were left out this time. */
  readonly dead: readonly PolicyStatement[];
  readonly driftAt: EpochSeconds | undefined;
};

export const recordOf = (before: PolicyRecord, applied: Applied): PolicyRecord => {
  const { document, appliedAt, quarantined, overflow, dead, driftAt } = applied;
  return {
    revision: before.revision + 1,
    applied: accountsIn(document.ours),
    appliedAt,
    size: sizeOf(document),
    quarantined,
    overflow,
    foreign: document.foreign.map((statement) => JSON.stringify(statement)),
    dead: deadOf(before.dead, dead, document.foreign),
    fingerprint: fingerprintOfStatements(document.ours),
    ...(driftAt === undefined ? {} : { driftAt }),
  };
};

/** Statements that we did not leave there and that are right all the same: a write that we crashed before noting. */
export const appliedAtOf = (
  before: PolicyRecord,
  live: PolicyDocument,
  now: EpochSeconds,
): EpochSeconds =>
  fingerprintOfStatements(live.ours) === before.fingerprint ? before.appliedAt : now;

/** Whether saving `next` would tell the table anything new. */
export const sameRecord = (a: PolicyRecord, b: PolicyRecord): boolean =>
  canonicalJson({ ...a, revision: 0 }) === canonicalJson({ ...b, revision: 0 });

/** Adds refused accounts to the quarantine, and takes out those that were accepted. */
export const quarantineOf = (
  before: PolicyRecord['quarantined'],
  {
    refused,
    accepted,
  }: { readonly refused: readonly string[]; readonly accepted: readonly string[] },
  now: EpochSeconds,
): PolicyRecord['quarantined'] => ({
  ...Object.fromEntries(Object.entries(before).filter(([account]) => !accepted.includes(account))),
  ...Object.fromEntries(
    refused.map((account) => [account, { since: before[account]?.since ?? now, triedAt: now }]),
  ),
});

/** The same drift twice within this time is somebody's routine, not an accident. */
const DRIFT_REPEATS_WITHIN = 2 * DAY;

export type Drift = 'none' | 'found' | 'repeated';

/** Whether our live statements are other than those we left there. */
export const driftOf = (record: PolicyRecord, live: PolicyDocument, now: EpochSeconds): Drift => {
  if (record.revision === 0) return 'none';
  if (fingerprintOfStatements(live.ours) === record.fingerprint) return 'none';
  const { driftAt } = record;
  return driftAt !== undefined && now - driftAt < DRIFT_REPEATS_WITHIN ? 'repeated' : 'found';
};

/** The POLICY item must stay far below DynamoDB's 400 kB. */
const DEAD_MAX = 20;

/**
 * The copy in the POLICY item is the only one left of such a statement. It goes when the vendor has
 * put the statement back, or another one under the same Sid.
 */
const deadOf = (
  before: readonly string[],
  found: readonly PolicyStatement[],
  foreign: readonly PolicyStatement[],
): readonly string[] => {
  const isReplaced = (text: string): boolean => {
    const old: PolicyStatement = JSON.parse(text);
    return foreign.some(
      (statement) =>
        sameStatement(statement, old) || (old.Sid !== undefined && statement.Sid === old.Sid),
    );
  };
  const texts = new Set([...before, ...found.map((statement) => JSON.stringify(statement))]);
  return [...texts].filter((text) => !isReplaced(text)).slice(-DEAD_MAX);
};
