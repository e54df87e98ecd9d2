import { DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../functions/core/time.ts';
import { QUEUES } from '../../local/names.ts';
import { type LocalSystem, localSystem, TICK_SECONDS } from '../support/local-system.ts';

const BROKEN = {
  kind: 'refuse',
  code: 'InternalServiceError',
  status: 400,
  message: 'not retried by the SDK',
} as const;
const ATTEMPTS = 3;
const RECEIVES_MAX = 10;
/** The waits between receives are half an hour at most. */
const LOOKS_MAX = 30;

let system: LocalSystem;
beforeAll(async () => {
  system = await localSystem();
});
afterAll(async () => {
  await system.close();
});

/** What the webhook answered to each attempt after the first `length` of them. */
const answersSince = (length: number): readonly number[] =>
  system.stripe.delivery
    .log()
    .slice(length)
    .map(({ status }) => status);

const isDone = async (customerId: string): Promise<boolean> => {
  const { version, effectsDone } = await system.findCustomer(customerId);
  return version === effectsDone;
};

it('a queue that takes no message makes a 5xx, and Stripe brings the event again', async () => {
  const before = system.stripe.delivery.log().length;
  system.sqs.fail('SendMessageBatch', 6, { kind: 'drop' });
  system.subscribe('cus_Lost', '');
  await system.settle();
  expect(answersSince(before)).toEqual([500, 500, 500]);
  expect(await system.stores.customers.findCustomer('cus_Lost')).toBeUndefined();
  await system.live(TICK_SECONDS);
  expect(answersSince(before)).toEqual([500, 500, 500, 200, 200, 200]);
  expect(await system.openTo('cus_Lost')).toEqual(['app']);
});

it('a queue that took the message and never said so makes a 5xx; the second copy changes nothing', async () => {
  const before = system.stripe.delivery.log().length;
  system.sqs.fail('SendMessageBatch', 6, { kind: 'do_then_drop' });
  system.subscribe('cus_Unanswered', '');
  await system.settle();
  expect(answersSince(before)).toEqual([500, 500, 500]);
  expect(await system.openTo('cus_Unanswered')).toEqual(['app']);
  await system.live(TICK_SECONDS);
  expect(answersSince(before)).toEqual([500, 500, 500, 200, 200, 200]);
  expect(await system.stores.customers.listAudit('cus_Unanswered')).toHaveLength(1);
});

it('a queue that answers too late makes a 5xx, and Stripe brings the event again', async () => {
  const before = system.stripe.delivery.log().length;
  system.world.createCustomer({ id: 'cus_Late' });
  await system.settle();
  system.sqs.setLatency(2_500);
  system.world.updateCustomer('cus_Late', { name: 'Late' });
  await system.stripe.delivery.flush();
  system.sqs.setLatency(0);
  expect(answersSince(before)).toEqual([500]);
  await system.live(TICK_SECONDS);
  expect(answersSince(before)).toEqual([500, 200]);
});

it('a sync that cannot mint a credential opens all the same, and is completed by the next message', async () => {
  system.secrets.fail('CreateSecret', 1, BROKEN);
  system.subscribe('cus_Midway', '111122223333');
  await system.settle();
  expect(await system.openTo('cus_Midway')).toEqual(['app']);
  expect(await isDone('cus_Midway')).toBe(false);
  expect(system.allowed('acme/app')).toEqual(['111122223333']);
  await system.live(15 * MINUTE);
  expect(await isDone('cus_Midway')).toBe(true);
  expect(await system.stores.credentials.listCredentials('cus_Midway')).toHaveLength(1);
  expect(system.allowed('acme/app')).toEqual(['111122223333']);
});

it('a secret that was made without an answer, and then scheduled for deletion by hand, is restored and used', async () => {
  const before = system.secrets.names();
  system.secrets.fail('CreateSecret', ATTEMPTS, { kind: 'do_then_drop' });
  system.subscribe('cus_Sealed', '');
  await system.settle();
  const [name, ...others] = system.secrets.names().filter((each) => !before.includes(each));
  expect(others).toEqual([]);
  await scheduleDeletion(name ?? '');
  expect(system.secrets.names()).toEqual(before);
  await system.live(15 * MINUTE);
  expect(system.secrets.names()).toContain(name);
  const credentials = await system.stores.credentials.listCredentials('cus_Sealed');
  expect(credentials.map(({ credentialId }) => `wharfage/local/${credentialId}`)).toEqual([name]);
});

it('a message that fails ten times is a dead letter, where the alarm counts it, and the sweep does its work', async () => {
  const queue = QUEUES.customers;
  // Every run tries once.
  system.secrets.fail('CreateSecret', RECEIVES_MAX, BROKEN);
  system.subscribe('cus_Poison', '');
  await system.settle();
  for (let look = 0; look < LOOKS_MAX && system.sqs.deadLetters(queue).length === 0; look += 1) {
    expect(await isDone('cus_Poison')).toBe(false);
    await system.live(HOUR / 2);
  }
  const dead = system.sqs.deadLetters(queue).map(({ groupId }) => groupId);
  expect(new Set(dead)).toEqual(new Set(['cus_Poison']));
  expect(await deadLettersSeenByTheAlarm()).toBe(dead.length);
  await system.live(HOUR);
  expect(await isDone('cus_Poison')).toBe(true);
  expect(await system.stores.credentials.listCredentials('cus_Poison')).toHaveLength(1);
});

/** What somebody does in the console. */
const scheduleDeletion = async (name: string): Promise<void> => {
  const client = new SecretsManagerClient({});
  await client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
  client.destroy();
};

/** The attribute behind ApproximateNumberOfMessagesVisible. */
const deadLettersSeenByTheAlarm = async (): Promise<number> => {
  const client = new SQSClient({});
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: system.sqs.queueUrl(QUEUES.customers.replace('.fifo', '-dead.fifo')),
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  client.destroy();
  return Number(Attributes.ApproximateNumberOfMessages);
};
