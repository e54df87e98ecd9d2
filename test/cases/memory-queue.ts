import type { SQSRecord } from 'aws-lambda';
import { MINUTE } from '../../functions/core/time.ts';
import type { Clock, SubjectQueue } from '../../functions/ports.ts';
import { watch } from '../support/canaries.ts';

const DEDUPLICATED_SECONDS = 5 * MINUTE;
/** As the event source of the sync function. */
const BATCH_MAX = 3;
const RECEIVES_MAX = 10;

type Waiting = { readonly record: SQSRecord; readonly group: string; receives: number };

/**
 * The customers queue as we depend on it: the oldest first, so each group in order, and nothing of a
 * group that is in flight; a second message of a group with the same id is dropped for five minutes,
 * handled or not; ten failures make a dead letter.
 */
export const memoryQueue = (clock: Clock) => {
  const sentAt = new Map<string, number>();
  const deadLetters: SQSRecord[] = [];
  const waiting = new Map<string, Waiting>();
  const groupsInFlight = new Set<string>();
  let sends = 0;
  const queue = {
    isDown: false,
    deadLetters,
    sends: () => sends,
    sendSubjects: (async (subjects) => {
      if (queue.isDown) throw new Error('the queue is down');
      for (const subject of subjects) {
        const id = `${subject.id}:${subject.occasion}`;
        if (clock() < (sentAt.get(id) ?? 0) + DEDUPLICATED_SECONDS) continue;
        sentAt.set(id, clock());
        sends += 1;
        const record = recordOf(`m${sends}`, subject.id, subject);
        watch('message', 'the queue of a case', record.body);
        waiting.set(record.messageId, { record, group: subject.id, receives: 0 });
      }
    }) satisfies SubjectQueue['sendSubjects'],
    receive: (): readonly SQSRecord[] => {
      const batch: Waiting[] = [];
      for (const each of waiting.values()) {
        if (batch.length === BATCH_MAX) break;
        if (!groupsInFlight.has(each.group)) batch.push(each);
      }
      for (const each of batch) {
        groupsInFlight.add(each.group);
        each.receives += 1;
      }
      return batch.map(({ record }) => record);
    },
    /** What was received and did not fail leaves; what failed comes again, ten times at most. */
    settle: (received: readonly SQSRecord[], failedIds: readonly string[]): void => {
      for (const record of received) {
        const each = waiting.get(record.messageId);
        if (each === undefined) throw new Error(`message ${record.messageId} was not in flight`);
        groupsInFlight.delete(each.group);
        const isFailed = failedIds.includes(record.messageId);
        if (isFailed && each.receives < RECEIVES_MAX) continue;
        if (isFailed) deadLetters.push(record);
        waiting.delete(record.messageId);
      }
    },
    isEmpty: (): boolean => waiting.size === 0,
  };
  return queue;
};

export type MemoryQueue = ReturnType<typeof memoryQueue>;

const recordOf = (messageId: string, group: string, body: object): SQSRecord => ({
  messageId,
  receiptHandle: messageId,
  body: JSON.stringify(body),
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'case',
    ApproximateFirstReceiveTimestamp: '0',
    MessageGroupId: group,
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:111122223333:customers.fifo',
  awsRegion: 'eu-central-1',
});
