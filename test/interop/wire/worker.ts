import { SQSClient } from '@aws-sdk/client-sqs';
import type { LambdaFunctionURLEvent, SQSEvent } from 'aws-lambda';
import { handler as applyPolicy } from '../../../functions/apply-policy.ts';
import { readEnv } from '../../../functions/env.ts';
import { handler as sweep } from '../../../functions/sweep.ts';
import { handler as sync } from '../../../functions/sync.ts';
import { handler as webhook } from '../../../functions/webhook.ts';
import { movableClock } from '../../../local/clock.ts';
import { startEventSource } from '../../../local/lambda/event-source.ts';
import { startFunctionUrl } from '../../../local/lambda/function-url.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** The functions as Lambda would call them, in a process of their own that is there to be killed. */
const env = readEnv(
  process.env,
  'WIRE_OFFSET_SECONDS',
  'WIRE_POLLER_URL',
  'CUSTOMERS_QUEUE_URL',
  'POLICIES_QUEUE_URL',
);
const clock = movableClock(Number(env.WIRE_OFFSET_SECONDS));
clock.install();

const say = (message: FromWorker): void => {
  process.send?.(message);
};
const report = (message: string, error: unknown): void => {
  process.stderr.write(`${message}: ${error instanceof Error ? error.stack : String(error)}\n`);
};

// The queue's side of an event source is not a function of ours: its connection has faults of its own.
const client = new SQSClient({ maxAttempts: 1, endpoint: env.WIRE_POLLER_URL });
const source = (
  functionName: string,
  url: string,
  [batchSize, maxConcurrency]: readonly [number, number],
  handler: (event: SQSEvent) => Promise<unknown>,
) =>
  startEventSource({
    client,
    queueUrl: `${env.WIRE_POLLER_URL}${new URL(url).pathname}`,
    functionName,
    handler,
    batchSize,
    maxConcurrency,
    report,
  });

// Batch size and concurrency as in `lib/functions.ts`.
const sources = await Promise.all([
  source('sync', env.CUSTOMERS_QUEUE_URL, [3, 5], sync),
  source('apply-policy', env.POLICIES_QUEUE_URL, [6, 2], applyPolicy),
]);
const { url: webhookUrl } = await startFunctionUrl({
  functionName: 'webhook',
  handler: (event: LambdaFunctionURLEvent) => webhook(event),
  now: clock.now,
  report,
});

const obey = async (message: ToWorker): Promise<void> => {
  switch (message.kind) {
    case 'clock':
      clock.advance(Math.max(0, message.offsetSeconds - clock.offsetSeconds()));
      return;
    case 'ask':
      say({
        kind: 'answer',
        id: message.id,
        running: sources.reduce((sum, each) => sum + each.running(), 0),
      });
      return;
    case 'sweep':
      try {
        await sweep();
      } catch (error) {
        report('the sweep failed', error);
      }
      say({ kind: 'answer', id: message.id, running: 0 });
  }
};

process.on('message', (message: ToWorker) => void obey(message));
// Nobody is left to work for.
process.on('disconnect', () => process.exit());
say({ kind: 'ready', webhookUrl });
