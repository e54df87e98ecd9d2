import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { AWS_CONFIG } from '../../functions/adapters/aws-config.ts';
import { dynamoBreaker } from '../../functions/adapters/dynamo-breaker.ts';
import { dynamoCredentials } from '../../functions/adapters/dynamo-credentials.ts';
import { dynamoCustomers } from '../../functions/adapters/dynamo-customers.ts';
import { dynamoDue } from '../../functions/adapters/dynamo-due.ts';
import { dynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { dynamoMembers } from '../../functions/adapters/dynamo-members.ts';
import { dynamoMisses } from '../../functions/adapters/dynamo-misses.ts';
import { dynamoPulls } from '../../functions/adapters/dynamo-pulls.ts';
import { dynamoReleases } from '../../functions/adapters/dynamo-releases.ts';
import { dynamoStage } from '../../functions/adapters/dynamo-stage.ts';
import { dynamoTable } from '../../functions/adapters/dynamo-table.ts';
import { createTable } from '../../local/aws/table-schema.ts';
import type { Stores } from '../../simulation/stores/stores.ts';

export type DynamoServer = {
  readonly client: DynamoDBClient;
  /** Operations sent, by name, e.g. `GetItemCommand`. */
  readonly calls: Record<string, number>;
  /** Stores over a table of their own, new for each call. */
  stores(): Promise<Stores & { readonly tableName: string }>;
  close(): Promise<void>;
};

/** DynamoDB at `endpoint`, or an embedded dynalite when there is none. */
export const dynamoServer = async (endpoint?: string): Promise<DynamoServer> => {
  const embedded = endpoint === undefined ? await startDynalite() : undefined;
  const client = new DynamoDBClient({
    ...AWS_CONFIG,
    endpoint: endpoint ?? `http://127.0.0.1:${embedded?.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const calls: Record<string, number> = {};
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        calls[commandName] = (calls[commandName] ?? 0) + 1;
        return next(args);
      },
    { step: 'finalizeRequest', priority: 'low', name: 'countCalls' },
  );
  return {
    client,
    calls,
    stores: async () => {
      const tableName = `wharfage-${crypto.randomUUID()}`;
      await createTable(client, tableName);
      for (const name of Object.keys(calls)) delete calls[name];
      return { ...dynamoStores(client, tableName), tableName };
    },
    close: async () => {
      client.destroy();
      await embedded?.close();
    },
  };
};

export const dynamoStores = (client: DynamoDBClient, tableName: string): Stores => {
  const table = dynamoTable(client, tableName);
  return {
    customers: dynamoCustomers(table),
    due: dynamoDue(table),
    members: dynamoMembers(table),
    credentials: dynamoCredentials(table),
    stage: dynamoStage(table),
    breaker: dynamoBreaker(table),
    releases: dynamoReleases(table),
    pulls: dynamoPulls(table),
    ledger: dynamoLedger(table),
    misses: dynamoMisses(table),
  };
};

const startDynalite = async () => {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: async (): Promise<void> => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
};
