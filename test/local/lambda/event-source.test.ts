import { randomUUID } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { THROTTLED } from '../../../local/aws/faults.ts';
import { type SqsStandIn, startSqs } from '../../../local/aws/sqs.ts';
import {
  type EventSource,
  type EventSourceOptions,
  startEventSource,
} from '../../../local/lambda/event-source.ts';
import { sqsClient, stoppedClock } from '../aws/clients.ts';

const QUEUE = 'customers.fifo';

let clock: ReturnType<typeof stoppedClock>;
let sqs: SqsStandIn;
let client: ReturnType<typeof sqsClient>;
let source: EventSource | undefined;
let reports: string[];

beforeEach(async () => {
  clock = stoppedClock();
  reports = [];
  sqs = await startSqs({
    now: clock.now,
    queues: [{ name: QUEUE, attributes: { FifoQueue: 'true', VisibilityTimeout: '60' } }],
  });
  client = sqsClient(sqs.url);
});

afterEach(async () => {
  await source?.close();
  source = undefined;
  client.destroy();
  await sqs.close();
});

const send = (group: string, body: string) =>
  client.send(
    new SendMessageCommand({
      QueueUrl: sqs.queueUrl(QUEUE),
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: randomUUID(),
    }),
  );

const start = async (
  handler: EventSourceOptions['handler'],
  part: Partial<EventSourceOptions> = {},
) => {
  source = await startEventSource({
    client,
    queueUrl: sqs.queueUrl(QUEUE),
    functionName: 'sync',
    handler,
    report: (message, error) => reports.push(`${message}: ${String(error)}`),
    ...part,
  });
};

const left = () => sqs.inspect()[0]?.messages.map(({ body }) => body);
const bodiesOf = (event: SQSEvent) => event.Records.map(({ body }) => body);
const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

/** A handler whose invocations stay open until the test closes them. */
const heldHandler = () => {
  const open: { readonly bodies: readonly string[]; readonly finish: () => void }[] = [];
  const handler = (event: SQSEvent) =>
    new Promise<void>((resolve) => {
      open.push({ bodies: bodiesOf(event), finish: resolve });
    });
  return { open, handler };
};

