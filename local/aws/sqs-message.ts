import type { Fields } from './fields.ts';
import { invalidValue, missingParameter } from './sqs-errors.ts';
import { md5Of, type NewMessage, type StoredMessage } from './sqs-queue.ts';

/** Of one message, and of all messages of one batch together. */
export const MESSAGE_BYTES_MAX = 262_144;

const ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** XML's characters: the rest is refused, although the protocol is JSON. */
const BODY = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+$/u;

/** A message as SendMessage takes it; the queue has no content-based deduplication. */
export const parseMessage = (fields: Fields): NewMessage => {
  const body = fields.text('MessageBody');
  if (fields.findNumber('DelaySeconds') !== undefined) {
    throw invalidValue(
      'DelaySeconds',
      fields.findNumber('DelaySeconds'),
      'The request include parameter that is not valid for this queue type',
    );
  }
  const groupId = fields.findText('MessageGroupId');
  if (groupId === undefined) throw missingParameter('MessageGroupId');
  const deduplicationId = fields.findText('MessageDeduplicationId');
  if (deduplicationId === undefined) {
    throw invalidValue(
      'MessageDeduplicationId',
      deduplicationId,
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  checkId('MessageGroupId', groupId);
  checkId('MessageDeduplicationId', deduplicationId);
  checkBody(body);
  return { body, groupId, deduplicationId };
};

export const MESSAGE_FIELDS = [
  'MessageBody',
  'MessageGroupId',
  'MessageDeduplicationId',
  'DelaySeconds',
] as const;

/** As ReceiveMessage shows it, with the attributes asked for. */
export const receivedMessage = (message: StoredMessage, wanted: readonly string[]): object => {
  const attributes: Readonly<Record<string, string>> = {
    ApproximateReceiveCount: String(message.receives),
    SentTimestamp: String(message.sentAt * 1_000),
    SenderId: 'AIDALOCALWHARFAGE',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt * 1_000),
    SequenceNumber: message.sequenceNumber,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    ...(message.deadFromArn === '' ? {} : { DeadLetterQueueSourceArn: message.deadFromArn }),
  };
  const shown = Object.entries(attributes).filter(
    ([name]) => wanted.includes('All') || wanted.includes(name),
  );
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5Of(message.body),
    Body: message.body,
    ...(shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) }),
  };
};

const checkId = (name: string, id: string): void => {
  if (ID.test(id)) return;
  throw invalidValue(
    name,
    id,
    `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length`,
  );
};

const checkBody = (body: string): void => {
  if (body === '') throw missingParameter('MessageBody');
  if (!BODY.test(body)) {
    throw invalidValue('MessageBody', '(not shown)', 'it has characters outside of XML’s set');
  }
  if (Buffer.byteLength(body) > MESSAGE_BYTES_MAX) {
    throw invalidValue(
      'MessageBody',
      '(not shown)',
      `Message must be shorter than ${MESSAGE_BYTES_MAX} bytes`,
    );
  }
};
