import { NO_MEMBERS } from '../core/customer.ts';
import { fingerprintOfListed, NOT_LISTED } from '../core/listing.ts';
import { memberDifferences } from '../core/member-differences.ts';
import type { Catalogs } from '../core/members-of.ts';
import { type EpochSeconds, MINUTE } from '../core/time.ts';
import type { Member } from '../ports.ts';
import type { Finding } from './finding.ts';
import { isCatalogued, type Subscribers } from './list-subscribers.ts';
import type { Surveyed } from './survey-customers.ts';

export type StoredMembers = {
  readonly items: readonly Member[];
  /** Those that could be read. */
  readonly repositories: readonly string[];
};

/** The sweep finds whoever is due every 5 minutes. */
const OVERDUE_SECONDS = 30 * MINUTE;

/** Stored customers against Stripe's list of live subscriptions. */
export const diagnoseSubscriptions = (
  surveyed: ReadonlyMap<string, Surveyed>,
  subscribers: Subscribers | undefined,
  { deployed, accepted }: Catalogs,
): readonly Finding[] => {
  if (subscribers === undefined) return [];
  return [...new Set([...surveyed.keys(), ...subscribers.keys()])].flatMap((customerId) => {
    const stored = surveyed.get(customerId);
    const listed = subscribers.get(customerId) ?? NOT_LISTED;
    const mend = `wharfage sync ${customerId}`;
    if (stored === undefined) {
      return isCatalogued([deployed, accepted], listed.subscriptions)
        ? [
            customerFinding({
              what: `${customerId} subscribes to a catalogued product and is not stored`,
              cause: 'no event has reached us, or it is on its way',
              mend,
            }),
          ]
        : [];
    }
    return stored.fingerprint === fingerprintOfListed(listed)
      ? []
      : [
          customerFinding({
            what: `${customerId} is stored otherwise than Stripe lists it`,
            cause: 'an event was lost, or it is on its way',
            mend,
          }),
        ];
  });
};

/** Customers whom a worker left half done, or whom nobody looked at in time. */
export const diagnoseProgress = (
  surveyed: ReadonlyMap<string, Surveyed>,
  now: EpochSeconds,
): readonly Finding[] =>
  [...surveyed.values()].flatMap(({ customerId, effects, dueAt }) => {
    const mend = `wharfage sync ${customerId}`;
    if (effects === 'unfinished') {
      return [
        customerFinding({
          what: `${customerId} has effects that are not marked as done`,
          cause: 'a worker is at it, or one was cut off',
          mend,
        }),
      ];
    }
    return dueAt !== undefined && dueAt < now - OVERDUE_SECONDS
      ? [
          customerFinding({
            what: `${customerId} has been due for ${Math.floor((now - dueAt) / MINUTE)} minutes`,
            cause:
              'the sweep or the sync function fails, or its message is in the dead-letter queue',
            mend: `${mend}; read the log of the sync function`,
          }),
        ]
      : [];
  });

const NAMED_MAX = 5;

/** Every change of access has an entry that nothing of ours deletes. */
export const diagnoseAudit = (surveyed: ReadonlyMap<string, Surveyed>): readonly Finding[] =>
  [...surveyed.values()].flatMap(({ customerId, missingAudits }) => {
    if (missingAudits.length === 0) return [];
    const named = missingAudits.slice(0, NAMED_MAX).join(', ');
    const others = missingAudits.length - NAMED_MAX;
    return [
      customerFinding({
        what: `the audit trail of ${customerId} lacks ${named}${others > 0 ? ` and ${others} more` : ''}`,
        cause: 'somebody deleted entries in the table, or a restore lost them',
        mend: 'none: find out who wrote to the table (CloudTrail data events of DynamoDB)',
      }),
    ];
  });

/** Member items against the customers that they belong to, in the repositories that could be read. */
export const diagnoseMembers = (
  { items, repositories }: StoredMembers,
  surveyed: ReadonlyMap<string, Surveyed>,
): readonly Finding[] => {
  const itemsOf = byCustomer(items);
  const owners = new Set([...itemsOf.keys(), ...surveyed.keys()]);
  return [...owners].flatMap((customerId) => {
    const customer = surveyed.get(customerId);
    // Its effects write the members; until they are done nothing can be said.
    if (customer?.effects === 'unfinished') return [];
    const own = itemsOf.get(customerId) ?? [];
    return memberDifferences(repositories, own, customer?.members ?? NO_MEMBERS).map(
      ({ repository, account }) =>
        customerFinding({
          what: `the member item of account ${account} in ${repository} is not what ${customerId} says`,
          cause: 'it was edited by hand, or a restore lost one of the two',
          mend: `wharfage sync ${customerId} --repair`,
        }),
    );
  });
};

const byCustomer = (items: readonly Member[]): ReadonlyMap<string, readonly Member[]> => {
  const owned = new Map<string, Member[]>();
  for (const item of items) {
    owned.set(item.customerId, [...(owned.get(item.customerId) ?? []), item]);
  }
  return owned;
};

const customerFinding = (finding: Omit<Finding, 'area'>): Finding => ({
  area: 'customers',
  ...finding,
});
