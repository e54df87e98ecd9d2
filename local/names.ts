import { LOCAL_ACCOUNT, LOCAL_REGION } from './aws/account.ts';

/** Names of the local stage, as the stack would give them. */
export const STAGE = 'local';
export const TABLE_NAME = 'wharfage-local';
export const PROBE_REPOSITORY = 'wharfage-local-probe';
export const STRIPE_KEY_SECRET = 'wharfage-local-stripe-key';
export const WEBHOOK_SECRET = 'wharfage-local-stripe-webhook';
export const FRONT_SECRET = 'wharfage-local-front';
export const TOKENS_SECRET = 'wharfage-local-tokens';
export const QUEUES = {
  customers: 'wharfage-local-customers.fifo',
  policies: 'wharfage-local-policies.fifo',
};
/** ECR itself, where customers' AWS accounts pull. */
export const REGISTRY = `${LOCAL_ACCOUNT}.dkr.ecr.${LOCAL_REGION}.amazonaws.com`;

/** Six times the time-out of the function that works on the queue. */
const VISIBILITY_SECONDS = { customers: 900, policies: 720 };
const RECEIVES_MAX = 10;
const DAY_SECONDS = 86_400;
const RETENTION_DAYS = { queue: 4, deadLetters: 14 };

const FIFO = {
  FifoQueue: 'true',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'messageGroup',
  FifoThroughputLimit: 'perMessageGroupId',
  SqsManagedSseEnabled: 'true',
};

type QueueDefinition = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
};

const queueWithDeadLetters = (
  name: string,
  visibilitySeconds: number,
): readonly QueueDefinition[] => {
  const deadLetters = name.replace('.fifo', '-dead.fifo');
  return [
    {
      name: deadLetters,
      attributes: {
        ...FIFO,
        MessageRetentionPeriod: String(RETENTION_DAYS.deadLetters * DAY_SECONDS),
      },
    },
    {
      name,
      attributes: {
        ...FIFO,
        MessageRetentionPeriod: String(RETENTION_DAYS.queue * DAY_SECONDS),
        VisibilityTimeout: String(visibilitySeconds),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${deadLetters}`,
          maxReceiveCount: RECEIVES_MAX,
        }),
      },
    },
  ];
};

/** Two FIFO queues with their dead-letter queues, as `lib/work-queue.ts` makes them; a test compares the two. */
export const queueDefinitions = [
  ...queueWithDeadLetters(QUEUES.customers, VISIBILITY_SECONDS.customers),
  ...queueWithDeadLetters(QUEUES.policies, VISIBILITY_SECONDS.policies),
];
