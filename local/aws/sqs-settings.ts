import { LOCAL_ACCOUNT, LOCAL_REGION } from './account.ts';
import { ServiceError } from './service-error.ts';
import { invalidValue } from './sqs-errors.ts';

export type QueueSettings = {
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly delaySeconds: number;
  readonly waitSeconds: number;
  /** Where a deduplication id has to differ. */
  readonly deduplicationScope: string;
  readonly throughputLimit: string;
  /** Name of the dead-letter queue; empty without one. */
  readonly deadLetterQueue: string;
  /** Receives before a message goes there; unreachable without a dead-letter queue. */
  readonly receivesMax: number;
};

export const queueArn = (name: string): string =>
  `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;

const NAME = /^[A-Za-z0-9_-]{1,75}\.fifo$/;

/** The stand-in holds FIFO queues only: Wharfage has no other. */
export const checkQueueName = (name: string): void => {
  if (NAME.test(name)) return;
  throw invalidValue(
    'QueueName',
    name,
    'Can only include alphanumeric characters, hyphens, or underscores, at most 80 in length, and must end with .fifo',
  );
};

type Numeric = {
  readonly key: 'visibilityTimeoutSeconds' | 'retentionSeconds' | 'delaySeconds' | 'waitSeconds';
  readonly min: number;
  readonly max: number;
  readonly usual: number;
};

const NUMERIC: Readonly<Record<string, Numeric>> = {
  VisibilityTimeout: { key: 'visibilityTimeoutSeconds', min: 0, max: 43_200, usual: 30 },
  MessageRetentionPeriod: { key: 'retentionSeconds', min: 60, max: 1_209_600, usual: 345_600 },
  DelaySeconds: { key: 'delaySeconds', min: 0, max: 900, usual: 0 },
  ReceiveMessageWaitTimeSeconds: { key: 'waitSeconds', min: 0, max: 20, usual: 0 },
};

/** The values that the stand-in imitates; the first one is what a queue has unless told otherwise. */
const CHOICES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  FifoQueue: ['true'],
  ContentBasedDeduplication: ['false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
  SqsManagedSseEnabled: ['true'],
};

const RECEIVES_UNLIMITED = Number.MAX_SAFE_INTEGER;

/** `exists` says whether a dead-letter queue is there: SQS refuses one that is not. */
export const parseSettings = (
  attributes: Readonly<Record<string, string>>,
  exists: (queueName: string) => boolean,
): QueueSettings => {
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value);
  if (attributes.FifoQueue !== 'true') {
    throw invalidValue('FifoQueue', attributes.FifoQueue, 'a queue ending in .fifo needs true');
  }
  const deduplicationScope = attributes.DeduplicationScope ?? 'queue';
  const throughputLimit = attributes.FifoThroughputLimit ?? 'perQueue';
  if (throughputLimit === 'perMessageGroupId' && deduplicationScope === 'queue') {
    throw invalidValue(
      'FifoThroughputLimit',
      throughputLimit,
      'perMessageGroupId is allowed only when DeduplicationScope is messageGroup',
    );
  }
  const numbers = Object.entries(NUMERIC).map(([name, numeric]) => [
    numeric.key,
    parseNumber(name, attributes[name], numeric),
  ]);
  return {
    ...(Object.fromEntries(numbers) as Record<Numeric['key'], number>),
    deduplicationScope,
    throughputLimit,
    ...parseRedrive(attributes.RedrivePolicy, exists),
  };
};

/** As GetQueueAttributes shows them. */
export const attributesOf = (settings: QueueSettings): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(Object.entries(CHOICES).map(([name, [usual]]) => [name, usual])),
  DeduplicationScope: settings.deduplicationScope,
  FifoThroughputLimit: settings.throughputLimit,
  ...Object.fromEntries(
    Object.entries(NUMERIC).map(([name, { key }]) => [name, String(settings[key])]),
  ),
  ...(settings.deadLetterQueue === ''
    ? {}
    : {
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: queueArn(settings.deadLetterQueue),
          maxReceiveCount: settings.receivesMax,
        }),
      }),
});

const checkAttribute = (name: string, value: string): void => {
  if (name in NUMERIC || name === 'RedrivePolicy') return;
  const choices = CHOICES[name];
  if (choices === undefined) {
    throw new ServiceError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  if (choices.includes(value)) return;
  throw invalidValue(name, value, `this stand-in imitates ${choices.join(' and ')} only`);
};

const parseNumber = (name: string, text: string | undefined, { min, max, usual }: Numeric) => {
  if (text === undefined) return usual;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidValue(name, text, `must be a whole number from ${min} to ${max}`);
};

const parseRedrive = (
  text: string | undefined,
  exists: (queueName: string) => boolean,
): Pick<QueueSettings, 'deadLetterQueue' | 'receivesMax'> => {
  if (text === undefined) return { deadLetterQueue: '', receivesMax: RECEIVES_UNLIMITED };
  const { deadLetterTargetArn, maxReceiveCount } = parseRedriveJson(text);
  const deadLetterQueue = String(deadLetterTargetArn).split(':').at(-1) ?? '';
  const receivesMax = Number(maxReceiveCount);
  if (deadLetterTargetArn !== queueArn(deadLetterQueue) || !exists(deadLetterQueue)) {
    throw invalidValue('RedrivePolicy', text, 'Dead letter target does not exist');
  }
  if (!Number.isInteger(receivesMax) || receivesMax < 1 || receivesMax > 1_000) {
    throw invalidValue('RedrivePolicy', text, 'maxReceiveCount must be between 1 and 1000');
  }
  return { deadLetterQueue, receivesMax };
};

const parseRedriveJson = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return Object(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw invalidValue('RedrivePolicy', text, 'Amazon SQS cannot parse it as JSON');
  }
};
