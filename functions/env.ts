/** For `lib/`: an alarm on a metric that nobody counts does not compile. */
export type { MetricName } from './core/metrics.ts';

/** What each function needs to know, shared by type with `lib/`: a forgotten variable does not compile. */
type Common = {
  readonly STAGE: string;
};
type Stripe = {
  /** ARN of the secret that holds the restricted key. */
  readonly STRIPE_KEY_SECRET_ARN: string;
  /** `true` or `false`: which mode this stage is pinned to. */
  readonly STRIPE_LIVEMODE: string;
};

export type WebhookEnv = Common & {
  readonly STRIPE_LIVEMODE: string;
  readonly STRIPE_ACCOUNT: string;
  /** ARN of the secret that holds `{"current":"whsec_…","previous":"whsec_…"}`. */
  readonly WEBHOOK_SECRET_ARN: string;
  readonly CUSTOMERS_QUEUE_URL: string;
};
export type SyncEnv = Common &
  Stripe & {
    readonly TABLE_NAME: string;
    readonly CUSTOMERS_QUEUE_URL: string;
    readonly POLICIES_QUEUE_URL: string;
  };
export type SweepEnv = Common &
  Stripe & {
    readonly TABLE_NAME: string;
    readonly CUSTOMERS_QUEUE_URL: string;
    readonly POLICIES_QUEUE_URL: string;
    /** Stripe reads a month; 0 takes the default (Stripe's allowance). */
    readonly STRIPE_READS_MAX: string;
  };
export type ApplyPolicyEnv = Common & {
  readonly TABLE_NAME: string;
  readonly POLICIES_QUEUE_URL: string;
  readonly PROBE_REPOSITORY: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly PARTITION: string;
};

export type GatewayEnv = Common & {
  readonly TABLE_NAME: string;
  /** ARN of the secret `{"current":"…","previous":"…"}` that the front sends along with each request. */
  readonly FRONT_SECRET_ARN: string;
  /** ARN of the secret `{"current":"…","previous":"…"}` that signs access tokens. */
  readonly TOKEN_SECRET_ARN: string;
  /** Where a customer puts a lapsed subscription right. */
  readonly RENEWAL_URL: string;
  /** From so many days before the end manifests carry a notice; 0 for none. */
  readonly NOTICE_DAYS: string;
  /** Where layers may come from, `https://*.amazonaws.com`: any other redirect is refused. */
  readonly LAYER_ORIGIN: string;
  /** `full`, or `refuse` when the front cannot pass on the length of a HEAD. */
  readonly MANIFEST_HEAD: string;
};
export type IndexReleaseEnv = Common & {
  readonly TABLE_NAME: string;
};

/** Reads the named variables; a missing one is an error that names it. */
export const readEnv = <Name extends string>(
  env: Readonly<Record<string, string | undefined>>,
  ...names: readonly Name[]
): { readonly [Key in Name]: string } => {
  const missing = names.filter((name) => env[name] === undefined);
  if (missing.length > 0) {
    throw new Error(`environment variable ${missing.join(', ')} is not set`);
  }
  return Object.fromEntries(names.map((name) => [name, env[name]])) as { [Key in Name]: string };
};
