import type { Customer, ManualGrant } from './customer.ts';
import type { Catalogs } from './members-of.ts';
import type { Subscription } from './subscription.ts';
import type { EpochSeconds } from './time.ts';

/** What Stripe said. `nothing`: it was not asked, or the answer proves nothing. */
export type Facts =
  | {
      readonly kind: 'found';
      readonly email?: string;
      readonly accountsText: string;
      readonly subscriptions: readonly Subscription[];
    }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'nothing' };

export type Question = {
  readonly prior: Customer;
  readonly facts: Facts;
  /** The manual grants as they shall be. */
  readonly grants: readonly ManualGrant[];
  readonly catalogs: Catalogs;
  readonly now: EpochSeconds;
};
