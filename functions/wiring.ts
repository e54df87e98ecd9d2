import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AWS_CONFIG } from './adapters/aws-config.ts';
import { systemClock } from './adapters/clock.ts';
import { credentialMint } from './adapters/credential-mint.ts';
import { dynamoBreaker } from './adapters/dynamo-breaker.ts';
import { dynamoCredentials } from './adapters/dynamo-credentials.ts';
import { dynamoCustomers } from './adapters/dynamo-customers.ts';
import { dynamoDue } from './adapters/dynamo-due.ts';
import { dynamoMembers } from './adapters/dynamo-members.ts';
import { dynamoStage } from './adapters/dynamo-stage.ts';
import { dynamoTable } from './adapters/dynamo-table.ts';
import { sealedSecrets } from './adapters/sealed-secrets.ts';
import { secretReader } from './adapters/secret-reader.ts';
import { sqsPolicies, sqsSubjects } from './adapters/sqs-queues.ts';
import { stripeBilling } from './adapters/stripe-billing.ts';
import type { Catalog } from './core/catalog.ts';
import type { SyncEnv } from './env.ts';
import type { Report } from './ports.ts';
import { currentCatalogs } from './usecases/current-catalogs.ts';
import type { SweepDeps } from './usecases/sweep.ts';
import type { SubjectDeps } from './usecases/sync-subjects.ts';

type Bundle = { readonly catalog: Catalog; readonly catalogHash: string };

/** The real far ends of everything that a sync or a sweep needs. The operator's command uses them too. */
export const wire = (
  env: SyncEnv & { readonly STRIPE_API_BASE: string | undefined },
  { catalog, catalogHash }: Bundle,
  report: Report,
): SubjectDeps & SweepDeps => {
  const clock = systemClock;
  const secretsManager = new SecretsManagerClient(AWS_CONFIG);
  const sqs = new SQSClient(AWS_CONFIG);
  const table = dynamoTable(new DynamoDBClient(AWS_CONFIG), env.TABLE_NAME);
  const stage = dynamoStage(table);
  const catalogs = currentCatalogs({ stage, clock }, catalog, catalogHash);
  return {
    billing: stripeBilling({
      readKey: secretReader({ client: secretsManager, clock, report }, env.STRIPE_KEY_SECRET_ARN),
      livemode: env.STRIPE_LIVEMODE === 'true',
      apiBase: env.STRIPE_API_BASE,
      catalogs,
      clock,
      report,
    }),
    customers: dynamoCustomers(table),
    due: dynamoDue(table),
    members: dynamoMembers(table),
    credentials: dynamoCredentials(table),
    breaker: dynamoBreaker(table),
    stage,
    secrets: sealedSecrets(secretsManager, env.STAGE),
    mint: credentialMint,
    subjects: sqsSubjects(sqs, env.CUSTOMERS_QUEUE_URL),
    policies: sqsPolicies(sqs, env.POLICIES_QUEUE_URL),
    catalogs,
    report,
    clock,
  };
};
