import { SQSClient } from '@aws-sdk/client-sqs';
import { AWS_CONFIG } from './adapters/aws-config.ts';
import { systemClock } from './adapters/clock.ts';
import { emfReport } from './adapters/emf-report.ts';
import { batchHandler } from './adapters/queue-batch.ts';
import { sqsPostponement } from './adapters/sqs-postponement.ts';
import { catalog, catalogHash } from './catalog.ts';
import { parseSubject } from './core/parse-message.ts';
import { readEnv } from './env.ts';
import { syncSubjects } from './usecases/sync-subjects.ts';
import { wire } from './wiring.ts';

const env = readEnv(
  process.env,
  'STAGE',
  'STRIPE_KEY_SECRET_ARN',
  'STRIPE_LIVEMODE',
  'TABLE_NAME',
  'CUSTOMERS_QUEUE_URL',
  'POLICIES_QUEUE_URL',
);
const report = emfReport(env.STAGE, systemClock);
const deps = wire(
  { ...env, STRIPE_API_BASE: process.env.STRIPE_API_BASE },
  { catalog, catalogHash },
  report,
);
const sync = syncSubjects(deps);

export const handler = batchHandler({
  parse: parseSubject,
  handle: async (subjects) => {
    await sync(subjects);
    return { kind: 'done' };
  },
  // With five batches under way at most, Stripe's 25 requests a second and endpoint are kept.
  groupsAtOnce: 1,
  postpone: sqsPostponement(new SQSClient(AWS_CONFIG), env.CUSTOMERS_QUEUE_URL),
  report,
});
