import { createHash, randomUUID } from 'node:crypto';
import type { EpochSeconds } from '../../functions/core/time.ts';
import { invalidReceiptHandle, invalidValue, notInFlight } from './sqs-errors.ts';
import type { QueueSettings } from './sqs-settings.ts';

const DEDUPLICATION_SECONDS = 300;

export type NewMessage = {
  readonly body: string;
  readonly groupId: string;
  readonly deduplicationId: string;
};

export type StoredMessage = NewMessage & {
  readonly messageId: string;
  readonly sequenceNumber: string;
  readonly sentAt: EpochSeconds;
  /** Nobody receives it before: delayed, or in flight. */
  visibleAt: EpochSeconds;
  receives: number;
  /** 0: never received. */
  firstReceivedAt: EpochSeconds;
  /** Of the last receive; empty before the first. */
  receiptHandle: string;
  /** The queue that gave it up; empty when it was sent here. */
  deadFromArn: string;
};

/** A queue is a place: its functions change it. All of it is plain data, so that it can be kept. */
export type Queue = {
  readonly name: string;
  settings: QueueSettings;
  nextSequence: number;
  messages: StoredMessage[];
  /** Deduplication outlives the message: it is remembered after receive and delete. */
  accepted: {
    readonly groupId: string;
    readonly deduplicationId: string;
    readonly messageId: string;
    readonly sequenceNumber: string;
    readonly at: EpochSeconds;
  }[];
};

export const emptyQueue = (name: string, settings: QueueSettings): Queue => ({
  name,
  settings,
  nextSequence: 1,
  messages: [],
  accepted: [],
});

export const md5Of = (text: string): string => createHash('md5').update(text).digest('hex');

export const isInFlight = (message: StoredMessage, now: EpochSeconds): boolean =>
  message.receiptHandle !== '' && message.visibleAt > now;

/** A second message with an id accepted less than 5 minutes ago is answered like the first, and dropped. */
export const sendTo = (
  queue: Queue,
  message: NewMessage,
  now: EpochSeconds,
): { readonly messageId: string; readonly sequenceNumber: string } => {
  queue.accepted = queue.accepted.filter(({ at }) => now - at < DEDUPLICATION_SECONDS);
  const isScopedToGroup = queue.settings.deduplicationScope === 'messageGroup';
  const twin = queue.accepted.find(
    ({ deduplicationId, groupId }) =>
      deduplicationId === message.deduplicationId &&
      (!isScopedToGroup || groupId === message.groupId),
  );
  if (twin !== undefined) {
    return { messageId: twin.messageId, sequenceNumber: twin.sequenceNumber };
  }
  const messageId = randomUUID();
  const sequenceNumber = takeSequenceNumber(queue);
  queue.accepted.push({
    groupId: message.groupId,
    deduplicationId: message.deduplicationId,
    messageId,
    sequenceNumber,
    at: now,
  });
  queue.messages.push({
    ...message,
    messageId,
    sequenceNumber,
    sentAt: now,
    visibleAt: now + queue.settings.delaySeconds,
    receives: 0,
    firstReceivedAt: 0,
    receiptHandle: '',
    deadFromArn: '',
  });
  return { messageId, sequenceNumber };
};

type ReceiveConditions = {
  readonly limit: number;
  readonly visibilityTimeoutSeconds: number;
  readonly now: EpochSeconds;
  /** Takes a message that was received too often. */
  readonly giveUp: (message: StoredMessage) => void;
};

/** In the order sent; a group with a message in flight or delayed stays closed. */
export const receiveFrom = (
  queue: Queue,
  { limit, visibilityTimeoutSeconds, now, giveUp }: ReceiveConditions,
): readonly StoredMessage[] => {
  forgetExpired(queue, now);
  const closed = new Set<string>();
  for (const { visibleAt, groupId } of queue.messages) if (visibleAt > now) closed.add(groupId);
  const open = queue.messages.filter(({ groupId }) => !closed.has(groupId));
  if (open.length === 0) return [];
  const poison = open.filter((one) => one.receives >= queue.settings.receivesMax);
  queue.messages = queue.messages.filter((one) => !poison.includes(one));
  for (const message of poison) giveUp(message);
  const received = open.filter((one) => !poison.includes(one)).slice(0, limit);
  for (const message of received) {
    message.receives += 1;
    message.firstReceivedAt ||= now;
    message.visibleAt = now + visibilityTimeoutSeconds;
    message.receiptHandle = Buffer.from(
      JSON.stringify([queue.name, message.messageId, randomUUID()]),
    ).toString('base64');
  }
  return received;
};

/** What a dead-letter queue makes of it: the same message id and time of sending. */
export const buryIn = (queue: Queue, message: StoredMessage, fromArn: string): void => {
  queue.messages.push({
    ...message,
    sequenceNumber: takeSequenceNumber(queue),
    visibleAt: 0,
    receives: 0,
    firstReceivedAt: 0,
    receiptHandle: '',
    deadFromArn: fromArn,
  });
};

/** Deleting twice, or with the handle of an earlier receive, succeeds and does nothing. */
export const deleteFrom = (queue: Queue, handle: string, now: EpochSeconds): void => {
  const message = messageBehind(queue, handle);
  if (message === undefined || message.receiptHandle !== handle) return;
  if (!isInFlight(message, now)) {
    throw invalidValue('ReceiptHandle', handle, 'The receipt handle has expired');
  }
  queue.messages = queue.messages.filter((one) => one !== message);
};

export const changeVisibility = (
  queue: Queue,
  handle: string,
  { seconds, now }: { readonly seconds: number; readonly now: EpochSeconds },
): void => {
  const message = messageBehind(queue, handle);
  if (message?.receiptHandle !== handle || !isInFlight(message, now)) throw notInFlight();
  message.visibleAt = now + seconds;
};

/** Retention counts from the first sending, also in a dead-letter queue. */
export const forgetExpired = (queue: Queue, now: EpochSeconds): void => {
  const isKept = ({ sentAt }: StoredMessage): boolean =>
    now - sentAt < queue.settings.retentionSeconds;
  if (!queue.messages.every(isKept)) queue.messages = queue.messages.filter(isKept);
};

const takeSequenceNumber = (queue: Queue): string => {
  const sequence = queue.nextSequence;
  queue.nextSequence += 1;
  return String(18_849_000_000_000_000_000n + BigInt(sequence) * 256n);
};

const messageBehind = (queue: Queue, handle: string): StoredMessage | undefined => {
  const [name, messageId] = parseHandle(handle);
  if (name !== queue.name) throw invalidReceiptHandle(handle);
  return queue.messages.find((one) => one.messageId === messageId);
};

const parseHandle = (handle: string): readonly unknown[] => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(handle, 'base64').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch (cause) {
    if (cause instanceof SyntaxError) return [];
    throw cause;
  }
};
