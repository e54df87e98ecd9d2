import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AWS_CONFIG } from './adapters/aws-config.ts';
import { systemClock as clock } from './adapters/clock.ts';
import { dynamoMembers } from './adapters/dynamo-members.ts';
import { dynamoTable } from './adapters/dynamo-table.ts';
import { ecrPolicies } from './adapters/ecr-policies.ts';
import { emfReport } from './adapters/emf-report.ts';
import { batchHandler } from './adapters/queue-batch.ts';
import { sqsPostponement } from './adapters/sqs-postponement.ts';
import { catalog } from './catalog.ts';
import { parsePolicyMessage } from './core/parse-message.ts';
import { readEnv } from './env.ts';
import { applyPolicies } from './usecases/apply-policies.ts';

const env = readEnv(
  process.env,
  'STAGE',
  'TABLE_NAME',
  'POLICIES_QUEUE_URL',
  'PROBE_REPOSITORY',
  'PARTITION',
);
const report = emfReport(env.STAGE, clock);
const members = dynamoMembers(dynamoTable(new DynamoDBClient(AWS_CONFIG), env.TABLE_NAME));
const policies = ecrPolicies(new ECRClient(AWS_CONFIG));

export const handler = batchHandler({
  parse: parsePolicyMessage,
  handle: applyPolicies(
    { members, policies, report, clock },
    {
      stage: env.STAGE,
      partition: env.PARTITION,
      probeRepository: env.PROBE_REPOSITORY,
      catalog,
    },
  ),
  groupsAtOnce: 3,
  postpone: sqsPostponement(new SQSClient(AWS_CONFIG), env.POLICIES_QUEUE_URL),
  report,
});
