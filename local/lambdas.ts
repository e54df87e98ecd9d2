import { SQSClient } from '@aws-sdk/client-sqs';
import type { LambdaFunctionURLEvent, SQSEvent } from 'aws-lambda';
import type { Catalog } from '../functions/core/catalog.ts';
import type { EpochSeconds } from '../functions/core/time.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './aws/account.ts';
import type { FarEnds } from './far-ends.ts';
import { type EventSource, startEventSource } from './lambda/event-source.ts';
import { type FunctionUrl, startFunctionUrl } from './lambda/function-url.ts';
import {
  FRONT_SECRET,
  PROBE_REPOSITORY,
  QUEUES,
  STAGE,
  STRIPE_KEY_SECRET,
  TABLE_NAME,
  TOKENS_SECRET,
  WEBHOOK_SECRET,
} from './names.ts';

export type Lambdas = {
  readonly webhook: FunctionUrl;
  /** One tick of the sweep, as the schedule would start it. */
  sweep(): Promise<void>;
  /** No function is working on a message. */
  isIdle(): boolean;
  close(): Promise<void>;
};

/**
 * Sets what Lambda and the bundler would have set: the environment, and the catalog. Endpoints come
 * from the SDK's own variables, so that nothing inside `functions/` knows that it runs here.
 */
export const setEnvironment = (
  { sqs, ecr, secrets, table, stripe, storage }: FarEnds,
  catalog: Catalog,
  renewalUrl: string,
): void => {
  Object.assign(globalThis, { WHARFAGE_CATALOG: catalog });
  // The SDK would prefer the newcomer's own profile, and sign with it.
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete process.env[name];
  Object.assign(process.env, {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_SQS: sqs.url,
    AWS_ENDPOINT_URL_ECR: ecr.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    ...(stripe === undefined ? {} : { STRIPE_API_BASE: stripe.url }),
    STAGE,
    TABLE_NAME,
    CUSTOMERS_QUEUE_URL: sqs.queueUrl(QUEUES.customers),
    POLICIES_QUEUE_URL: sqs.queueUrl(QUEUES.policies),
    STRIPE_KEY_SECRET_ARN: secrets.arnOf(STRIPE_KEY_SECRET),
    WEBHOOK_SECRET_ARN: secrets.arnOf(WEBHOOK_SECRET),
    STRIPE_LIVEMODE: 'false',
    STRIPE_ACCOUNT: '',
    STRIPE_READS_MAX: '0',
    PROBE_REPOSITORY,
    PARTITION: 'aws',
    FRONT_SECRET_ARN: secrets.arnOf(FRONT_SECRET),
    TOKEN_SECRET_ARN: secrets.arnOf(TOKENS_SECRET),
    RENEWAL_URL: renewalUrl,
    NOTICE_DAYS: '7',
    LAYER_ORIGIN: storage.origin,
    MANIFEST_HEAD: 'full',
  });
};

type Options = {
  readonly farEnds: FarEnds;
  readonly now: () => EpochSeconds;
  readonly webhookPort: number;
  readonly report: (message: string, error: unknown) => void;
};

/** The functions as Lambda would call them. Their entry files read the environment when they are imported. */
export const startLambdas = async ({
  farEnds,
  now,
  webhookPort,
  report,
}: Options): Promise<Lambdas> => {
  const [webhook, sync, applyPolicy, sweep] = await Promise.all([
    import('../functions/webhook.ts'),
    import('../functions/sync.ts'),
    import('../functions/apply-policy.ts'),
    import('../functions/sweep.ts'),
  ]);
  const client = new SQSClient({ maxAttempts: 1 });
  const source = (
    name: keyof typeof QUEUES,
    functionName: string,
    [batchSize, maxConcurrency]: readonly [number, number],
    handler: (event: SQSEvent) => Promise<unknown>,
  ): Promise<EventSource> =>
    startEventSource({
      client,
      queueUrl: farEnds.sqs.queueUrl(QUEUES[name]),
      functionName,
      handler,
      batchSize,
      maxConcurrency,
      report,
    });
  // First what can fail: its port may be taken.
  const url = await startFunctionUrl({
    functionName: 'webhook',
    handler: (event: LambdaFunctionURLEvent) => webhook.handler(event),
    now,
    port: webhookPort,
    report,
  });
  const sources = [
    // Batch size and concurrency as in `lib/functions.ts`.
    await source('customers', 'sync', [3, 5], sync.handler),
    await source('policies', 'apply-policy', [6, 2], applyPolicy.handler),
  ];
  return {
    webhook: url,
    sweep: sweep.handler,
    isIdle: () => sources.every((each) => each.running() === 0),
    close: async () => {
      await Promise.all(sources.map((each) => each.close()));
      await url.close();
      client.destroy();
    },
  };
};
