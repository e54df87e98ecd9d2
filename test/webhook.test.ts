import { createHash } from 'node:crypto';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { scriptedAws } from './support/scripted-aws.ts';
import { CURRENT, sign, snapshot } from './support/signed-event.ts';

let isDown = false;

/** Secrets Manager and SQS, as far as the webhook calls them. */
const startAws = () =>
  scriptedAws(({ operation, input }) => {
    if (isDown) return { error: 'InternalServiceError', status: 500 };
    if (operation === 'GetSecretValue') {
      return { body: { SecretString: JSON.stringify({ current: CURRENT }) } };
    }
    const entries = input.Entries as readonly {
      readonly Id: string;
      readonly MessageBody: string;
    }[];
    const Successful = entries.map(({ Id, MessageBody }) => ({
      Id,
      MessageId: `message-${Id}`,
      MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
    }));
    return { body: { Successful, Failed: [] } };
  });

let aws: Awaited<ReturnType<typeof startAws>>;
let handler: (event: LambdaFunctionURLEvent) => Promise<{ readonly statusCode: number }>;

beforeAll(async () => {
  aws = await startAws();
  const { endpoint, region, credentials } = aws.config;
  const env = {
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    STAGE: 'test',
    STRIPE_LIVEMODE: 'true',
    STRIPE_ACCOUNT: '',
    WEBHOOK_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:111111111111:secret:webhook',
    CUSTOMERS_QUEUE_URL: `${endpoint}/111111111111/customers.fifo`,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  ({ handler } = await import('../functions/webhook.ts'));
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await aws.close();
});

const deliver = (eventId: string) => {
  const body = snapshot({ id: eventId });
  const headers = { 'stripe-signature': sign(body, CURRENT, Math.floor(Date.now() / 1_000)) };
  const requestContext = { http: { method: 'POST' } };
  return handler({ rawPath: '/', rawQueryString: '', headers, requestContext, body } as never);
};

describe('the webhook as it is deployed', () => {
  it('reads its secret once, and then makes one call for an event: the send', async () => {
    expect(await deliver('evt_1')).toMatchObject({ statusCode: 200 });
    expect(await deliver('evt_2')).toMatchObject({ statusCode: 200 });
    expect(aws.operations()).toEqual(['GetSecretValue', 'SendMessageBatch', 'SendMessageBatch']);
    const { Entries } = aws.calls.at(-1)?.input ?? {};
    const [message] = Entries as readonly Record<string, string>[];
    expect(JSON.parse(message?.MessageBody ?? '')).toEqual({
      kind: 'customer',
      id: 'cus_1',
      because: 'event',
      occasion: 'evt_2',
    });
    expect(message?.MessageGroupId).toBe('cus_1');
  });

  it('asks no more than twice for its secret, and then leaves it to Stripe to send again', async () => {
    vi.resetModules();
    ({ handler } = await import('../functions/webhook.ts'));
    aws.calls.length = 0;
    isDown = true;
    expect(await deliver('evt_3')).toMatchObject({ statusCode: 500 });
    expect(aws.operations()).toEqual(['GetSecretValue', 'GetSecretValue']);
    isDown = false;
    expect(await deliver('evt_3')).toMatchObject({ statusCode: 200 });
  });
});
