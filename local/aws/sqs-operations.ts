import type { EpochSeconds } from '../../functions/core/time.ts';
import { LOCAL_ACCOUNT } from './account.ts';
import type { Fields } from './fields.ts';
import type { Operation } from './http.ts';
import { ServiceError } from './service-error.ts';
import { runBatch } from './sqs-batch.ts';
import { type Broker, declareQueue, queueNamed, queueOf } from './sqs-broker.ts';
import { batchError, queueExists } from './sqs-errors.ts';
import { MESSAGE_BYTES_MAX, MESSAGE_FIELDS, parseMessage } from './sqs-message.ts';
import { forgetExpired, isInFlight, md5Of, type Queue, sendTo } from './sqs-queue.ts';
import { receiveOperations } from './sqs-receive.ts';
import { attributesOf, checkQueueName, parseSettings, queueArn } from './sqs-settings.ts';

export const sqsOperations = (broker: Broker): Readonly<Record<string, Operation>> => ({
  ...queueOperations(broker),
  ...sendOperations(broker),
  ...receiveOperations(broker),
});

/** The same attributes again are the same queue; others are refused. */
const createQueue = (
  broker: Broker,
  name: string,
  attributes: Readonly<Record<string, string>>,
): void => {
  checkQueueName(name);
  const before = broker.queues.get(name)?.settings;
  const settings = parseSettings(attributes, (queueName) => broker.queues.has(queueName));
  if (before !== undefined && JSON.stringify(before) !== JSON.stringify(settings)) {
    throw queueExists(name);
  }
  declareQueue(broker, name, attributes);
};

const queueUrl = (origin: string, name: string): string => `${origin}/${LOCAL_ACCOUNT}/${name}`;

const queueOperations = (broker: Broker): Readonly<Record<string, Operation>> => ({
  CreateQueue: {
    takes: ['QueueName', 'Attributes'],
    run: (fields, { origin }) => {
      const name = fields.text('QueueName');
      createQueue(broker, name, fields.textMap('Attributes'));
      return { QueueUrl: queueUrl(origin, name) };
    },
  },
  GetQueueUrl: {
    takes: ['QueueName'],
    run: (fields, { origin }) => ({
      QueueUrl: queueUrl(origin, queueNamed(broker, fields.text('QueueName')).name),
    }),
  },
  GetQueueAttributes: {
    takes: ['QueueUrl', 'AttributeNames'],
    run: (fields) => {
      const wanted = fields.texts('AttributeNames');
      const shown = Object.entries(queueAttributes(queueOf(broker, fields), broker.now())).filter(
        ([name]) => wanted.includes('All') || wanted.includes(name),
      );
      return shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) };
    },
  },
});

const queueAttributes = (queue: Queue, now: EpochSeconds): Readonly<Record<string, string>> => {
  forgetExpired(queue, now);
  const inFlight = queue.messages.filter((one) => isInFlight(one, now)).length;
  const delayed = queue.messages.filter((one) => one.visibleAt > now).length - inFlight;
  return {
    ...attributesOf(queue.settings),
    QueueArn: queueArn(queue.name),
    ApproximateNumberOfMessages: String(queue.messages.length - inFlight - delayed),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
};

const sendOperations = (broker: Broker): Readonly<Record<string, Operation>> => {
  const send = (queue: Queue, fields: Fields): object => {
    const message = parseMessage(fields);
    const { messageId, sequenceNumber } = sendTo(queue, message, broker.now());
    return {
      MessageId: messageId,
      MD5OfMessageBody: md5Of(message.body),
      SequenceNumber: sequenceNumber,
    };
  };
  return {
    SendMessage: {
      takes: ['QueueUrl', ...MESSAGE_FIELDS],
      run: (fields) => send(queueOf(broker, fields), fields),
    },
    SendMessageBatch: {
      takes: ['QueueUrl', 'Entries'],
      run: (fields) => {
        const queue = queueOf(broker, fields);
        checkBatchSize(fields);
        return runBatch(fields, MESSAGE_FIELDS, (entry, position) => {
          if (broker.takeEntryFault(position)) {
            throw new ServiceError('InternalError', 'planned failure', { status: 500 });
          }
          return send(queue, entry);
        });
      },
    },
  };
};

const checkBatchSize = (fields: Fields): void => {
  const bytes = fields
    .objects('Entries')
    .reduce((sum, entry) => sum + Buffer.byteLength(entry.findText('MessageBody') ?? ''), 0);
  if (bytes <= MESSAGE_BYTES_MAX) return;
  throw batchError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${MESSAGE_BYTES_MAX} bytes. You have sent ${bytes} bytes.`,
  );
};
