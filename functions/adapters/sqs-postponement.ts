import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Postpone } from './queue-batch.ts';
import { batchesOf } from './sqs-batches.ts';

/** SQS's limit, 12 hours. */
const VISIBILITY_SECONDS_MAX = 43_200;

/** Makes messages that were received invisible for a while longer. */
export const sqsPostponement =
  (client: SQSClient, queueUrl: string): Postpone =>
  async (receiptHandles, seconds) => {
    const visibility = Math.min(VISIBILITY_SECONDS_MAX, Math.max(0, Math.ceil(seconds)));
    for (const batch of batchesOf(receiptHandles)) {
      const { Failed: failed = [] } = await client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queueUrl,
          Entries: batch.map((handle, index) => ({
            Id: String(index),
            ReceiptHandle: handle,
            VisibilityTimeout: visibility,
          })),
        }),
      );
      if (failed.length > 0) {
        throw new Error(`SQS could not postpone ${failed.length} messages: ${failed[0]?.Code}`);
      }
    }
  };
