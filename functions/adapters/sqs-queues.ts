import { createHash } from 'node:crypto';
import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { PolicyQueue, SubjectQueue } from '../ports.ts';
import { batchesOf } from './sqs-batches.ts';

type Message = { readonly group: string; readonly occasion: string; readonly body: object };

/** Whom to look at, in order for each customer. */
export const sqsSubjects = (client: SQSClient, queueUrl: string): SubjectQueue => ({
  sendSubjects: async (subjects) =>
    send(
      client,
      queueUrl,
      subjects.map((body) => ({ group: body.id, occasion: body.occasion, body })),
    ),
});

/** Which repository's policy to apply, in order for each repository. */
export const sqsPolicies = (client: SQSClient, queueUrl: string): PolicyQueue => ({
  sendPolicies: async (messages) =>
    send(
      client,
      queueUrl,
      messages.map((body) => ({ group: body.repository, occasion: body.occasion, body })),
    ),
});

/** Resolves when SQS has stored them all. What SQS could not take is offered once more. */
const send = async (
  client: SQSClient,
  queueUrl: string,
  messages: readonly Message[],
): Promise<void> => {
  for (const batch of batchesOf(messages.map(entryOf))) {
    const failed = await sendBatch(client, queueUrl, batch);
    const again = batch.filter(({ Id }) => failed.some((failure) => failure.Id === Id));
    const lost = again.length === 0 ? [] : await sendBatch(client, queueUrl, again);
    if (lost.length > 0) {
      const codes = [...new Set(lost.map(({ Code }) => Code ?? 'no code'))].join(', ');
      throw new Error(`SQS refused ${lost.length} of ${messages.length} messages twice: ${codes}`);
    }
  }
};

const sendBatch = async (
  client: SQSClient,
  queueUrl: string,
  batch: readonly SendMessageBatchRequestEntry[],
): Promise<readonly BatchResultErrorEntry[]> => {
  try {
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [...batch] });
    return (await client.send(command)).Failed ?? [];
  } catch (cause) {
    throw new Error(`could not send ${batch.length} messages to SQS`, { cause });
  }
};

/**
 * The deduplication id holds the group: a queue may look for duplicates across groups, and a charge
 * and the customer it belongs to share one occasion.
 */
const entryOf = ({ group, occasion, body }: Message, index: number) => ({
  Id: String(index),
  MessageBody: JSON.stringify(body),
  MessageGroupId: allowed(group),
  MessageDeduplicationId: allowed(`${group}:${occasion}`),
});

/** What SQS takes for an id. */
const ALLOWED = /^[\x21-\x7e]{1,128}$/;

const allowed = (id: string): string =>
  ALLOWED.test(id) ? id : createHash('sha256').update(id).digest('hex');
