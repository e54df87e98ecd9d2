import type { StatedAccounts } from './accounts.ts';
import type { Customer } from './customer.ts';
import { canonicalJson, fingerprintOf } from './fingerprint.ts';
import { isEnded, type Subscription } from './subscription.ts';
import type { EpochSeconds } from './time.ts';

/** What Stripe's list of live subscriptions says of one customer. */
export type Listed = StatedAccounts & { readonly subscriptions: readonly Subscription[] };

/** Of whom the list does not name. */
export const NOT_LISTED: Listed = { subscriptions: [], accounts: [], malformed: [] };

/**
 * One text for what the list says of a customer, to compare with what is stored. What it cannot show
 * is left out: disputes, whether it was ever granted, and the accounts of who has no live subscription.
 */
export const fingerprintOfListed = ({ subscriptions, accounts, malformed }: Listed): string => {
  const live = subscriptions
    .filter((subscription) => !isEnded(subscription))
    .map((subscription) => ({
      ...subscription,
      proven: undefined,
      concern: undefined,
      isUnlisted: undefined,
    }))
    .sort((a, b) => (a.subscriptionId < b.subscriptionId ? -1 : 1));
  return fingerprintOf(canonicalJson(live.length === 0 ? [] : [live, accounts, malformed]));
};

/** The same of what is stored. The accounts that the breaker holds are not those that Stripe shows. */
export const fingerprintOfStored = ({
  subscriptions,
  accounts,
  statedAccounts = accounts,
  malformedAccounts,
}: Customer): string =>
  fingerprintOfListed({ subscriptions, accounts: statedAccounts, malformed: malformedAccounts });

/** The latest end of any window; 0 when there is none. */
export const accessUntilOf = ({ windows }: Pick<Customer, 'windows'>): EpochSeconds =>
  Math.max(0, ...windows.map(({ endsAt }) => endsAt));
