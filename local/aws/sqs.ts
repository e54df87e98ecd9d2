/**
 * Amazon SQS, FIFO queues only, on loopback. What it imitates, and where that is known from:
 * - one batch at a time per message group: while a message of a group is in flight, ReceiveMessage returns no
 *   other of that group; one answer may hold several groups, each in the order sent [V]
 * - deduplication for 5 minutes by id, over the whole queue or within the group as DeduplicationScope says, outliving
 *   receive and delete; the second message is answered with the first one's MessageId and SequenceNumber, and dropped [V; the repeated ids 3P]
 * - content-based deduplication off: a missing MessageDeduplicationId is refused; per-message DelaySeconds is
 *   refused on a FIFO queue [V]
 * - ids of 1-128 characters, letters, digits and punctuation; 1-10 entries of distinct ids in a batch, 256 KiB
 *   in all (SQS has since raised it); entries of a batch fail one by one with HTTP 200 [V]
 * - visibility time-out, per queue and per receive, changed while in flight; DeleteMessage of a FIFO queue with an
 *   expired handle is refused [3P], with a superseded one succeeds and deletes nothing [V]
 * - RedrivePolicy: after maxReceiveCount receives the next one moves the message to the dead-letter queue, same
 *   MessageId and SentTimestamp; retention counts from the first sending [V]
 * - queue-wide DelaySeconds; long polling up to 20 s, in real time [V]
 * - MD5 of bodies, which the SDK verifies; system attributes as Lambda's SQSRecord shows them [V: SDK, types]
 * Not imitated: standard queues, message attributes, throughput limits, receive attempt ids, in-flight quotas.
 */
import type { EpochSeconds } from '../../functions/core/time.ts';
import { LOCAL_ACCOUNT } from './account.ts';
import { type Running, startJsonService } from './http.ts';
import { declareQueue } from './sqs-broker.ts';
import { missingParameter, queueDoesNotExist } from './sqs-errors.ts';
import { sqsOperations } from './sqs-operations.ts';
import { forgetExpired, isInFlight, type Queue, type StoredMessage } from './sqs-queue.ts';

/** Everything in the queues, as plain data. */
export type SqsState = { readonly queues: readonly Queue[] };

export type QueueView = {
  readonly name: string;
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly messages: readonly MessageView[];
};

type MessageView = Pick<
  StoredMessage,
  'messageId' | 'groupId' | 'deduplicationId' | 'body' | 'sentAt' | 'visibleAt' | 'receives'
>;

export type SqsStandIn = Running & {
  queueUrl(name: string): string;
  inspect(): readonly QueueView[];
  /** What the dead-letter queue of `name` holds. */
  deadLetters(name: string): readonly MessageView[];
  /** The entry at `position` of the next `times` batches sent fails; the others are stored. */
  failEntry(position: number, times: number): void;
  snapshot(): SqsState;
};

export type SqsOptions = {
  readonly now: () => EpochSeconds;
  readonly port?: number;
  readonly state?: SqsState;
  /** Made at the start, in this order: a dead-letter queue before the queue that names it. */
  readonly queues?: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string>>;
  }[];
};

export const startSqs = async ({
  now,
  port = 0,
  state = { queues: [] },
  queues = [],
}: SqsOptions): Promise<SqsStandIn> => {
  const kept = new Map(structuredClone(state.queues).map((queue) => [queue.name, queue]));
  const entryFaults: number[] = [];
  const takeEntryFault = (position: number): boolean => {
    const found = entryFaults.indexOf(position);
    if (found >= 0) entryFaults.splice(found, 1);
    return found >= 0;
  };
  const broker = { queues: kept, now, takeEntryFault };
  for (const { name, attributes } of queues) declareQueue(broker, name, attributes);
  const running = await startJsonService(
    {
      name: 'sqs',
      target: 'AmazonSQS',
      version: '1.0',
      errorPrefix: 'com.amazonaws.sqs#',
      missing: missingParameter,
      operations: sqsOperations(broker),
      now,
    },
    port,
  );
  return {
    ...running,
    queueUrl: (name) => `${running.url}/${LOCAL_ACCOUNT}/${name}`,
    inspect: () => [...kept.values()].map((queue) => viewOf(queue, now())),
    deadLetters: (name) => {
      const deadLetterQueue = kept.get(kept.get(name)?.settings.deadLetterQueue ?? '');
      if (deadLetterQueue === undefined) throw queueDoesNotExist();
      return viewOf(deadLetterQueue, now()).messages;
    },
    failEntry: (position, times) => {
      for (let time = 0; time < times; time += 1) entryFaults.push(position);
    },
    snapshot: () => structuredClone({ queues: [...kept.values()] }),
  };
};

const viewOf = (queue: Queue, now: EpochSeconds): QueueView => {
  forgetExpired(queue, now);
  const inFlight = queue.messages.filter((one) => isInFlight(one, now)).length;
  const delayed = queue.messages.filter((one) => one.visibleAt > now).length - inFlight;
  return {
    name: queue.name,
    waiting: queue.messages.length - inFlight - delayed,
    inFlight,
    delayed,
    messages: queue.messages.map(
      ({ messageId, groupId, deduplicationId, body, sentAt, visibleAt, receives }) => ({
        messageId,
        groupId,
        deduplicationId,
        body,
        sentAt,
        visibleAt,
        receives,
      }),
    ),
  };
};
