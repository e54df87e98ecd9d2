import type { EpochSeconds } from '../../functions/core/time.ts';
import type { Fields } from './fields.ts';
import { queueDoesNotExist } from './sqs-errors.ts';
import { emptyQueue, type Queue } from './sqs-queue.ts';
import { checkQueueName, parseSettings } from './sqs-settings.ts';

export type Broker = {
  readonly queues: Map<string, Queue>;
  readonly now: () => EpochSeconds;
  /** Fails one entry of a batch, once per plan. */
  readonly takeEntryFault: (position: number) => boolean;
};

/** Makes the queue, or gives an existing one these attributes, as a deployment would. */
export const declareQueue = (
  { queues }: Pick<Broker, 'queues'>,
  name: string,
  attributes: Readonly<Record<string, string>>,
): void => {
  checkQueueName(name);
  const settings = parseSettings(attributes, (queueName) => queues.has(queueName));
  const existing = queues.get(name);
  if (existing === undefined) queues.set(name, emptyQueue(name, settings));
  else existing.settings = settings;
};

export const queueNamed = ({ queues }: Broker, name: string): Queue => {
  const queue = queues.get(name);
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
};

/** Only the path counts, so that a queue outlives a change of port. */
export const queueOf = (broker: Broker, fields: Fields): Queue =>
  queueNamed(broker, fields.text('QueueUrl').split('/').at(-1) ?? '');
