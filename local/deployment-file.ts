import { rm } from 'node:fs/promises';
import type { LocalDeployment } from '../bin/local-deployment.ts';
import { replaceFile } from './kept-state.ts';
import {
  PROBE_REPOSITORY,
  QUEUES,
  STAGE,
  STRIPE_KEY_SECRET,
  TABLE_NAME,
  WEBHOOK_SECRET,
} from './names.ts';
import type { System } from './system.ts';

export type DeploymentFile = {
  /** Again whenever the clock was moved. */
  write(): Promise<void>;
  /** Without it the operator's command says that nothing is running. */
  remove(): Promise<void>;
};

/** For `npx wharfage … --local`: where the parts of this start are, which differs each time. */
export const deploymentFile = (
  path: string,
  system: Pick<System, 'farEnds' | 'clock' | 'registry'>,
  page: LocalDeployment['page'],
): DeploymentFile => ({
  write: () => replaceFile(path, `${JSON.stringify({ ...deploymentOf(system), page }, null, 2)}\n`),
  remove: () => rm(path, { force: true }),
});

const STRIPE = 'https://api.stripe.com';

const deploymentOf = ({
  farEnds,
  clock,
  registry,
}: Pick<System, 'farEnds' | 'clock' | 'registry'>): LocalDeployment => {
  const { sqs, secrets, table, ecr, stripe } = farEnds;
  return {
    stage: STAGE,
    livemode: false,
    tableName: TABLE_NAME,
    customersQueueUrl: sqs.queueUrl(QUEUES.customers),
    policiesQueueUrl: sqs.queueUrl(QUEUES.policies),
    stripeKeySecretArn: secrets.arnOf(STRIPE_KEY_SECRET) ?? '',
    webhookSecretArn: secrets.arnOf(WEBHOOK_SECRET) ?? '',
    probeRepository: PROBE_REPOSITORY,
    partition: 'aws',
    registry: new URL(registry.origin).host,
    clockOffsetSeconds: clock.offsetSeconds(),
    endpoints: {
      dynamodb: table.url,
      sqs: sqs.url,
      ecr: ecr.url,
      secretsManager: secrets.url,
      stripe: stripe?.url ?? STRIPE,
    },
  };
};
