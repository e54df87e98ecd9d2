import { performance } from 'node:perf_hooks';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { indexAttributesOf } from '../../functions/adapters/customer-item.ts';
import { customerKey } from '../../functions/adapters/table-keys.ts';
import { stranger } from '../../functions/core/next-customer.ts';
import { DAY } from '../../functions/core/time.ts';
import { sweepDue } from '../../functions/usecases/sweep-due.ts';
import { dynamoServer } from '../../test/support/dynamo-server.ts';
import { recordingReport, recordingSubjects } from '../../test/support/recordings.ts';
import { medianOf, printTable } from './table.ts';

const DUE = 100;
const RUNS = 5;
const NOW = 1_795_262_400;

/** One tick's look for due customers, over an embedded DynamoDB that holds more and more who are not due. */
export const benchSweep = async (sizes: readonly number[]): Promise<void> => {
  const rows = [];
  for (const size of sizes) {
    const server = await dynamoServer();
    try {
      const stores = await server.stores();
      await fill(DynamoDBDocumentClient.from(server.client), stores.tableName, size);
      const times: number[] = [];
      const before = process.memoryUsage.rss();
      let calls = 0;
      let found = 0;
      for (let run = 0; run < RUNS; run += 1) {
        const subjects = recordingSubjects();
        const callsBefore = sumOf(server.calls);
        const begin = performance.now();
        await sweepDue({
          due: stores.due,
          subjects,
          stage: stores.stage,
          clock: () => NOW,
          report: recordingReport(),
        })();
        times.push(performance.now() - begin);
        calls = sumOf(server.calls) - callsBefore;
        found = subjects.sent.length;
      }
      const grown = Math.max(0, process.memoryUsage.rss() - before) / 1_048_576;
      rows.push([size, found, calls, medianOf(times).toFixed(0), grown.toFixed(0)]);
    } finally {
      await server.close();
    }
  }
  printTable(
    `Sweep: customers due among others (median of ${RUNS})`,
    ['customers', 'due', 'DynamoDB calls', 'ms', 'memory grown, MiB'],
    rows,
  );
};

const sumOf = (calls: Readonly<Record<string, number>>): number =>
  Object.values(calls).reduce((sum, count) => sum + count, 0);

const BATCH = 25;

const fill = async (
  client: DynamoDBDocumentClient,
  tableName: string,
  size: number,
): Promise<void> => {
  for (let from = 0; from < size; from += BATCH) {
    const items = Array.from({ length: Math.min(BATCH, size - from) }, (_, index) =>
      itemOf(from + index),
    );
    await client.send(
      new BatchWriteCommand({
        RequestItems: { [tableName]: items.map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
    if (from % 10_000 === 0 && from > 0) console.error(`${from} of ${size} customers written`);
  }
};

const itemOf = (number: number): Record<string, unknown> => {
  const dueAt = number < DUE ? NOW - 60 : NOW + DAY + number;
  const customer = { ...stranger(`cus_bench${number}`), version: 1, effectsDone: 1, dueAt };
  return { ...customerKey(customer.customerId), ...customer, ...indexAttributesOf(customer) };
};
