import { Duration } from 'aws-cdk-lib';
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
} from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export type WorkQueue = { readonly queue: Queue; readonly deadLetters: Queue };

/**
 * A deferred policy message counts as received each time it is put off, and a crash or a throttled
 * table costs a few more; only what fails far beyond that is poison.
 */
const RECEIVES_MAX = 10;

/** AWS advises six times the function's time-out, so that no message returns while it is worked on. */
const VISIBILITY_FACTOR = 6;

const COMMON = {
  fifo: true,
  // The id must name the occasion: content-based deduplication would drop the second "look at
  // cus_1" within five minutes, even when the first was handled.
  contentBasedDeduplication: false,
  // High throughput. Ids then have to differ only within a group, which is what they promise: the
  // same event always names the same customer, and a resolved subject is sent on under a new id.
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
} as const;

/** A FIFO queue and its dead letters, worked on by one function with the given time-out. */
export const workQueue = (
  scope: Construct,
  id: string,
  { name, functionTimeout }: { readonly name: string; readonly functionTimeout: Duration },
): WorkQueue => {
  const deadLetters = new Queue(scope, `${id}DeadLetters`, {
    ...COMMON,
    queueName: `${name}-dead.fifo`,
    // Counted from when the message was first sent, so longer than the queue itself keeps it.
    retentionPeriod: Duration.days(14),
  });
  const queue = new Queue(scope, `${id}Queue`, {
    ...COMMON,
    queueName: `${name}.fifo`,
    retentionPeriod: Duration.days(4),
    visibilityTimeout: Duration.seconds(functionTimeout.toSeconds() * VISIBILITY_FACTOR),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: RECEIVES_MAX },
  });
  return { queue, deadLetters };
};
