/**
 * Lambda's event source mapping for an SQS FIFO queue. What it imitates, and where that is known from:
 * - polls with the SQS API; up to 10 messages make one event of Lambda's shape [V: types], passed through JSON
 * - one batch at a time per message group, which the queue itself enforces while messages are in flight [V]
 * - maxConcurrency 2-1000 invocations at once [V]
 * - ReportBatchItemFailures: what is not reported as failed is deleted; an empty or null list, or no result, is a full
 *   success; an exception, an identifier that is empty, null, misnamed or unknown fails the whole batch [V]
 * - what failed stays in flight until its visibility time-out ends; Lambda does not shorten it [V]
 * Not imitated: function time-outs, scaling of pollers, filters, batching windows (FIFO has none).
 */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { failedIdsOf } from './batch-result.ts';
import { contextFor, type LambdaContext, throughJson } from './context.ts';

export type EventSourceOptions = {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly functionName: string;
  readonly handler: (event: SQSEvent, context: LambdaContext) => Promise<unknown>;
  /** 1-10. */
  readonly batchSize?: number;
  /** 2-1000. */
  readonly maxConcurrency?: number;
  /** What Lambda would write to a log or a metric. */
  readonly report: (message: string, error: unknown) => void;
};

export type EventSource = {
  /** Invocations under way. */
  running(): number;
  /** Stops polling and waits for the invocations under way. */
  close(): Promise<void>;
};

const WAIT_SECONDS = 20;
const PAUSE_MILLISECONDS = 200;

export const startEventSource = async (options: EventSourceOptions): Promise<EventSource> => {
  const { client, queueUrl, batchSize = 10, maxConcurrency = 2 } = options;
  checkRange('batchSize', batchSize, [1, 10]);
  checkRange('maxConcurrency', maxConcurrency, [2, 1_000]);
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  const invoke = invocation(options, Attributes.QueueArn ?? '');
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();

  const start = (messages: readonly Message[]): void => {
    const work = invoke(messages)
      .catch((error: unknown) => options.report(`${options.functionName} failed`, error))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };
  const poll = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      if (underWay.size >= maxConcurrency) await Promise.race(underWay);
      const messages = await receive(options, batchSize, closing.signal);
      if (messages.length > 0) start(messages);
    }
  };
  const polling = poll();
  return {
    running: () => underWay.size,
    close: async () => {
      closing.abort();
      await polling;
      await Promise.all(underWay);
    },
  };
};

/** A queue that cannot be read is tried again; it never ends the polling. */
const receive = async (
  { client, queueUrl, functionName, report }: EventSourceOptions,
  batchSize: number,
  signal: AbortSignal,
): Promise<readonly Message[]> => {
  try {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: batchSize,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageSystemAttributeNames: ['All'],
      }),
      { abortSignal: signal },
    );
    return Messages;
  } catch (error) {
    if (signal.aborted) return [];
    report(`the queue of ${functionName} cannot be read`, error);
    await sleep(PAUSE_MILLISECONDS);
    return [];
  }
};

const invocation =
  ({ client, queueUrl, functionName, handler }: EventSourceOptions, queueArn: string) =>
  async (messages: readonly Message[]): Promise<void> => {
    const event: SQSEvent = { Records: messages.map((message) => recordOf(message, queueArn)) };
    const ids = event.Records.map(({ messageId }) => messageId);
    const result = await handler(throughJson(event), contextFor(functionName));
    const failed = failedIdsOf(throughJson(result), ids);
    const done = event.Records.filter(({ messageId }) => !failed.has(messageId));
    if (done.length === 0) return;
    const { Failed = [] } = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: done.map(({ receiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
        })),
      }),
    );
    if (Failed.length > 0) {
      throw new Error(
        `handled, but not deleted: ${Failed.map((entry) => entry.Message).join('; ')}`,
      );
    }
  };

const recordOf = (message: Message, queueArn: string): SQSRecord => {
  const attributes: Partial<Record<string, string>> = message.Attributes ?? {};
  const { MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '' } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ...attributes,
      ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? '',
      SentTimestamp: attributes.SentTimestamp ?? '',
      SenderId: attributes.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? '',
    },
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  };
};

const checkRange = (name: string, value: number, [min, max]: readonly [number, number]): void => {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new Error(`${name} must be a whole number from ${min} to ${max}, got ${value}`);
};
