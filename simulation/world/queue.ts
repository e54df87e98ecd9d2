import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { DAY } from '../../functions/core/time.ts';
import {
  buryIn,
  changeVisibility,
  deleteFrom,
  emptyQueue,
  type NewMessage,
  type Queue,
  receiveFrom,
  type StoredMessage,
  sendTo,
} from '../../local/aws/sqs-queue.ts';
import { failedIdsOf } from '../../local/lambda/batch-result.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { LambdaFunction } from '../kernel/lambda.ts';
import { hashOf, saltOf, shareOf } from '../kernel/random.ts';

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

type Consumer = LambdaFunction<SQSEvent, SQSBatchResponse>;

export type SimQueue = {
  /** Once it returns, the message is stored. */
  send(message: NewMessage): void;
  postpone(receiptHandles: readonly string[], seconds: number): void;
  consume(consumer: Consumer): void;
  /** Nothing is received while the queue is stopped. */
  stop(): void;
  start(): void;
  waiting(): readonly StoredMessage[];
  dead(): readonly StoredMessage[];
  /** An operator puts the dead letters back: new messages of the old text. */
  redrive(): void;
};

const RECEIVES_MAX = 10;

export const simQueue = (props: QueueProps): SimQueue => {
  const { kernel, name } = props;
  const queue = emptyQueue(`${name}.fifo`, settingsOf(props, 4));
  const dead = emptyQueue(`${name}-dead.fifo`, settingsOf(props, 14));
  const source = eventSource(props, queue, dead);
  return {
    send: (message) => {
      sendTo(queue, message, kernel.now());
      source.lookSoon();
    },
    postpone: (receiptHandles, seconds) => {
      for (const handle of receiptHandles) {
        changeVisibility(queue, handle, { seconds, now: kernel.now() });
      }
      source.lookSoon();
    },
    consume: source.consume,
    stop: source.stop,
    start: source.start,
    waiting: () => queue.messages,
    dead: () => dead.messages,
    redrive: () => {
      for (const { body, groupId, deduplicationId } of dead.messages.splice(0)) {
        const again = { body, groupId, deduplicationId: `${deduplicationId}:redriven` };
        sendTo(queue, again, kernel.now());
      }
      source.lookSoon();
    },
  };
};

const settingsOf = (
  { name, visibilitySeconds }: QueueProps,
  retentionDays: number,
): Queue['settings'] => ({
  visibilityTimeoutSeconds: visibilitySeconds,
  retentionSeconds: retentionDays * DAY,
  delaySeconds: 0,
  waitSeconds: 0,
  deduplicationScope: 'messageGroup',
  throughputLimit: 'perMessageGroupId',
  deadLetterQueue: `${name}-dead.fifo`,
  receivesMax: RECEIVES_MAX,
});

/** Lambda's side: receives what is open, hands it over, and deletes what did not fail. */
const eventSource = (props: QueueProps, queue: Queue, dead: Queue) => {
  const { kernel } = props;
  const salt = saltOf(kernel.randomOf(`queue ${props.name}`));
  let consumer: Consumer | undefined;
  let looksAt = Number.POSITIVE_INFINITY;
  let isStopped = false;

  const receive = (): readonly StoredMessage[] =>
    receiveFrom(queue, {
      limit: props.batchMax,
      visibilityTimeoutSeconds: props.visibilitySeconds,
      now: kernel.now(),
      giveUp: (message) => buryIn(dead, message, props.name),
    });
  const look = (): void => {
    if (queue.messages.length === 0) return;
    let isMore = true;
    while (
      isMore &&
      !isStopped &&
      consumer !== undefined &&
      consumer.running() < props.concurrencyMax
    ) {
      const received = receive();
      isMore = received.length === props.batchMax;
      if (received.length > 0) void handOver(consumer, received);
    }
    // What is open now waits for its group or for a function: their ends look again.
    const later = queue.messages.map(({ visibleAt }) => visibleAt);
    lookAt(Math.min(...later.filter((at) => at > kernel.now())));
  };
  /** One planned look is enough: the earliest. */
  const lookAt = (at: number): void => {
    const isPlanned = looksAt > kernel.now() && looksAt <= at;
    if (at === Number.POSITIVE_INFINITY || isPlanned) return;
    looksAt = at;
    kernel.at(at, look);
  };
  const lookSoon = (): void => kernel.after(0, look);
  const handOver = async ({ invoke }: Consumer, received: readonly StoredMessage[]) => {
    const run = await invoke({ Records: received.map(recordOf) });
    if (run.kind === 'returned') {
      const ids = received.map(({ messageId }) => messageId);
      const failed = failedIdsOf(run.result, ids);
      for (const { messageId, receiptHandle } of received) {
        if (!failed.has(messageId)) remove(receiptHandle);
      }
    }
    lookSoon();
  };
  const remove = (receiptHandle: string): void => {
    const message = queue.messages.find((each) => each.receiptHandle === receiptHandle);
    if (message === undefined || message.visibleAt <= kernel.now()) return;
    // By its name and not by its turn: what other messages there were changes nothing about it.
    const name = hashOf(message.deduplicationId, message.receives);
    if (shareOf(name, salt) < props.redeliveredShare) return;
    deleteFrom(queue, receiptHandle, kernel.now());
  };
  return {
    lookSoon,
    consume: (next: Consumer): void => {
      consumer = next;
    },
    stop: (): void => {
      isStopped = true;
    },
    start: (): void => {
      isStopped = false;
      lookSoon();
    },
  };
};

const recordOf = (message: StoredMessage): SQSRecord => ({
  messageId: message.messageId,
  receiptHandle: message.receiptHandle,
  body: message.body,
  attributes: {
    ApproximateReceiveCount: String(message.receives),
    SentTimestamp: '0',
    SenderId: 'simulation',
    ApproximateFirstReceiveTimestamp: '0',
    MessageGroupId: message.groupId,
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:111122223333:simulation.fifo',
  awsRegion: 'eu-central-1',
});
