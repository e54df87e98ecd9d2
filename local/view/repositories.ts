import type { PolicyRecord } from '../../functions/core/policy.ts';
import { POLICY_SIZE_MAX } from '../../functions/core/policy-document.ts';
import type { EpochSeconds } from '../../functions/core/time.ts';
import { isOpen } from '../../functions/core/time.ts';
import type { Member } from '../../functions/ports.ts';
import type { QueueView } from '../aws/sqs.ts';

export type RepositoryView = {
  readonly repository: string;
  readonly offers: readonly string[];
  /** Without those of signatures and the like. */
  readonly tags: readonly string[];
  /** As ECR shows it, indented; empty when there is none. */
  readonly policy: string;
  readonly size: number;
  readonly sizeMax: number;
  readonly appliedAt: EpochSeconds | null;
  readonly accounts: readonly AccountView[];
  /** Whole statements of the vendor's that ECR refuses. */
  readonly deadStatements: readonly string[];
  readonly driftAt: EpochSeconds | null;
  /** A change waits for its turn until then: one write per repository in 30 seconds. */
  readonly waitsUntil: EpochSeconds | null;
};

export type AccountView = {
  readonly account: string;
  readonly customerId: string | null;
  readonly customerName: string | null;
  readonly until: EpochSeconds | null;
  readonly standing:
    | 'in the policy'
    | 'not in the policy yet'
    | 'to be removed'
    | 'quarantined'
    | 'waiting: the policy is full';
};

type Parts = {
  readonly repository: string;
  readonly offers: readonly string[];
  readonly tags: readonly string[];
  readonly text: string;
  readonly members: readonly Member[];
  readonly record: PolicyRecord | undefined;
  readonly queue: Pick<QueueView, 'messages'> | undefined;
};

export const repositoryViewOf = (
  { repository, offers, tags, text, members, record, queue }: Parts,
  nameOf: (customerId: string) => string,
  now: EpochSeconds,
): RepositoryView => ({
  repository,
  offers,
  tags,
  policy: text === '' ? '' : JSON.stringify(JSON.parse(text), null, 2),
  size: record?.size ?? 0,
  sizeMax: POLICY_SIZE_MAX,
  appliedAt: record?.appliedAt ?? null,
  accounts: accountsOf(members, record, nameOf, now),
  deadStatements: record?.dead ?? [],
  driftAt: record?.driftAt ?? null,
  waitsUntil: waitsUntil(queue, repository, now),
});

/** Those who may be in the policy, those who are, and those whom something keeps out. */
const accountsOf = (
  members: readonly Member[],
  record: PolicyRecord | undefined,
  nameOf: (customerId: string) => string,
  now: EpochSeconds,
): readonly AccountView[] => {
  const entitled = members.filter(({ until }) => isOpen({ startsAt: 0, endsAt: until }, now));
  const leftovers = (record?.applied ?? []).filter((account) =>
    entitled.every((member) => member.account !== account),
  );
  return [
    ...entitled.map(({ account, customerId, until }) => ({
      account,
      customerId,
      customerName: nameOf(customerId),
      until,
      standing: standingOf(account, record),
    })),
    ...leftovers.map((account) => ({
      account,
      customerId: null,
      customerName: null,
      until: null,
      standing: 'to be removed' as const,
    })),
  ];
};

const standingOf = (account: string, record: PolicyRecord | undefined): AccountView['standing'] => {
  if (record === undefined) return 'not in the policy yet';
  if (Object.hasOwn(record.quarantined, account)) return 'quarantined';
  if (record.overflow.includes(account)) return 'waiting: the policy is full';
  return record.applied.includes(account) ? 'in the policy' : 'not in the policy yet';
};

const waitsUntil = (
  queue: Parts['queue'],
  repository: string,
  now: EpochSeconds,
): EpochSeconds | null => {
  const times = (queue?.messages ?? [])
    .filter(({ groupId, visibleAt }) => groupId === repository && visibleAt > now)
    .map(({ visibleAt }) => visibleAt);
  return times.length === 0 ? null : Math.min(...times);
};
