import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { QUICK_AWS_CONFIG } from './adapters/aws-config.ts';
import { systemClock } from './adapters/clock.ts';
import { emfReport } from './adapters/emf-report.ts';
import { secretReader } from './adapters/secret-reader.ts';
import { sqsSubjects } from './adapters/sqs-queues.ts';
import { webhookSignature } from './adapters/webhook-signature.ts';
import { readEnv, type WebhookEnv } from './env.ts';
import { functionUrl } from './http/function-url.ts';
import { webhook } from './http/webhook.ts';
import { acceptEvent } from './usecases/accept-event.ts';

const names = ['STAGE', 'STRIPE_LIVEMODE', 'STRIPE_ACCOUNT', 'WEBHOOK_SECRET_ARN'] as const;
const env: WebhookEnv = readEnv(process.env, ...names, 'CUSTOMERS_QUEUE_URL');
const clock = systemClock;
const report = emfReport(env.STAGE, clock);
const client = new SecretsManagerClient(QUICK_AWS_CONFIG);
const readSecret = secretReader({ client, clock, report }, env.WEBHOOK_SECRET_ARN);
const queue = sqsSubjects(new SQSClient(QUICK_AWS_CONFIG), env.CUSTOMERS_QUEUE_URL);
const pin = { livemode: env.STRIPE_LIVEMODE === 'true', account: env.STRIPE_ACCOUNT };
const accept = acceptEvent({ queue, report }, pin);
export const handler = functionUrl(
  webhook({ verify: webhookSignature({ readSecret, clock }), accept, report }),
);
