import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { THROTTLED } from '../../../local/aws/faults.ts';
import { type SqsStandIn, startSqs } from '../../../local/aws/sqs.ts';
import { sqsClient, stoppedClock } from './clients.ts';

const QUEUE = 'customers.fifo';
const DEAD = 'customers-dead.fifo';
const REDRIVE = JSON.stringify({
  deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${DEAD}`,
  maxReceiveCount: 2,
});

let clock: ReturnType<typeof stoppedClock>;
let sqs: SqsStandIn;
let client: ReturnType<typeof sqsClient>;

beforeEach(async () => {
  clock = stoppedClock();
  sqs = await startSqs({
    now: clock.now,
    queues: [
      { name: DEAD, attributes: { FifoQueue: 'true', MessageRetentionPeriod: '1209600' } },
      {
        name: QUEUE,
        attributes: { FifoQueue: 'true', VisibilityTimeout: '60', RedrivePolicy: REDRIVE },
      },
    ],
  });
  client = sqsClient(sqs.url);
});

afterEach(async () => {
  client.destroy();
  await sqs.close();
});

const send = (group: string, body: string, id: string = randomUUID()) =>
  client.send(
    new SendMessageCommand({
      QueueUrl: sqs.queueUrl(QUEUE),
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: id,
    }),
  );

const receive = async (input: { max?: number; wait?: number; queue?: string } = {}) => {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: sqs.queueUrl(input.queue ?? QUEUE),
      MaxNumberOfMessages: input.max ?? 10,
      WaitTimeSeconds: input.wait ?? 0,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages;
};

const bodies = async (input: Parameters<typeof receive>[0] = {}) =>
  (await receive(input)).map(({ Body }) => Body);

const remove = (ReceiptHandle: string | undefined) =>
  client.send(new DeleteMessageCommand({ QueueUrl: sqs.queueUrl(QUEUE), ReceiptHandle }));

describe('a FIFO queue', () => {
  it('delivers a message with the attributes that Lambda shows', async () => {
    const { MessageId, SequenceNumber } = await send('cus_1', 'hello', 'evt_1');
    const [message] = await receive();
    expect(message).toMatchObject({
      MessageId,
      Body: 'hello',
      MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
      Attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1800000000000',
        ApproximateFirstReceiveTimestamp: '1800000000000',
        SequenceNumber,
        MessageGroupId: 'cus_1',
        MessageDeduplicationId: 'evt_1',
      },
    });
  });

  it('shows no attributes that were not asked for', async () => {
    await send('cus_1', 'hello');
    const { Messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: sqs.queueUrl(QUEUE) }),
    );
    expect(Messages?.[0]?.Attributes).toBeUndefined();
  });

  it('gives messages of several groups in one answer, each group in order', async () => {
    await send('cus_1', '1a');
    await send('cus_2', '2a');
    await send('cus_1', '1b');
    expect(await bodies()).toEqual(['1a', '2a', '1b']);
  });

  it('gives at most as many messages as asked for', async () => {
    await send('cus_1', '1a');
    await send('cus_2', '2a');
    expect(await bodies({ max: 1 })).toEqual(['1a']);
  });

  it('holds a group back while one of its messages is in flight, and no other group', async () => {
    await send('cus_1', '1a');
    await send('cus_1', '1b');
    await send('cus_2', '2a');
    const [first] = await receive({ max: 1 });
    expect(await bodies()).toEqual(['2a']);
    await remove(first?.ReceiptHandle);
    expect(await bodies()).toEqual(['1b']);
  });

  it('gives a message again, and first, when its visibility time-out ends', async () => {
    await send('cus_1', '1a');
    await send('cus_1', '1b');
    await receive({ max: 1 });
    clock.advance(59);
    expect(await bodies()).toEqual([]);
    clock.advance(1);
    const again = await receive({ max: 1 });
    expect(
      again.map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount]),
    ).toEqual([['1a', '2']]);
  });

  it('gives a message again at once when its visibility is changed to 0', async () => {
    await send('cus_1', '1a');
    const [message] = await receive();
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: sqs.queueUrl(QUEUE),
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    expect(await bodies()).toEqual(['1a']);
  });

  it('changes the visibility of a batch entry by entry', async () => {
    await send('cus_1', '1a');
    const [message] = await receive();
    const { Successful, Failed } = await client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: sqs.queueUrl(QUEUE),
        Entries: [
          { Id: 'a', ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 120 },
          { Id: 'b', ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 43_201 },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a']);
    expect(Failed?.map(({ Id }) => Id)).toEqual(['b']);
    clock.advance(119);
    expect(await bodies()).toEqual([]);
    clock.advance(1);
    expect(await bodies()).toEqual(['1a']);
  });

  it('refuses to delete with an expired handle, and delivers again', async () => {
    await send('cus_1', '1a');
    const [message] = await receive();
    clock.advance(60);
    await expect(remove(message?.ReceiptHandle)).rejects.toThrow('The receipt handle has expired');
    expect(await bodies()).toEqual(['1a']);
  });

  it('accepts the handle of an earlier receive, and deletes nothing', async () => {
    await send('cus_1', '1a');
    const [first] = await receive();
    clock.advance(60);
    await receive();
    await remove(first?.ReceiptHandle);
    clock.advance(60);
    await receive();
    expect(sqs.deadLetters(QUEUE).map(({ body }) => body)).toEqual(['1a']);
  });

  it('changes no visibility of a message that is not in flight any more', async () => {
    await send('cus_1', '1a');
    const [message] = await receive();
    const change = () =>
      client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: sqs.queueUrl(QUEUE),
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout: 600,
        }),
      );
    clock.advance(60);
    await expect(change()).rejects.toMatchObject({ name: 'MessageNotInflight' });
    await receive();
    await expect(change()).rejects.toMatchObject({ name: 'MessageNotInflight' });
  });

  it('deletes twice without an error, and knows no handle of its own making', async () => {
    await send('cus_1', '1a');
    const [message] = await receive();
    await remove(message?.ReceiptHandle);
    await remove(message?.ReceiptHandle);
    await expect(remove('nonsense')).rejects.toThrow('not a valid receipt handle');
  });

  it('waits for a message up to the time asked for', async () => {
    const waiting = bodies({ wait: 20 });
    await send('cus_1', 'late');
    expect(await waiting).toEqual(['late']);
  });

  it('ends a wait when it closes', async () => {
    const waiting = bodies({ wait: 20 }).catch((error: unknown) => error);
    await sqs.close();
    expect(await waiting).toBeInstanceOf(Error);
  });

  it('delays messages when the queue says so, and with them their group', async () => {
    const { QueueUrl = '' } = await client.send(
      new CreateQueueCommand({
        QueueName: 'slow.fifo',
        Attributes: { FifoQueue: 'true', DelaySeconds: '30' },
      }),
    );
    await client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'x',
        MessageGroupId: 'g',
        MessageDeduplicationId: 'd',
      }),
    );
    clock.advance(29);
    expect(await bodies({ queue: 'slow.fifo' })).toEqual([]);
    expect(sqs.inspect().find(({ name }) => name === 'slow.fifo')?.delayed).toBe(1);
    clock.advance(1);
    expect(await bodies({ queue: 'slow.fifo' })).toEqual(['x']);
  });

  it('forgets a message when its retention ends', async () => {
    await send('cus_1', '1a');
    clock.advance(345_599);
    expect(sqs.inspect()[1]?.waiting).toBe(1);
    clock.advance(1);
    expect(await bodies()).toEqual([]);
  });
});

describe('the FIFO trap', () => {
  it('drops a second message with the same id within 5 minutes and calls it accepted', async () => {
    const first = await send('cus_1', '1a', 'same');
    const second = await send('cus_1', '1b', 'same');
    expect([second.MessageId, second.SequenceNumber]).toEqual([
      first.MessageId,
      first.SequenceNumber,
    ]);
    expect(await bodies()).toEqual(['1a']);
  });

  it('drops it even after the first was received and deleted, and in another group', async () => {
    await send('cus_1', '1a', 'same');
    const [message] = await receive();
    await remove(message?.ReceiptHandle);
    clock.advance(299);
    await send('cus_2', '2a', 'same');
    expect(await bodies()).toEqual([]);
  });

  it('delivers it 5 minutes after the first, however often it was sent in between', async () => {
    await send('cus_1', '1a', 'same');
    const [message] = await receive();
    await remove(message?.ReceiptHandle);
    clock.advance(200);
    await send('cus_1', 'dropped', 'same');
    clock.advance(100);
    await send('cus_1', '1b', 'same');
    expect(await bodies()).toEqual(['1b']);
  });
});

describe('deduplication within the group', () => {
  it('takes the same id once in each group', async () => {
    const { QueueUrl = '' } = await client.send(
      new CreateQueueCommand({
        QueueName: 'grouped.fifo',
        Attributes: {
          FifoQueue: 'true',
          DeduplicationScope: 'messageGroup',
          FifoThroughputLimit: 'perMessageGroupId',
        },
      }),
    );
    for (const [group, body] of [
      ['cus_1', '1a'],
      ['cus_2', '2a'],
      ['cus_1', 'dropped'],
    ]) {
      await client.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: body,
          MessageGroupId: group,
          MessageDeduplicationId: 'same',
        }),
      );
    }
    expect(await bodies({ queue: 'grouped.fifo' })).toEqual(['1a', '2a']);
  });
});

describe('redrive', () => {
  it('moves a message to the dead-letter queue after two receives, and opens its group', async () => {
    const { MessageId } = await send('cus_1', 'poison');
    await send('cus_1', 'good');
    await receive({ max: 1 });
    clock.advance(60);
    await receive({ max: 1 });
    clock.advance(60);
    expect(await bodies()).toEqual(['good']);
    expect(sqs.deadLetters(QUEUE)).toMatchObject([
      { messageId: MessageId, body: 'poison', sentAt: 1_800_000_000 },
    ]);
    const [dead] = await receive({ queue: DEAD });
    expect(dead?.Attributes?.DeadLetterQueueSourceArn).toBe(
      'arn:aws:sqs:us-east-1:000000000000:customers.fifo',
    );
  });
});

describe('sending', () => {
  it.each([
    ['a group id of 128 characters', { MessageGroupId: 'g'.repeat(128) }, undefined],
    ['a group id of 129 characters', { MessageGroupId: 'g'.repeat(129) }, '1 to 128 in length'],
    ['a group id with a space', { MessageGroupId: 'a b' }, 'alphanumeric and punctuation'],
    ['an id with an umlaut', { MessageDeduplicationId: 'ü' }, 'alphanumeric and punctuation'],
    ['all punctuation', { MessageGroupId: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~' }, undefined],
    ['no group id', { MessageGroupId: undefined }, 'must contain the parameter MessageGroupId'],
    ['no deduplication id', { MessageDeduplicationId: undefined }, 'provided explicitly'],
    ['an empty body', { MessageBody: '' }, 'must contain the parameter MessageBody'],
    ['a body of 256 KiB', { MessageBody: 'x'.repeat(262_144) }, undefined],
    ['a body of 256 KiB and one', { MessageBody: 'x'.repeat(262_145) }, 'shorter than 262144'],
    ['a body with a NUL', { MessageBody: '\0' }, 'outside of XML'],
    ['a delay of its own', { DelaySeconds: 1 }, 'not valid for this queue type'],
    [
      'message attributes',
      { MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } },
      'does not imitate MessageAttributes',
    ],
  ])('%s', async (_name, part, refusal) => {
    const result = client.send(
      new SendMessageCommand({
        QueueUrl: sqs.queueUrl(QUEUE),
        MessageBody: 'body',
        MessageGroupId: 'group',
        MessageDeduplicationId: 'id',
        ...part,
      }),
    );
    if (refusal === undefined) await expect(result).resolves.toHaveProperty('MessageId');
    else await expect(result).rejects.toThrow(refusal);
  });

  const batch = (count: number, size = 1, ids = (index: number) => `e${index}`) =>
    client.send(
      new SendMessageBatchCommand({
        QueueUrl: sqs.queueUrl(QUEUE),
        Entries: Array.from({ length: count }, (_, index) => ({
          Id: ids(index),
          MessageBody: 'x'.repeat(size),
          MessageGroupId: `g${index}`,
          MessageDeduplicationId: `d${index}`,
        })),
      }),
    );

  it('takes a batch of 10', async () => {
    const { Successful } = await batch(10);
    expect(Successful).toHaveLength(10);
  });

  it.each([
    ['of 0', () => batch(0), 'EmptyBatchRequest'],
    ['of 11', () => batch(11), 'TooManyEntriesInBatchRequest'],
    ['of 256 KiB and two bytes', () => batch(2, 131_073), 'BatchRequestTooLong'],
    ['with one id twice', () => batch(2, 1, () => 'same'), 'BatchEntryIdsNotDistinct'],
    ['with an id with a dot', () => batch(1, 1, () => 'a.b'), 'InvalidBatchEntryId'],
  ])('refuses a batch %s', async (_name, run, name) => {
    await expect(run()).rejects.toMatchObject({ name });
    expect(sqs.inspect()[1]?.messages).toEqual([]);
  });

  it('fails one entry of a batch and stores the others', async () => {
    sqs.failEntry(1, 1);
    const { Successful, Failed } = await batch(3);
    expect(Successful?.map(({ Id }) => Id)).toEqual(['e0', 'e2']);
    expect(Failed).toMatchObject([{ Id: 'e1', Code: 'InternalError', SenderFault: false }]);
    expect(sqs.inspect()[1]?.messages.map(({ groupId }) => groupId)).toEqual(['g0', 'g2']);
  });

  it('deletes a batch entry by entry', async () => {
    await send('cus_1', '1a');
    const [message] = await receive();
    const { Successful, Failed } = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: sqs.queueUrl(QUEUE),
        Entries: [
          { Id: 'a', ReceiptHandle: message?.ReceiptHandle },
          { Id: 'b', ReceiptHandle: 'nonsense' },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a']);
    expect(Failed).toMatchObject([{ Id: 'b', Code: 'ReceiptHandleIsInvalid', SenderFault: true }]);
    expect(sqs.inspect()[1]?.messages).toEqual([]);
  });
});

describe('queues', () => {
  const create = (QueueName: string, Attributes: Record<string, string>) =>
    client.send(new CreateQueueCommand({ QueueName, Attributes }));

  it('are found by name, and only those that are there', async () => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: QUEUE }));
    expect(QueueUrl).toBe(sqs.queueUrl(QUEUE));
    await expect(
      client.send(new GetQueueUrlCommand({ QueueName: 'other.fifo' })),
    ).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue' },
    });
  });

  it('show their attributes and counts', async () => {
    await send('cus_1', '1a');
    await send('cus_2', '2a');
    await receive({ max: 1 });
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: sqs.queueUrl(QUEUE), AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      QueueArn: 'arn:aws:sqs:us-east-1:000000000000:customers.fifo',
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
      VisibilityTimeout: '60',
      RedrivePolicy: REDRIVE,
      ContentBasedDeduplication: 'false',
    });
  });

  it('are the same when made again alike, and refused when made otherwise', async () => {
    await create('new.fifo', { FifoQueue: 'true' });
    await create('new.fifo', { FifoQueue: 'true' });
    await expect(
      create('new.fifo', { FifoQueue: 'true', VisibilityTimeout: '5' }),
    ).rejects.toMatchObject({ name: 'QueueNameExists' });
  });

  it.each([
    ['a standard queue', 'new', {}, 'must end with .fifo'],
    ['FifoQueue left out', 'new.fifo', {}, 'needs true'],
    [
      'content-based deduplication',
      'new.fifo',
      { ContentBasedDeduplication: 'true' },
      'false only',
    ],
    [
      'a limit per group with deduplication over the queue',
      'new.fifo',
      { FifoThroughputLimit: 'perMessageGroupId' },
      'only when DeduplicationScope is messageGroup',
    ],
    ['a visibility over 12 h', 'new.fifo', { VisibilityTimeout: '43201' }, 'from 0 to 43200'],
    ['an unknown attribute', 'new.fifo', { Colour: 'red' }, 'Unknown Attribute Colour'],
    ['a redrive policy that is no JSON', 'new.fifo', { RedrivePolicy: '{' }, 'cannot parse'],
    [
      'a dead-letter queue that is not there',
      'new.fifo',
      { RedrivePolicy: REDRIVE.replace('-dead', '-gone') },
      'does not exist',
    ],
    [
      'a receive count of 0',
      'new.fifo',
      { RedrivePolicy: REDRIVE.replace(':2}', ':0}') },
      'between 1 and 1000',
    ],
  ])('%s is refused', async (_name, queueName, attributes, refusal) => {
    const fifo = refusal === 'needs true' || queueName === 'new' ? {} : { FifoQueue: 'true' };
    await expect(create(queueName, { ...fifo, ...attributes })).rejects.toThrow(refusal);
  });

  it('go on where a snapshot was taken, in flight and deduplicated alike', async () => {
    await send('cus_1', '1a', 'same');
    await send('cus_2', '2a');
    const [message] = await receive({ max: 1 });
    const state = JSON.parse(JSON.stringify(sqs.snapshot()));
    await sqs.close();
    sqs = await startSqs({ now: clock.now, state });
    client = sqsClient(sqs.url);
    await send('cus_1', 'dropped', 'same');
    expect(await bodies()).toEqual(['2a']);
    await remove(message?.ReceiptHandle);
    expect(sqs.inspect()[1]?.messages.map(({ body }) => body)).toEqual(['2a']);
  });

  it('leave a snapshot as it was taken', async () => {
    await send('cus_1', '1a');
    const state = sqs.snapshot();
    await receive();
    expect(state.queues[1]?.messages).toMatchObject([{ body: '1a', receives: 0 }]);
  });

  it('take other attributes at the next start, as after a deployment', async () => {
    const state = sqs.snapshot();
    await sqs.close();
    sqs = await startSqs({
      now: clock.now,
      state,
      queues: [{ name: QUEUE, attributes: { FifoQueue: 'true', VisibilityTimeout: '5' } }],
    });
    client = sqsClient(sqs.url);
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: sqs.queueUrl(QUEUE),
        AttributeNames: ['VisibilityTimeout'],
      }),
    );
    expect(Attributes).toEqual({ VisibilityTimeout: '5' });
  });
});

describe('faults', () => {
  it('refuses as often as told, and then works', async () => {
    sqs.fail('SendMessage', 1, THROTTLED);
    await expect(send('cus_1', '1a')).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 429 },
    });
    await expect(send('cus_1', '1a')).resolves.toHaveProperty('MessageId');
    expect(sqs.calls()).toEqual({ SendMessage: 2 });
  });

  it('loses the request, so that nothing is stored', async () => {
    sqs.fail('SendMessage', 1, { kind: 'drop' });
    await expect(send('cus_1', '1a')).rejects.toThrow();
    expect(sqs.inspect()[1]?.messages).toEqual([]);
  });

  it('loses the answer, so that the message is stored', async () => {
    sqs.fail('SendMessage', 1, { kind: 'do_then_drop' });
    await expect(send('cus_1', '1a')).rejects.toThrow();
    expect(sqs.inspect()[1]?.messages.map(({ body }) => body)).toEqual(['1a']);
  });

  it('answers a request without a signature with 403, and an operation it lacks with its name', async () => {
    const ask = (target: string, headers = {}) =>
      fetch(sqs.url, {
        method: 'POST',
        body: '{}',
        headers: { 'x-amz-target': target, ...headers },
      });
    const unsigned = await ask('AmazonSQS.GetQueueUrl');
    expect(unsigned.status).toBe(403);
    const unknown = await ask('AmazonSQS.PurgeQueue');
    expect(await unknown.json()).toMatchObject({
      __type: 'com.amazonaws.sqs#UnknownOperationException',
    });
    const signed = await ask('AmazonSQS.GetQueueUrl', {
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20270115/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
    });
    expect([signed.status, signed.headers.get('date')]).toEqual([
      400,
      'Fri, 15 Jan 2027 08:00:00 GMT',
    ]);
  });
});
