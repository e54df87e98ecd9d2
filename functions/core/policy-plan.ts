import type { PolicyRecord } from './policy.ts';
import { accountsIn, samePolicy } from './policy-compare.ts';
import {
  composePolicy,
  POLICY_SIZE_MAX,
  type PolicyDocument,
  type PolicyStatement,
  sizeOf,
} from './policy-document.ts';
import { type Admission, type AwsDoor, type Layout, statementsOf } from './policy-statements.ts';
import { DAY, type EpochSeconds } from './time.ts';

/** Everything one apply knows about a repository. */
export type PolicyFacts = {
  readonly members: readonly Admission[];
  readonly record: PolicyRecord;
  readonly live: PolicyDocument;
  readonly now: EpochSeconds;
};

export type PolicyPlan = {
  readonly untils: ReadonlyMap<string, EpochSeconds>;
  readonly layout: Layout;
  /** Entitled accounts that ECR has accepted before. */
  readonly known: readonly string[];
  /** Entitled accounts that have to pass the probe repository first. */
  readonly fresh: readonly string[];
  /** Entitled, and waiting because the policy is full; who waited before comes first. */
  readonly overflow: readonly string[];
  /** Of those still entitled. */
  readonly quarantined: PolicyRecord['quarantined'];
  readonly step: PolicyStep;
};

type PolicyStep =
  | { readonly kind: 'keep' }
  | { readonly kind: 'wait'; readonly untilAt: EpochSeconds }
  /**
   * The policy of the known accounts is not what it should be. It is written before anyone new is
   * tried, so that neither a refused grant nor a failing probe delays a revocation or the lease.
   */
  | { readonly kind: 'write' }
  | { readonly kind: 'probe' };

/** ECR's rate for writes is not published: changes within this time share one write. */
export const WRITE_INTERVAL_SECONDS = 30;

/** What to do next about a repository's policy. */
export const planPolicy = (door: AwsDoor, facts: PolicyFacts): PolicyPlan => {
  const untils = untilsOf(facts);
  const { known, waiting, quarantined } = candidatesOf(untils, facts);
  const fits = (accounts: readonly string[], layout: Layout): boolean =>
    sizeOf(policyOf(door, facts, { untils, layout, accounts })) <= POLICY_SIZE_MAX;
  const choice = choose(known, waiting, fits);
  const settled = policyOf(door, facts, { untils, layout: choice.layout, accounts: choice.known });
  return {
    untils,
    ...choice,
    quarantined,
    step: stepOf(facts, samePolicy(settled, facts.live) ? 'settled' : 'unsettled', choice.fresh),
  };
};

/** The whole document for these accounts, with the vendor's statements except those in `without`. */
export const policyOf = (
  door: AwsDoor,
  { live, now }: Pick<PolicyFacts, 'live' | 'now'>,
  {
    untils,
    layout,
    accounts,
    without = [],
  }: {
    readonly untils: ReadonlyMap<string, EpochSeconds>;
    readonly layout: Layout;
    readonly accounts: readonly string[];
    readonly without?: readonly PolicyStatement[];
  },
): PolicyDocument => {
  const isAdmitted = new Set(accounts);
  const admissions = [...untils]
    .filter(([account]) => isAdmitted.has(account))
    .map(([account, until]) => ({ account, until }));
  return composePolicy(
    live.header,
    live.foreign.filter((statement) => !without.includes(statement)),
    statementsOf(door, admissions, layout, now),
  );
};

/** Several customers may share an account: the latest end counts. */
const untilsOf = ({ members, now }: PolicyFacts): ReadonlyMap<string, EpochSeconds> => {
  const untils = new Map<string, EpochSeconds>();
  for (const { account, until } of members) {
    if (until > now) untils.set(account, Math.max(until, untils.get(account) ?? 0));
  }
  return untils;
};

type Candidates = Pick<PolicyPlan, 'known' | 'quarantined'> & {
  readonly waiting: readonly string[];
};

/** An account in our live statements was accepted by ECR, even if we crashed before noting it. */
const candidatesOf = (
  untils: PolicyPlan['untils'],
  { record, live, now }: PolicyFacts,
): Candidates => {
  const quarantined = Object.fromEntries(
    Object.entries(record.quarantined).filter(([account]) => untils.has(account)),
  );
  const isBarred = (account: string): boolean => {
    const refusal = quarantined[account];
    return refusal !== undefined && now < refusal.triedAt + DAY;
  };
  const desired = [...untils.keys()].filter((account) => !isBarred(account)).sort();
  const accepted = new Set([...record.applied, ...accountsIn(live.ours)]);
  const known = desired.filter(
    (account) => accepted.has(account) && quarantined[account] === undefined,
  );
  const inOrder = new Set([...record.overflow, ...desired]);
  const isWaiting = new Set(desired.filter((account) => !known.includes(account)));
  return { known, waiting: [...inOrder].filter((account) => isWaiting.has(account)), quarantined };
};

type Fits = (accounts: readonly string[], layout: Layout) => boolean;
type Choice = Pick<PolicyPlan, 'layout' | 'known' | 'fresh' | 'overflow'>;

/** Being full removes nobody: new accounts wait, and if need be the days give way to the lease. */
const choose = (known: readonly string[], waiting: readonly string[], fits: Fits): Choice => {
  if (fits(known, 'days')) {
    const room = largest(waiting.length, (count) =>
      fits([...known, ...waiting.slice(0, count)], 'days'),
    );
    return { layout: 'days', known, fresh: waiting.slice(0, room), overflow: waiting.slice(room) };
  }
  // Only the vendor's own statements can leave too little room for what was applied already.
  const room = largest(known.length, (count) => fits(known.slice(0, count), 'lease'));
  return {
    layout: 'lease',
    known: known.slice(0, room),
    fresh: [],
    overflow: [...known.slice(room), ...waiting],
  };
};

/** The largest count up to `max` that fits; what fits once fits with less. */
const largest = (max: number, fits: (count: number) => boolean): number => {
  let low = 0;
  let high = max;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
};

const stepOf = (
  { record, now }: PolicyFacts,
  state: 'settled' | 'unsettled',
  fresh: readonly string[],
): PolicyStep => {
  if (state === 'settled' && fresh.length === 0) return { kind: 'keep' };
  const untilAt = record.appliedAt + WRITE_INTERVAL_SECONDS;
  // A write in the future means that the clock was set back, not that one should wait for it.
  if (record.appliedAt <= now && now < untilAt) return { kind: 'wait', untilAt };
  return { kind: state === 'settled' ? 'probe' : 'write' };
};
