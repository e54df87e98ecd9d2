import { Aws, Duration } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Catalog } from '../functions/core/catalog.ts';
import type { ApplyPolicyEnv, SweepEnv, SyncEnv, WebhookEnv } from '../functions/env.ts';
import type { StageTable } from './customer-table.ts';
import { onDueIndex, onItems, onPolicies, onSealedSecrets, sendTo } from './permissions.ts';
import { stageFunction } from './stage-function.ts';

/** A secret of ours or one that was imported. */
export type ReadableSecret = Pick<ISecret, 'secretArn' | 'grantRead'>;

/** What all functions are made of. */
export interface Parts {
  readonly stage: string;
  readonly livemode: boolean;
  readonly catalog: Catalog;
  readonly logRetention: RetentionDays;
  readonly table: StageTable;
  readonly customersQueue: IQueue;
  readonly policiesQueue: IQueue;
  readonly stripeKeySecret: ReadableSecret;
  readonly webhookSecret: ReadableSecret;
}

export const TIMEOUTS = {
  /** One secret read and one queue send; Stripe counts a slow answer as a failure and sends again. */
  webhook: Duration.seconds(10),
  /**
   * A Stripe that hangs is given up after 40 s, which a sync must live to see for each message of a
   * batch in turn; and then it still has to write that it will try again.
   */
  sync: Duration.seconds(150),
  /** Listing 100,000 subscriptions takes longer than a tick; a cursor keeps two runs from the same list. */
  sweep: Duration.minutes(15),
  /** Up to 60 trials on the probe repository, twice in a batch, while ECR throttles. */
  applyPolicy: Duration.minutes(2),
} as const;

/** Memory is also processor share: below this the bundle's import dominates a cold start. */
const MEMORY_MB = 512;
/** Up to 100,000 customers are compared page by page; the listing of one run is held in memory. */
const SWEEP_MEMORY_MB = 1_024;
/** Customers are synced one after the other, so that the time-out holds and so does Stripe's rate limit. */
const SYNC_BATCH_MAX = 3;
/** Five customers at a time stay below Stripe's 25 requests a second and endpoint. */
const SYNC_CONCURRENCY_MAX = 5;
/** Two rounds of the three repositories that the function works on at once. */
const APPLY_BATCH_MAX = 6;
/**
 * ECR's limit on policy writes is unpublished, and a new AWS account runs ten functions at a time in
 * all: with five syncs there must be room left for the webhook and the sweep.
 */
const APPLY_CONCURRENCY_MAX = 2;

export const webhookFunction = (
  scope: Construct,
  parts: Parts,
  {
    stripeAccount,
    reservedConcurrency,
  }: {
    readonly stripeAccount: string | undefined;
    readonly reservedConcurrency: number | undefined;
  },
): NodejsFunction => {
  const webhook = stageFunction(scope, 'Webhook', {
    ...common(parts),
    entry: 'webhook',
    description: 'takes events from Stripe and queues whom to look at',
    timeout: TIMEOUTS.webhook,
    memorySize: MEMORY_MB,
    ...(reservedConcurrency === undefined
      ? {}
      : { reservedConcurrentExecutions: reservedConcurrency }),
    environment: {
      STAGE: parts.stage,
      STRIPE_LIVEMODE: String(parts.livemode),
      STRIPE_ACCOUNT: stripeAccount ?? '',
      WEBHOOK_SECRET_ARN: parts.webhookSecret.secretArn,
      CUSTOMERS_QUEUE_URL: parts.customersQueue.queueUrl,
    } satisfies WebhookEnv,
  });
  parts.webhookSecret.grantRead(webhook);
  webhook.addToRolePolicy(sendTo(parts.customersQueue));
  return webhook;
};

