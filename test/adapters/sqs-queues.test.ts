import { createHash } from 'node:crypto';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, it } from 'vitest';
import { sqsPostponement } from '../../functions/adapters/sqs-postponement.ts';
import { sqsPolicies, sqsSubjects } from '../../functions/adapters/sqs-queues.ts';
import type { Subject } from '../../functions/core/subject.ts';
import { type Answer, type Call, type ScriptedAws, scriptedAws } from '../support/scripted-aws.ts';

const URL = 'https://sqs.us-east-1.amazonaws.com/111122223333/customers.fifo';
let aws: ScriptedAws | undefined;
afterEach(async () => aws?.close());

type Entry = {
  Id: string;
  MessageBody: string;
  MessageGroupId: string;
  MessageDeduplicationId: string;
};
const entriesOf = (call: Call | undefined): Entry[] => (call?.input.Entries ?? []) as Entry[];
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** SQS that refuses the entries for which `refuses` says so. */
const sqsThat = async (refuses: (body: string, call: number) => boolean = () => false) => {
  const server = await scriptedAws((call, index): Answer => {
    const entries = entriesOf(call);
    const isRefused = ({ MessageBody }: Entry) => refuses(MessageBody, index);
    return {
      body: {
        Successful: entries
          .filter((entry) => !isRefused(entry))
          .map(({ Id, MessageBody = '' }) => ({
            Id,
            MessageId: `m${Id}`,
            MD5OfMessageBody: md5(MessageBody),
          })),
        Failed: entries
          .filter(isRefused)
          .map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })),
      },
    };
  });
  aws = server;
  return { client: new SQSClient(server.config), calls: server.calls };
};

const subject = (given: Partial<Subject> = {}): Subject => ({
  kind: 'customer',
  id: 'cus_Nova',
  because: 'event',
  occasion: 'evt_1',
  ...given,
});

it('sends one subject in one call, in the group of its customer', async () => {
  const { client, calls } = await sqsThat();
  await sqsSubjects(client, URL).sendSubjects([subject()]);
  expect(calls).toStrictEqual([
    {
      operation: 'SendMessageBatch',
      input: {
        QueueUrl: URL,
        Entries: [
          {
            Id: '0',
            MessageBody: JSON.stringify(subject()),
            MessageGroupId: 'cus_Nova',
            MessageDeduplicationId: 'cus_Nova:evt_1',
          },
        ],
      },
    },
  ]);
});

it('sends a policy message in the group of its repository', async () => {
  const { client, calls } = await sqsThat();
  const message = { repository: 'acme/app', occasion: 'acme/app:cus_Nova:7' };
  await sqsPolicies(client, URL).sendPolicies([message]);
  expect(entriesOf(calls[0])).toStrictEqual([
    {
      Id: '0',
      MessageBody: JSON.stringify(message),
      MessageGroupId: 'acme/app',
      MessageDeduplicationId: 'acme/app:acme/app:cus_Nova:7',
    },
  ]);
});

it('never gives a charge and its customer one deduplication id', async () => {
  const { client, calls } = await sqsThat();
  await sqsSubjects(client, URL).sendSubjects([subject({ kind: 'charge', id: 'ch_1' }), subject()]);
  expect(entriesOf(calls[0]).map((entry) => entry.MessageDeduplicationId)).toStrictEqual([
    'ch_1:evt_1',
    'cus_Nova:evt_1',
  ]);
});

it('sends nothing for nobody', async () => {
  const { client, calls } = await sqsThat();
  await sqsSubjects(client, URL).sendSubjects([]);
  expect(calls).toStrictEqual([]);
});

it('sends ten at a time, in order', async () => {
  const { client, calls } = await sqsThat();
  const ids = Array.from({ length: 21 }, (_, index) => `cus_${index}`);
  await sqsSubjects(client, URL).sendSubjects(ids.map((id) => subject({ id })));
  expect(calls.map((call) => entriesOf(call).length)).toStrictEqual([10, 10, 1]);
  const groups = calls.flatMap((call) => entriesOf(call).map((entry) => entry.MessageGroupId));
  expect(groups).toStrictEqual(ids);
});

it.each([
  ['128 characters', 'c'.repeat(122), 'c'.repeat(122)],
  ['129 characters', 'c'.repeat(123), undefined],
  ['a space', 'cus 1', undefined],
  ['a letter outside ASCII', 'cus_é', undefined],
])('hashes an id that SQS would not take: %s', async (_what, id, kept) => {
  const { client, calls } = await sqsThat();
  await sqsSubjects(client, URL).sendSubjects([subject({ id })]);
  const [entry] = entriesOf(calls[0]);
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  expect(entry?.MessageDeduplicationId).toBe(
    kept === undefined ? hashOf(`${id}:evt_1`) : `${kept}:evt_1`,
  );
  expect(entry?.MessageBody).toBe(JSON.stringify(subject({ id })));
});

it('hashes a group id of its own', async () => {
  const { client, calls } = await sqsThat();
  const id = 'r'.repeat(129);
  await sqsSubjects(client, URL).sendSubjects([subject({ id })]);
  expect(entriesOf(calls[0])[0]?.MessageGroupId).toBe(
    createHash('sha256').update(id).digest('hex'),
  );
});

it('offers once more what SQS could not take, and only that', async () => {
  const { client, calls } = await sqsThat((body, call) => call === 0 && body.includes('cus_b'));
  await sqsSubjects(client, URL).sendSubjects(
    ['cus_a', 'cus_b', 'cus_c'].map((id) => subject({ id })),
  );
  expect(calls.map((call) => entriesOf(call).map(({ Id }) => Id))).toStrictEqual([
    ['0', '1', '2'],
    ['1'],
  ]);
});

it('fails when SQS refuses a message twice', async () => {
  const { client } = await sqsThat((body) => body.includes('cus_b'));
  const sending = sqsSubjects(client, URL).sendSubjects([subject(), subject({ id: 'cus_b' })]);
  await expect(sending).rejects.toThrow('SQS refused 1 of 2 messages twice: InternalError');
});

it('fails when SQS cannot be reached', async () => {
  const server = await scriptedAws(() => ({ error: 'AccessDenied' }));
  aws = server;
  const sending = sqsSubjects(new SQSClient(server.config), URL).sendSubjects([subject()]);
  await expect(sending).rejects.toMatchObject({
    message: 'could not send 1 messages to SQS',
    cause: expect.any(Error),
  });
});

it.each([
  [30, 30],
  [0.2, 1],
  [-5, 0],
  [90_000, 43_200],
])('postpones messages by %f seconds with a visibility of %i', async (seconds, visibility) => {
  const { client, calls } = await sqsThat();
  await sqsPostponement(client, URL)(['r1', 'r2'], seconds);
  expect(calls).toStrictEqual([
    {
      operation: 'ChangeMessageVisibilityBatch',
      input: {
        QueueUrl: URL,
        Entries: [
          { Id: '0', ReceiptHandle: 'r1', VisibilityTimeout: visibility },
          { Id: '1', ReceiptHandle: 'r2', VisibilityTimeout: visibility },
        ],
      },
    },
  ]);
});

it('says when a message could not be postponed', async () => {
  const { client } = await sqsThat(() => true);
  await expect(sqsPostponement(client, URL)(['r1'], 30)).rejects.toThrow(
    'SQS could not postpone 1 messages: InternalError',
  );
});