describe('the event source', () => {
  it('calls the function with a batch in Lambda’s shape, and deletes it', async () => {
    await send('cus_1', '{"a":1}');
    const events: SQSEvent[] = [];
    const names: string[] = [];
    await start(async (event, context) => {
      events.push(event);
      names.push(context.functionName);
    });
    await until(() => expect(left()).toEqual([]));
    expect(names).toEqual(['sync']);
    expect(events).toEqual([
      {
        Records: [
          {
            messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
            receiptHandle: expect.any(String),
            body: '{"a":1}',
            attributes: {
              ApproximateReceiveCount: '1',
              SentTimestamp: '1800000000000',
              ApproximateFirstReceiveTimestamp: '1800000000000',
              SenderId: expect.any(String),
              SequenceNumber: expect.any(String),
              MessageGroupId: 'cus_1',
              MessageDeduplicationId: expect.any(String),
            },
            messageAttributes: {},
            md5OfBody: 'bb6cb5c68df4652941caf652a366f2d8',
            eventSource: 'aws:sqs',
            eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:customers.fifo',
            awsRegion: 'us-east-1',
          },
        ],
      },
    ]);
    expect(reports).toEqual([]);
  });

  it('puts at most 10 messages into one batch', async () => {
    for (let index = 0; index < 12; index += 1) await send(`cus_${index}`, `${index}`);
    const sizes: number[] = [];
    await start(async (event) => {
      sizes.push(event.Records.length);
    });
    await until(() => expect(left()).toEqual([]));
    expect(sizes).toEqual([10, 2]);
  });

  it('has one batch of a group in flight, while other groups go on', async () => {
    const { open, handler } = heldHandler();
    await send('cus_1', '1a');
    await start(handler);
    await until(() => expect(open).toHaveLength(1));
    await send('cus_1', '1b');
    await send('cus_2', '2a');
    await until(() => expect(open).toHaveLength(2));
    expect(open.map(({ bodies }) => bodies)).toEqual([['1a'], ['2a']]);
    open[0]?.finish();
    await until(() => expect(open).toHaveLength(3));
    expect(open[2]?.bodies).toEqual(['1b']);
    for (const { finish } of open) finish();
  });

  it('has no more invocations at once than maxConcurrency', async () => {
    const { open, handler } = heldHandler();
    for (const group of ['cus_1', 'cus_2', 'cus_3']) await send(group, group);
    await start(handler, { batchSize: 1, maxConcurrency: 2 });
    await until(() => expect(open).toHaveLength(2));
    expect(source?.running()).toBe(2);
    expect(sqs.inspect()[0]).toMatchObject({ inFlight: 2, waiting: 1 });
    open[0]?.finish();
    await until(() => expect(open).toHaveLength(3));
    for (const { finish } of open) finish();
  });

  it('leaves in the queue what the function reports as failed, until its time-out ends', async () => {
    await send('cus_1', 'good');
    await send('cus_2', 'bad');
    const seen: string[] = [];
    await start(async (event) => {
      seen.push(
        ...event.Records.map((one) => `${one.body} ${one.attributes.ApproximateReceiveCount}`),
      );
      const failed = event.Records.filter(
        ({ body, attributes }) => body === 'bad' && attributes.ApproximateReceiveCount === '1',
      );
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
    await until(() => expect(left()).toEqual(['bad']));
    expect(sqs.inspect()[0]?.inFlight).toBe(1);
    clock.advance(60);
    await until(() => expect(left()).toEqual([]));
    expect(seen).toEqual(['good 1', 'bad 1', 'bad 2']);
    expect(reports).toEqual([]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['an empty list', { batchItemFailures: [] }],
    ['a null list', { batchItemFailures: null }],
  ])('takes %s for a success of the whole batch', async (_name, result) => {
    await send('cus_1', '1a');
    await start(async () => result);
    await until(() => expect(left()).toEqual([]));
    expect(reports).toEqual([]);
  });

  it.each([
    ['an exception', () => Promise.reject(new Error('boom')), 'boom'],
    ['a text', async () => 'done', 'must answer { batchItemFailures'],
    ['a list that is none', async () => ({ batchItemFailures: 'x' }), 'must answer'],
    [
      'an empty identifier',
      async () => ({ batchItemFailures: [{ itemIdentifier: '' }] }),
      'must name a message of the batch',
    ],
    [
      'a misnamed identifier',
      async () => ({ batchItemFailures: [{ id: 'x' }] }),
      'must name a message of the batch',
    ],
    [
      'an unknown identifier',
      async () => ({ batchItemFailures: [{ itemIdentifier: 'x' }] }),
      'must name a message of the batch',
    ],
  ])('takes %s for a failure of the whole batch', async (_name, handler, report) => {
    await send('cus_1', '1a');
    await send('cus_2', '2a');
    await start(handler);
    await until(() => expect(reports).toEqual([expect.stringContaining(report)]));
    expect(left()).toEqual(['1a', '2a']);
    expect(sqs.inspect()[0]?.inFlight).toBe(2);
  });

  it('reports what was handled and could not be deleted in time', async () => {
    await send('cus_1', '1a');
    await start(async () => clock.advance(60));
    await until(() => expect(reports[0]).toContain('handled, but not deleted'));
  });

  it('goes on polling after the queue could not be read', async () => {
    sqs.fail('ReceiveMessage', 1, THROTTLED);
    await send('cus_1', '1a');
    await start(async () => undefined);
    await until(() => expect(left()).toEqual([]));
    expect(reports).toEqual([expect.stringContaining('cannot be read')]);
  });

  it('waits at its end for the invocations under way', async () => {
    const { open, handler } = heldHandler();
    await send('cus_1', '1a');
    await start(handler);
    await until(() => expect(open).toHaveLength(1));
    const closed = source?.close();
    open[0]?.finish();
    await closed;
    expect(left()).toEqual([]);
  });

  it.each([
    ['batchSize', 11, 'from 1 to 10, got 11'],
    ['maxConcurrency', 1, 'from 2 to 1000, got 1'],
  ])('refuses a %s of %i', async (name, value, refusal) => {
    await expect(start(async () => undefined, { [name]: value })).rejects.toThrow(refusal);
  });
});
