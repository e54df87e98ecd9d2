import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Catalog } from '../functions/core/catalog.ts';
import type { AlarmTopic } from './alarms.ts';
import type { ReadableSecret } from './functions.ts';

export interface WharfageProps {
  /** Part of every name: 1 to 16 of a–z and 0–9, a letter first. One stage belongs to one Stripe mode. */
  readonly stage: string;
  /** What you sell, as `parseCatalog` read it. Its repositories must exist in this account and Region. */
  readonly catalog: Catalog;
  /** Whether this stage listens to Stripe's live mode; events and objects of the other mode are ignored. */
  readonly livemode: boolean;
  /**
   * Where a customer puts a lapsed subscription right, such as your page with Stripe's customer
   * portal: an https address of at most 100 characters. Every refusal ends with it.
   */
  readonly renewalUrl: string;
  /**
   * The pull gateway: its domain, and how it answers.
   *
   * @default - a domain of CloudFront's, and the defaults of each field
   */
  readonly registry?: RegistryProps;
  /**
   * Repositories that the catalog no longer names and that still have customers. Wharfage may write
   * the policies of the catalog's repositories and of these, and of no others.
   *
   * @default - none
   */
  readonly retiredRepositories?: readonly string[];
  /**
   * The Stripe account (`acct_…`) whose events count.
   *
   * @default - events that name any other account are ignored, as without Connect none does
   */
  readonly stripeAccount?: string;
  /**
   * Holds the restricted key, `rk_live_…` or `rk_test_…`, as plain text.
   *
   * @default - `wharfage-<stage>-stripe-key` is created with a random value that opens nothing, and retained
   */
  readonly stripeKeySecret?: ReadableSecret;
  /**
   * Holds the signing secrets as JSON: `{"current":"whsec_…"}`, during a rotation also `previous`.
   *
   * @default - `wharfage-<stage>-stripe-webhook` is created with a random value that no signature fits, and retained
   */
  readonly webhookSecret?: ReadableSecret;
  /**
   * The stage's table, when it was restored from a backup: same keys, same index, same account and
   * Region. The stack then owns none, and the one it made before stays where it is.
   *
   * @default - `wharfage-<stage>` is created and retained
   */
  readonly tableName?: string;
  /**
   * Told when an alarm goes off and when it is over.
   *
   * @default - alarms only change their state
   */
  readonly alarmTopic?: AlarmTopic;
  /**
   * How long the functions' logs are kept. The audit trail is in the table and kept for good.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;
  /**
   * Stripe reads that the sweep may make in a month.
   *
   * @default - 10,000, or 40 for each customer with access if that is more
   */
  readonly stripeReadsMaxPerMonth?: number;
  /**
   * Reserved concurrency of the webhook, which strangers can call. A new AWS account has too little
   * concurrency to reserve any.
   *
   * @default - none reserved
   */
  readonly reservedConcurrency?: number;
}

/** How customers reach the pull gateway. */
export interface RegistryProps {
  /**
   * What customers log in to, such as `registry.vendor.com`; a DNS record of yours leads it to the
   * output `RegistryDomainTarget`. Customers' clients remember it: changing it later logs everybody out.
   *
   * @default - the distribution's own, `d….cloudfront.net`
   */
  readonly domainName?: string;
  /**
   * A certificate for `domainName` in us-east-1, as a construct or as `{ certificateArn }`. Needed with
   * `domainName` and not without it.
   *
   * @default - none
   */
  readonly certificate?: Pick<ICertificate, 'certificateArn'>;
  /**
   * From so many days before a customer's access ends, manifests carry a notice that some clients
   * print; 0 for none.
   *
   * @default 7
   */
  readonly noticeDays?: number;
  /**
   * `refuse` answers 405 to HEAD of a manifest, for a front that does not pass on its length. Most
   * clients then ask with GET. `npx wharfage probe` says when it is needed.
   *
   * @default 'full'
   */
  readonly manifestHead?: 'full' | 'refuse';
  /**
   * Reserved concurrency of the gateway: so many requests at a time and no more, whoever asks.
   *
   * @default - none reserved
   */
  readonly reservedConcurrency?: number;
  /**
   * The version of the front's secret that CloudFront sends along; docs/deploy.md says how to rotate
   * it. CloudFormation reads the secret anew only when this changes.
   *
   * @default - the version that is current when the distribution is made
   */
  readonly frontSecretVersion?: string;
}
