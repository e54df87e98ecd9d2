import { setTimeout as sleep } from 'node:timers/promises';
import type { Fields } from './fields.ts';
import type { Call, Operation } from './http.ts';
import { runBatch } from './sqs-batch.ts';
import { type Broker, queueNamed, queueOf } from './sqs-broker.ts';
import { invalidValue, missingParameter } from './sqs-errors.ts';
import { receivedMessage } from './sqs-message.ts';
import {
  buryIn,
  changeVisibility,
  deleteFrom,
  type Queue,
  receiveFrom,
  type StoredMessage,
} from './sqs-queue.ts';
import { queueArn } from './sqs-settings.ts';

const VISIBILITY_SECONDS_MAX = 43_200;
const WAIT_SECONDS_MAX = 20;
const RECEIVE_MAX = 10;
/** How often a waiting receive looks again, in real time. */
const LOOK_MILLISECONDS = 20;

export const receiveOperations = (broker: Broker): Readonly<Record<string, Operation>> => {
  const remove = (queue: Queue, fields: Fields): object => {
    deleteFrom(queue, fields.text('ReceiptHandle'), broker.now());
    return {};
  };
  const change = (queue: Queue, fields: Fields): object => {
    const seconds = wholeNumber(fields, 'VisibilityTimeout', [0, VISIBILITY_SECONDS_MAX]);
    if (seconds === undefined) throw missingParameter('VisibilityTimeout');
    changeVisibility(queue, fields.text('ReceiptHandle'), { seconds, now: broker.now() });
    return {};
  };
  const batched = (
    takes: readonly string[],
    run: (queue: Queue, entry: Fields) => object,
  ): Operation => ({
    takes: ['QueueUrl', 'Entries'],
    run: (fields) => {
      const queue = queueOf(broker, fields);
      return runBatch(fields, takes, (entry) => run(queue, entry));
    },
  });
  return {
    ReceiveMessage: {
      takes: [
        'QueueUrl',
        'MaxNumberOfMessages',
        'VisibilityTimeout',
        'WaitTimeSeconds',
        'AttributeNames',
        'MessageSystemAttributeNames',
        'MessageAttributeNames',
      ],
      run: (fields, call) => receive(broker, fields, call),
    },
    DeleteMessage: {
      takes: ['QueueUrl', 'ReceiptHandle'],
      run: (fields) => remove(queueOf(broker, fields), fields),
    },
    DeleteMessageBatch: batched(['ReceiptHandle'], remove),
    ChangeMessageVisibility: {
      takes: ['QueueUrl', 'ReceiptHandle', 'VisibilityTimeout'],
      run: (fields) => change(queueOf(broker, fields), fields),
    },
    ChangeMessageVisibilityBatch: batched(['ReceiptHandle', 'VisibilityTimeout'], change),
  };
};

/** Waits in real time: the clock of the stand-in may stand still or leap. */
const receive = async (broker: Broker, fields: Fields, { gone }: Call): Promise<object> => {
  const queue = queueOf(broker, fields);
  const limit = wholeNumber(fields, 'MaxNumberOfMessages', [1, RECEIVE_MAX]) ?? 1;
  const visibilityTimeoutSeconds =
    wholeNumber(fields, 'VisibilityTimeout', [0, VISIBILITY_SECONDS_MAX]) ??
    queue.settings.visibilityTimeoutSeconds;
  const waitSeconds =
    wholeNumber(fields, 'WaitTimeSeconds', [0, WAIT_SECONDS_MAX]) ?? queue.settings.waitSeconds;
  const wanted = [
    ...fields.texts('AttributeNames'),
    ...fields.texts('MessageSystemAttributeNames'),
  ];
  const giveUp = (message: StoredMessage): void =>
    buryIn(queueNamed(broker, queue.settings.deadLetterQueue), message, queueArn(queue.name));
  const looks = 1 + Math.ceil((waitSeconds * 1_000) / LOOK_MILLISECONDS);
  for (let look = 0; look < looks && !gone.aborted; look += 1) {
    if (look > 0) await sleep(LOOK_MILLISECONDS);
    const conditions = { limit, visibilityTimeoutSeconds, now: broker.now(), giveUp };
    const messages = receiveFrom(queue, conditions);
    if (messages.length > 0) {
      return { Messages: messages.map((message) => receivedMessage(message, wanted)) };
    }
  }
  return {};
};

const wholeNumber = (
  fields: Fields,
  name: string,
  [min, max]: readonly [number, number],
): number | undefined => {
  const value = fields.findNumber(name);
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) {
    return value;
  }
  throw invalidValue(name, value, `must be between ${min} and ${max}`);
};
