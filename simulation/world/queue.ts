import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import {
  buryIn,
  changeVisibility,
  deleteFrom,
  emptyQueue,
  type NewMessage,
  receiveFrom,
  type StoredMessage,
  sendTo,
} from '../../local/aws/sqs-queue.ts';
import { failedIdsOf } from '../../local/lambda/batch-result.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { LambdaFunction } from '../kernel/lambda.ts';
import type { Random } from '../kernel/random.ts';

/*
 * A FIFO queue with its dead letters and Lambda's event source behind it. Groups, deduplication,
 * visibility and retention are those of the local stand-in (local/aws/sqs-queue.ts, which lists its
 * sources); the event source is that of local/lambda/event-source.ts, without the wire.
 */

export type QueueProps = {
  readonly kernel: Kernel;
  readonly name: string;
  readonly visibilitySeconds: number;
  readonly batchMax: number;
  readonly concurrencyMax: number;
  /** How often a message that was handled is not deleted, and comes again. */
  readonly redeliveredShare: number;
};

export type SimQueue = {
  /** Once it returns, the message is stored. */
  send(message: NewMessage): void;
  postpone(receiptHandles: readonly string[], seconds: number): void;
  consume(consumer: LambdaFunction<SQSEvent, SQSBatchResponse>): void;
  /** Nothing is received while the queue is stopped. */
  stop(): void;
  start(): void;
  waiting(): readonly StoredMessage[];
  dead(): readonly StoredMessage[];
  /** An operator puts the dead letters back: new messages of the old text. */
  redrive(): void;
};

const RECEIVES_MAX = 10;
const DAY = 86_400;

export const simQueue = (props: QueueProps): SimQueue => {
  const { kernel, name, visibilitySeconds } = props;
  const random = kernel.randomOf(`queue ${name}`);
  const settings = (seconds: number, retentionDays: number) => ({
    visibilityTimeoutSeconds: seconds,
    retentionSeconds: retentionDays * DAY,
    delaySeconds: 0,
    waitSeconds: 0,
    deduplicationScope: 'messageGroup',
    throughputLimit: 'perMessageGroupId',
    deadLetterQueue: `${name}-dead.fifo`,
    receivesMax: RECEIVES_MAX,
  });
  const queue = emptyQueue(`${name}.fifo`, settings(visibilitySeconds, 4));
  const dead = emptyQueue(`${name}-dead.fifo`, settings(visibilitySeconds, 14));
  let consumer: LambdaFunction<SQSEvent, SQSBatchResponse> | undefined;
  let pumpedAt = Number.POSITIVE_INFINITY;
  let isStopped = false;

  const pump = (): void => {
    while (!isStopped && consumer !== undefined && consumer.running() < props.concurrencyMax) {
      const received = receiveFrom(queue, {
        limit: props.batchMax,
        visibilityTimeoutSeconds: visibilitySeconds,
        now: kernel.now(),
        giveUp: (message) => buryIn(dead, message, name),
      });
      if (received.length === 0) break;
      void handle(consumer, received);
    }
    pumpLater(nextVisibleAt());
  };
  /** One planned look is enough: the earliest. */
  const pumpLater = (at: number | undefined): void => {
    if (at === undefined || (pumpedAt > kernel.now() && at >= pumpedAt)) return;
    pumpedAt = at;
    kernel.at(at, pump);
  };
  const handle = async (
    { invoke }: LambdaFunction<SQSEvent, SQSBatchResponse>,
    received: readonly StoredMessage[],
  ): Promise<void> => {
    const run = await invoke({ Records: received.map(recordOf) });
    if (run.kind === 'returned') {
      const failed = failedIdsOf(
        run.result,
        received.map(({ messageId }) => messageId),
      );
      for (const { messageId, receiptHandle } of received) {
        if (!failed.has(messageId)) deleteMessage(random, props, receiptHandle);
      }
    }
    kernel.after(0, pump);
  };
  const deleteMessage = (draw: Random, { redeliveredShare }: QueueProps, handle: string): void => {
    const message = queue.messages.find(({ receiptHandle }) => receiptHandle === handle);
    const isLate = message === undefined || message.visibleAt <= kernel.now();
    if (!isLate && draw() >= redeliveredShare) deleteFrom(queue, handle, kernel.now());
  };
  const nextVisibleAt = (): number | undefined => {
    // What is open now waits for its group or for a function: their ends pump.
    const times = queue.messages.flatMap(({ visibleAt }) => (visibleAt > kernel.now() ? [visibleAt] : []));
    return times.length === 0 ? undefined : Math.min(...times);
  };
  return {
    send: (message) => {
      sendTo(queue, message, kernel.now());
      kernel.after(0, pump);
    },
    postpone: (handles, seconds) => {
      for (const handle of handles) {
        changeVisibility(queue, handle, { seconds, now: kernel.now() });
      }
    },
    consume: (next) => {
      consumer = next;
    },
    stop: () => {
      isStopped = true;
    },
    start: () => {
      isStopped = false;
      kernel.after(0, pump);
    },
    waiting: () => queue.messages,
    dead: () => dead.messages,
    redrive: () => {
      for (const { body, groupId, deduplicationId } of dead.messages.splice(0)) {
        sendTo(
          queue,
          { body, groupId, deduplicationId: `${deduplicationId}:redriven` },
          kernel.now(),
        );
      }
      kernel.after(0, pump);
    },
  };
};

const recordOf = ({
  messageId,
  receiptHandle,
  body,
  groupId,
  receives,
}: StoredMessage): SQSRecord => ({
  messageId,
  receiptHandle,
  body,
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: '0',
    SenderId: 'simulation',
    ApproximateFirstReceiveTimestamp: '0',
    MessageGroupId: groupId,
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:111122223333:simulation.fifo',
  awsRegion: 'eu-central-1',
});
