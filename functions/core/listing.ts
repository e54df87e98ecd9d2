import type { Customer } from './customer.ts';
import { canonicalJson, fingerprintOf } from './fingerprint.ts';
import { isEnded, type Subscription } from './subscription.ts';
import type { EpochSeconds } from './time.ts';

/**
 * One text for what Stripe's list of live subscriptions says of a customer, to compare with what is
 * stored. What the list cannot show (disputes, whether it was ever granted) is left out.
 */
export const fingerprintOfSubscriptions = (subscriptions: readonly Subscription[]): string =>
  fingerprintOf(
    canonicalJson(
      subscriptions
        .filter((subscription) => !isEnded(subscription))
        .map((subscription) => ({ ...subscription, proven: undefined, concern: undefined }))
        .sort((a, b) => (a.subscriptionId < b.subscriptionId ? -1 : 1)),
    ),
  );

/** The latest end of any window; 0 when there is none. */
export const accessUntilOf = ({ windows }: Pick<Customer, 'windows'>): EpochSeconds =>
  Math.max(0, ...windows.map(({ endsAt }) => endsAt));
