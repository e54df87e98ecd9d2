import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { AWS_CONFIG } from '../functions/adapters/aws-config.ts';
import { dynamoCredentials } from '../functions/adapters/dynamo-credentials.ts';
import { dynamoCustomers } from '../functions/adapters/dynamo-customers.ts';
import { dynamoDue } from '../functions/adapters/dynamo-due.ts';
import { dynamoLedger } from '../functions/adapters/dynamo-ledger.ts';
import { dynamoMembers } from '../functions/adapters/dynamo-members.ts';
import { dynamoStage } from '../functions/adapters/dynamo-stage.ts';
import { dynamoTable } from '../functions/adapters/dynamo-table.ts';
import type {
  CredentialStore,
  CustomerStore,
  DueIndex,
  Ledger,
  MemberStore,
  StageStore,
} from '../functions/ports.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './aws/account.ts';

/** What the page looks at: the table as the functions see it, through the same adapters. */
export type LocalStores = {
  readonly customers: CustomerStore;
  readonly credentials: CredentialStore;
  readonly members: MemberStore;
  readonly due: DueIndex;
  readonly stage: StageStore;
  readonly ledger: Ledger;
  close(): void;
};

export const localStores = ({
  url,
  tableName,
}: {
  readonly url: string;
  readonly tableName: string;
}): LocalStores => {
  const client = new DynamoDBClient({
    ...AWS_CONFIG,
    endpoint: url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const table = dynamoTable(client, tableName);
  return {
    customers: dynamoCustomers(table),
    credentials: dynamoCredentials(table),
    members: dynamoMembers(table),
    due: dynamoDue(table),
    stage: dynamoStage(table),
    ledger: dynamoLedger(table),
    close: () => client.destroy(),
  };
};