export const syncFunction = (scope: Construct, parts: Parts): NodejsFunction => {
  const { table } = parts;
  const sync = stageFunction(scope, 'Sync', {
    ...common(parts),
    entry: 'sync',
    description: 'makes one customer agree with Stripe',
    timeout: TIMEOUTS.sync,
    memorySize: MEMORY_MB,
    environment: stripeAndQueues(parts) satisfies SyncEnv,
  });
  sync.addEventSource(
    new SqsEventSource(parts.customersQueue, {
      batchSize: SYNC_BATCH_MAX,
      reportBatchItemFailures: true,
      maxConcurrency: SYNC_CONCURRENCY_MAX,
    }),
  );
  parts.stripeKeySecret.grantRead(sync);
  sync.addToRolePolicy(sendTo(parts.customersQueue, parts.policiesQueue));
  sync.addToRolePolicy(onItems(table, 'CUSTOMER#*', 'GetItem', 'PutItem', 'UpdateItem', 'Query'));
  sync.addToRolePolicy(onItems(table, 'MEMBERS#*', 'PutItem'));
  sync.addToRolePolicy(onItems(table, 'STAGE', 'GetItem', 'BatchGetItem', 'UpdateItem'));
  sync.addToRolePolicy(onSealedSecrets(scope, parts.stage));
  return sync;
};

export const sweepFunction = (
  scope: Construct,
  parts: Parts,
  stripeReadsMaxPerMonth: number | undefined,
): NodejsFunction => {
  const { table } = parts;
  const sweep = stageFunction(scope, 'Sweep', {
    ...common(parts),
    entry: 'sweep',
    description: 'finds customers who are due, events that were missed, and drift',
    timeout: TIMEOUTS.sweep,
    memorySize: SWEEP_MEMORY_MB,
    // The next tick is the retry.
    retryAttempts: 0,
    maxEventAge: Duration.minutes(5),
    environment: {
      ...stripeAndQueues(parts),
      STRIPE_READS_MAX: String(stripeReadsMaxPerMonth ?? 0),
    } satisfies SweepEnv,
  });
  parts.stripeKeySecret.grantRead(sweep);
  sweep.addToRolePolicy(sendTo(parts.customersQueue, parts.policiesQueue));
  sweep.addToRolePolicy(onDueIndex(table));
  sweep.addToRolePolicy(onItems(table, 'CUSTOMER#*', 'GetItem'));
  sweep.addToRolePolicy(onItems(table, 'MEMBERS#*', 'Query'));
  sweep.addToRolePolicy(onItems(table, 'STAGE', 'GetItem', 'PutItem'));
  return sweep;
};

export const applyPolicyFunction = (
  scope: Construct,
  parts: Parts,
  { probe, products }: { readonly probe: IRepository; readonly products: readonly IRepository[] },
): NodejsFunction => {
  const applyPolicy = stageFunction(scope, 'ApplyPolicy', {
    ...common(parts),
    entry: 'apply-policy',
    description: 'makes one repository policy agree with the table',
    timeout: TIMEOUTS.applyPolicy,
    memorySize: MEMORY_MB,
    environment: {
      STAGE: parts.stage,
      TABLE_NAME: parts.table.tableName,
      POLICIES_QUEUE_URL: parts.policiesQueue.queueUrl,
      PROBE_REPOSITORY: probe.repositoryName,
      PARTITION: Aws.PARTITION,
    } satisfies ApplyPolicyEnv,
  });
  // Consuming includes ChangeMessageVisibility, by which a run is put off.
  applyPolicy.addEventSource(
    new SqsEventSource(parts.policiesQueue, {
      batchSize: APPLY_BATCH_MAX,
      reportBatchItemFailures: true,
      maxConcurrency: APPLY_CONCURRENCY_MAX,
    }),
  );
  applyPolicy.addToRolePolicy(onItems(parts.table, 'MEMBERS#*', 'Query', 'GetItem', 'PutItem'));
  applyPolicy.addToRolePolicy(onItems(parts.table, 'STAGE', 'GetItem'));
  for (const statement of onPolicies([probe, ...products])) applyPolicy.addToRolePolicy(statement);
  return applyPolicy;
};

const common = ({ stage, catalog, logRetention }: Parts) => ({ stage, catalog, logRetention });

const stripeAndQueues = (parts: Parts): SyncEnv => ({
  STAGE: parts.stage,
  STRIPE_KEY_SECRET_ARN: parts.stripeKeySecret.secretArn,
  STRIPE_LIVEMODE: String(parts.livemode),
  TABLE_NAME: parts.table.tableName,
  CUSTOMERS_QUEUE_URL: parts.customersQueue.queueUrl,
  POLICIES_QUEUE_URL: parts.policiesQueue.queueUrl,
});
