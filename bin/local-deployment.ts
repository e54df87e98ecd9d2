import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fieldOf, textField } from '../functions/core/field.ts';
import type { Deployment } from './deployment.ts';

/** What `npm start` writes for the command, and keeps up to date while its clock is moved. */
export type LocalDeployment = Deployment & {
  readonly probeRepository: string;
  readonly partition: string;
  /** How far the local system's clock is ahead of the machine's. */
  readonly clockOffsetSeconds: number;
  /** The local page, and what whoever may read this file shows it: only they make it read files. */
  readonly page?: { readonly url: string; readonly key: string };
  readonly endpoints: {
    readonly dynamodb: string;
    readonly sqs: string;
    readonly ecr: string;
    readonly secretsManager: string;
    readonly stripe: string;
  };
};

/** In the checkout, wherever the command is run from. */
const LOCAL_FILE = fileURLToPath(new URL('../.wharfage/local.json', import.meta.url));

const NAMES = [
  'stage',
  'tableName',
  'customersQueueUrl',
  'policiesQueueUrl',
  'stripeKeySecretArn',
  'webhookSecretArn',
  'probeRepository',
  'partition',
] as const;
const ENDPOINTS = ['dynamodb', 'sqs', 'ecr', 'secretsManager', 'stripe'] as const;

/** The system that `npm start` runs on this machine. */
export const readLocalDeployment = (file: string = LOCAL_FILE): LocalDeployment => {
  const value = parseFile(file);
  const wrong = [
    ...NAMES.filter((name) => textField(value, name) === undefined),
    ...ENDPOINTS.filter((name) => textField(fieldOf(value, 'endpoints'), name) === undefined).map(
      (name) => `endpoints.${name}`,
    ),
    ...(typeof fieldOf(value, 'livemode') === 'boolean' ? [] : ['livemode']),
    ...(Number.isInteger(fieldOf(value, 'clockOffsetSeconds')) ? [] : ['clockOffsetSeconds']),
  ];
  if (wrong.length > 0) {
    throw new Error(`${file} lacks ${wrong.join(', ')}: start the local system again, npm start`);
  }
  return value as LocalDeployment;
};

const parseFile = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} cannot be read: is the local system running (npm start)?`, { cause });
  }
};

/**
 * The SDK's own variables lead the adapters to the local system, as they do inside it. A profile would
 * go before these keys: the operator's real credentials have no business here.
 */
export const enterLocal = (env: NodeJS.ProcessEnv, { endpoints }: LocalDeployment): void => {
  delete env.AWS_PROFILE;
  delete env.AWS_SESSION_TOKEN;
  Object.assign(env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_ECR: endpoints.ecr,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
    STRIPE_API_BASE: endpoints.stripe,
  });
};

export const deploymentOfLocal = (local: LocalDeployment): Deployment => ({
  stage: local.stage,
  livemode: local.livemode,
  tableName: local.tableName,
  customersQueueUrl: local.customersQueueUrl,
  policiesQueueUrl: local.policiesQueueUrl,
  stripeKeySecretArn: local.stripeKeySecretArn,
  webhookSecretArn: local.webhookSecretArn,
  ...(local.registry === undefined ? {} : { registry: local.registry }),
});
