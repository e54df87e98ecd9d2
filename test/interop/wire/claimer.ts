import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AWS_CONFIG } from '../../../functions/adapters/aws-config.ts';
import { systemClock } from '../../../functions/adapters/clock.ts';
import { dynamoCredentials } from '../../../functions/adapters/dynamo-credentials.ts';
import { dynamoTable } from '../../../functions/adapters/dynamo-table.ts';
import { emfReport } from '../../../functions/adapters/emf-report.ts';
import { sealedSecrets } from '../../../functions/adapters/sealed-secrets.ts';
import { readEnv } from '../../../functions/env.ts';
import { claimCredential } from '../../../functions/usecases/claim-credential.ts';

/** As `wharfage credential claim` does it; the outcome is what its last line says. */
const env = readEnv(process.env, 'STAGE', 'TABLE_NAME', 'WIRE_CUSTOMER');
const outcome = await claimCredential({
  credentials: dynamoCredentials(dynamoTable(new DynamoDBClient(AWS_CONFIG), env.TABLE_NAME)),
  secrets: sealedSecrets(new SecretsManagerClient(AWS_CONFIG), env.STAGE),
  report: emfReport(env.STAGE, systemClock),
  clock: systemClock,
})({ customerId: env.WIRE_CUSTOMER });
process.stdout.write(`${JSON.stringify(outcome)}\n`);
