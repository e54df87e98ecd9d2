import { ServiceError } from './service-error.ts';

const OLD_PREFIX = 'AWS.SimpleQueueService.';

export const missingParameter = (name: string): ServiceError =>
  new ServiceError(
    'MissingRequiredParameterException',
    `The request must contain the parameter ${name}.`,
    { queryCode: 'MissingParameter' },
  );

export const invalidValue = (name: string, value: unknown, reason: string): ServiceError =>
  new ServiceError(
    'InvalidParameterValueException',
    `Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}.`,
    { queryCode: 'InvalidParameterValue' },
  );

export const queueDoesNotExist = (): ServiceError =>
  new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.', {
    queryCode: `${OLD_PREFIX}NonExistentQueue`,
  });

export const queueExists = (name: string): ServiceError =>
  new ServiceError(
    'QueueNameExists',
    `A queue named ${name} already exists with different attributes.`,
    { queryCode: 'QueueAlreadyExists' },
  );

export const invalidReceiptHandle = (handle: string): ServiceError =>
  new ServiceError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
    { status: 404 },
  );

export const notInFlight = (): ServiceError =>
  new ServiceError('MessageNotInflight', 'The message referred to is not in flight.', {
    queryCode: `${OLD_PREFIX}MessageNotInflight`,
  });

export const batchError = (code: string, message: string): ServiceError =>
  new ServiceError(code, message, { queryCode: `${OLD_PREFIX}${code}` });
