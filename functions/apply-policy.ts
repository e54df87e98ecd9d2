import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AWS_CONFIG } from './adapters/aws-config.ts';
import { systemClock as clock } from './adapters/clock.ts';
import { dynamoMembers } from './adapters/dynamo-members.ts';
import { dynamoStage } from './adapters/dynamo-stage.ts';
import { dynamoTable } from './adapters/dynamo-table.ts';
import { ecrPolicies } from './adapters/ecr-policies.ts';
import { emfReport } from './adapters/emf-report.ts';
import { batchHandler } from './adapters/queue-batch.ts';
import { sqsPostponement } from './adapters/sqs-postponement.ts';
import { catalog, catalogHash } from './catalog.ts';
import { parsePolicyMessage } from './core/parse-message.ts';
import { readEnv } from './env.ts';
import { applyPolicies } from './usecases/apply-policies.ts';
import { currentCatalogs } from './usecases/current-catalogs.ts';

const env = readEnv(
  process.env,
  'STAGE',
  'TABLE_NAME',
  'POLICIES_QUEUE_URL',
  'PROBE_REPOSITORY',
  'PARTITION',
);
const report = emfReport(env.STAGE, clock);
const table = dynamoTable(new DynamoDBClient(AWS_CONFIG), env.TABLE_NAME);
const members = dynamoMembers(table);
const catalogs = currentCatalogs({ stage: dynamoStage(table), clock }, catalog, catalogHash);
const policies = ecrPolicies(new ECRClient(AWS_CONFIG));

export const handler = batchHandler({
  parse: parsePolicyMessage,
  handle: applyPolicies(
    { members, policies, report, clock },
    {
      stage: env.STAGE,
      partition: env.PARTITION,
      probeRepository: env.PROBE_REPOSITORY,
      catalogs,
    },
  ),
  groupsAtOnce: 3,
  postpone: sqsPostponement(new SQSClient(AWS_CONFIG), env.POLICIES_QUEUE_URL),
  report,
});
