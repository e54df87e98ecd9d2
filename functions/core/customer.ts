import type { Subscription } from './subscription.ts';
import type { AccessWindow, EpochSeconds } from './time.ts';

/** Why an offer is open. */
export type OpenReason =
  | 'trialing'
  | 'paid'
  | 'awaiting_payment'
  | 'past_due'
  | 'manual'
  | 'status_unknown'
  | 'not_listed';

/** Why an offer is not open. */
export type WithheldReason =
  | 'first_payment'
  | 'unpaid_adds_nothing'
  | 'unpaid'
  | 'canceled'
  | 'incomplete'
  | 'incomplete_expired'
  | 'paused'
  | 'collection_paused'
  | 'disputed'
  | 'refunded'
  | 'status_unknown'
  | 'period_unknown'
  | 'product_removed'
  | 'deadline'
  | 'grant_ended'
  | 'customer_deleted'
  | 'catalog';

/** One source's right to one offer. The union of a customer's windows is the entitlement. */
export type Window = AccessWindow & {
  readonly offerId: string;
  /** The subscription id, or `manual`. */
  readonly source: string;
  readonly because: OpenReason;
  /**
   * `breaker`: Stripe says it ended, and too many ended at once. `catalog`: the deployed catalog no
   * longer gives it and the vendor has not accepted that; such a window is read with the accepted catalog.
   */
  readonly held?: 'breaker' | 'catalog';
  /** Opened under a catalog that is not accepted yet: the accepted one owes nothing for it. */
  readonly isNew?: true;
};

/** An offer that this customer's subscriptions name, or once opened, and that is not open. */
export type Withheld = {
  readonly offerId: string;
  readonly source: string;
  readonly because: WithheldReason;
  /** Set when it was open before: this customer lapsed, and is not a stranger. */
  readonly endedAt?: EpochSeconds;
};

export type StoredSubscription = Subscription & {
  /** It was granted once, so its first payment is not asked for again. */
  readonly proven: boolean;
  /** Stripe's list did not show it, which is no evidence of anything: it is kept for what is known of it. */
  readonly isUnlisted?: true;
};

export type ManualGrant = {
  readonly offerId: string;
  readonly startsAt: EpochSeconds;
  readonly until: EpochSeconds;
  readonly by: string;
};

/** Time of one offer that one subscription has paid for, without grace. It earns what an offer keeps after its end. */
export type PaidTime = AccessWindow & { readonly offerId: string; readonly source: string };

/**
 * Who may pull at the AWS door: every account, in every repository, until that repository's time.
 * `NEVER_WRITTEN` in `projected` marks a repository whose members must all be written again.
 */
export type Members = {
  readonly accounts: readonly string[];
  readonly untils: Readonly<Record<string, EpochSeconds>>;
};

/** Who or what asked for a sync. */
export type Trigger =
  | 'event'
  | 'due'
  /** A dispute or a refund, which no list of ours would show later. */
  | 'payment'
  | 'missed_event'
  | 'listing'
  | 'catalog'
  | 'drift'
  | 'operator'
  | 'restore';

/** One change of access, held whole in the customer item until its audit copy exists. */
export type Transition = {
  readonly sequence: number;
  /** The customer's version that this transition made. */
  readonly version: number;
  readonly at: EpochSeconds;
  readonly because: Trigger;
  /** The operator's name for operator's acts. */
  readonly actor?: string;
  readonly before: Access;
  readonly after: Access;
  /** Stripe's ids and statuses that the decision was made from. */
  readonly evidence: readonly string[];
};

export type Access = {
  readonly windows: readonly Window[];
  readonly withheld: readonly Withheld[];
  readonly accounts: readonly string[];
};

/** A secret that may exist in Secrets Manager; it leaves this list when it is known to be gone. */
export type SealedCredential = {
  readonly credentialId: string;
  /** Then the secret is deleted; the credential itself was retired an hour before, if nobody claimed it. */
  readonly until: EpochSeconds;
};

/** The customer item. Everything a decision needs, and the last transition whole. */
export type Customer = {
  readonly customerId: string;
  readonly version: number;
  readonly effectsDone: number;
  readonly isDeleted: boolean;
  readonly email?: string;
  readonly accounts: readonly string[];
  /** What Stripe says of them while the breaker holds others. */
  readonly statedAccounts?: readonly string[];
  readonly malformedAccounts: readonly string[];
  readonly subscriptions: readonly StoredSubscription[];
  /** Ids that were read as ended: a stale read must not revive them. At most `ENDED_MAX`, newest last. */
  readonly endedSubscriptionIds: readonly string[];
  readonly grants: readonly ManualGrant[];
  readonly windows: readonly Window[];
  readonly withheld: readonly Withheld[];
  readonly paidTimes: readonly PaidTime[];
  /** Desired at `version`. */
  readonly members: Members;
  /** What was written at `effectsDone`. With `members` it covers every member item that may exist. */
  readonly projected: Members;
  readonly sealed: readonly SealedCredential[];
  /** Credential whose secret and hash this version's effects must bring about. */
  readonly mint?: string;
  /** The first credential was minted; later ones are asked for by the operator. */
  readonly hasCredential: boolean;
  readonly transition?: Transition;
  /** Some loss was refused by the breaker: try again hourly. */
  readonly isHeld: boolean;
  readonly dueAt?: EpochSeconds;
  /** One confirming read after a change. */
  readonly confirmAt?: EpochSeconds;
  /** Failed reads in a row since the last good one, and when to try again. */
  readonly retries: number;
  readonly retryAt?: EpochSeconds;
  readonly verifiedAt?: EpochSeconds;
  readonly verifiedBy?: Trigger;
};

export const NO_MEMBERS: Members = { accounts: [], untils: {} };
export const NEVER_WRITTEN = -1;
export const MANUAL = 'manual';
