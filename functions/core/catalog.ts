/** Whether customers' AWS accounts may pull from ECR directly, and fill their own pull-through cache. */
type AwsAccounts = 'none' | 'pull' | 'pull_and_cache';

/** Tags by version, as npm reads a range, or by name, with `*` for any characters. */
export type TagRule = { readonly semver: string } | { readonly glob: string };

/** What stays open at the gateway when an offer has ended: nothing, or what was first pushed before the paid time ended. */
export type AfterEnd =
  | 'deny'
  | {
      readonly keep: {
        /** How long it stays, from the end of the paid time. */
        readonly days: number | 'forever';
        /** So much must have been paid for; trials, manual grants, refunded and disputed periods earn nothing. */
        readonly afterPaidDays: number;
      };
    };

export type Offer = {
  /** Stripe product ids (`prod_…`) that open this offer, test and live side by side. */
  readonly products: readonly string[];
  /** Exact ECR repository names. */
  readonly repositories: readonly string[];
  /** Days after the paid period during which access stays: for dunning and for outages alike. */
  readonly graceDays: number;
  readonly awsAccounts: AwsAccounts;
  /** A tag counts when any of them matches. Empty: the whole repository, untagged images too. */
  readonly tags: readonly TagRule[];
  readonly afterEnd: AfterEnd;
};

/** What this vendor sells. */
export type Catalog = {
  readonly offers: Readonly<Record<string, Offer>>;
  /** `suspend`: an open or lost dispute on the subscription's payment closes it. */
  readonly onDispute: 'ignore' | 'suspend';
  /** `revoke`: the latest invoice refunded in full closes it. */
  readonly onFullRefund: 'ignore' | 'revoke';
  /** Which behaviours of Stripe's `pause_collection` close access. */
  readonly onPauseCollection: 'keep' | 'suspend_void' | 'suspend';
  /** A `send_invoice` subscription opens before its first invoice is paid. */
  readonly trustSendInvoice: boolean;
};
