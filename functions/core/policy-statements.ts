import { dayOf } from './calendar.ts';
import type { Catalogs } from './members-of.ts';
import { type PolicyStatement, sidStem } from './policy-document.ts';
import { DAY, type EpochSeconds } from './time.ts';

/** What our statements in one repository's policy have in common. */
export type AwsDoor = {
  readonly stage: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly access: 'pull' | 'pull_and_cache';
};

/** An account that may pull, and until when. */
export type Admission = { readonly account: string; readonly until: EpochSeconds };

/**
 * `days`: a statement for the lease and one for each day before it on which somebody's access ends.
 * `lease`: everybody in one statement, for when the days do not fit any more.
 */
export type Layout = 'days' | 'lease';

/** Our statements: few dates, each a sorted list of accounts, because a date costs as much as seven accounts. */
export const statementsOf = (
  door: AwsDoor,
  admissions: readonly Admission[],
  layout: Layout,
  now: EpochSeconds,
): readonly PolicyStatement[] => {
  const leaseAt = leaseOf(now);
  const groups = new Map<EpochSeconds, string[]>();
  for (const { account, until } of admissions) {
    const endsAt = layout === 'lease' ? leaseAt : Math.min(endOfDay(until), leaseAt);
    groups.set(endsAt, [...(groups.get(endsAt) ?? []), account]);
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([endsAt, accounts]) =>
      statementOf(door, accounts, { kind: endsAt === leaseAt ? 'Lease' : 'Day', endsAt }),
    );
};

/** A statement for a trial on the probe repository: it opens an empty repository until midnight. */
export const trialStatementOf = (
  door: AwsDoor,
  accounts: readonly string[],
  now: EpochSeconds,
): PolicyStatement => statementOf(door, accounts, { kind: 'Day', endsAt: endOfDay(now + 1) });

/**
 * Every offer with this repository says the same; one that no offer sells any more keeps its members'
 * pull. What the accepted catalog still gives is not taken away before the vendor has agreed.
 */
export const accessOf = (
  { deployed, accepted }: Catalogs,
  repository: string,
): AwsDoor['access'] =>
  [deployed, accepted]
    .flatMap(({ offers }) => Object.values(offers))
    .some(
      ({ repositories, awsAccounts }) =>
        awsAccounts === 'pull_and_cache' && repositories.includes(repository),
    )
    ? 'pull_and_cache'
    : 'pull';

/** The first UTC midnight at or after this time. */
export const endOfDay = (at: EpochSeconds): EpochSeconds => Math.ceil(at / DAY) * DAY;

/** The first Monday midnight at least 7 days ahead: what a dead control plane leaves open, and how long. */
export const leaseOf = (now: EpochSeconds): EpochSeconds => {
  const earliestDay = Math.ceil(now / DAY) + 7;
  return (earliestDay + ((((MONDAY - earliestDay) % 7) + 7) % 7)) * DAY;
};

/** 5 January 1970 was a Monday. */
const MONDAY = 4;

const ACTIONS = {
  pull: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  pull_and_cache: [
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:BatchImportUpstreamImage',
    'ecr:GetDownloadUrlForLayer',
    'ecr:GetImageCopyStatus',
  ],
} as const satisfies Record<AwsDoor['access'], readonly string[]>;

const statementOf = (
  { stage, partition, access }: AwsDoor,
  accounts: readonly string[],
  { kind, endsAt }: { readonly kind: 'Lease' | 'Day'; readonly endsAt: EpochSeconds },
): PolicyStatement => {
  const day = dayOf(endsAt);
  return {
    Sid: `${sidStem(stage)}${kind}${day.replaceAll('-', '')}`,
    Effect: 'Allow',
    Principal: {
      AWS: accounts.toSorted().map((account) => `arn:${partition}:iam::${account}:root`),
    },
    Action: ACTIONS[access],
    Condition: { DateLessThan: { 'aws:CurrentTime': `${day}T00:00:00Z` } },
  };
};
