/**
 * DynamoDB is not ours to imitate: this starts the embedded dynalite 4, which knows conditional writes, sparse
 * indexes, Query, Scan and BatchGetItem; it has no transactions, ignores ReturnValuesOnConditionCheckFailure [V: its
 * source] and does not know UpdateTimeToLive [V: its list of operations]. So that what TTL collects on AWS is
 * collected here too, `collectExpired` does it on request; on AWS it takes days, and nothing may rely on it [V].
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { EpochSeconds } from '../../functions/core/time.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './account.ts';
import { closeServer, listenOn } from './listen.ts';
import { collectExpired, createTable } from './table-schema.ts';

export type TableStandIn = {
  readonly url: string;
  readonly tableName: string;
  /** Deletes items whose `expiresAt` has passed, and answers how many. */
  collectExpired(now: EpochSeconds): Promise<number>;
  close(): Promise<void>;
};

export type TableOptions = {
  readonly tableName: string;
  /** Directory to keep the items in; without one they are gone at `close`. */
  readonly path?: string;
  readonly port?: number;
};

/** Resolves when the table is there, ACTIVE, with what an earlier start left in it. */
export const startTable = async ({
  tableName,
  path,
  port = 0,
}: TableOptions): Promise<TableStandIn> => {
  const server = dynalite({ createTableMs: 0, ...(path === undefined ? {} : { path }) });
  const url = await listenOn(server, port);
  const client = new DynamoDBClient({
    endpoint: url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  await createTable(client, tableName);
  return {
    url,
    tableName,
    collectExpired: (now) => collectExpired(client, tableName, now),
    close: async () => {
      client.destroy();
      await closeServer(server);
    },
  };
};
