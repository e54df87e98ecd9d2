import type { SQSRecord } from 'aws-lambda';
import { expect, it } from 'vitest';
import { type BatchResult, batchHandler } from '../../functions/adapters/queue-batch.ts';
import { recordingReport } from '../support/recordings.ts';

/** `cus_a:1` is message 1 of the group `cus_a`; a body that starts with `!` cannot be parsed. */
const record = (name: string, body = name, receives = 1): SQSRecord => ({
  messageId: name,
  receiptHandle: `receipt of ${name}`,
  body,
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: '1',
    SenderId: 'sender',
    ApproximateFirstReceiveTimestamp: '1',
    ...(name.includes(':') ? { MessageGroupId: name.split(':')[0] ?? '' } : {}),
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:customers.fifo',
  awsRegion: 'us-east-1',
});

const DONE: BatchResult = { kind: 'done' };

const run = async (
  records: readonly SQSRecord[],
  handle: (messages: readonly string[]) => Promise<BatchResult> = async () => DONE,
  failPostpone = false,
) => {
  const handled: (readonly string[])[] = [];
  const postponed: (readonly [readonly string[], number])[] = [];
  const report = recordingReport();
  const handler = batchHandler<string>({
    parse: (text) => (text.startsWith('!') ? undefined : text),
    handle: async (messages) => {
      handled.push(messages);
      return handle(messages);
    },
    postpone: async (receiptHandles, seconds) => {
      if (failPostpone) throw new Error('SQS could not postpone');
      postponed.push([receiptHandles, seconds]);
    },
    groupsAtOnce: 3,
    report,
  });
  const { batchItemFailures } = await handler({ Records: [...records] });
  const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
  return { failed, handled, postponed, report };
};

const failing =
  (group: string) =>
  async ([message]: readonly string[]): Promise<BatchResult> => {
    if (message?.startsWith(group)) throw new Error('could not read', { cause: new RangeError() });
    return DONE;
  };

it('handles each group once, its messages in order', async () => {
  const records = ['cus_a:1', 'cus_b:1', 'cus_a:2', 'cus_b:2', 'cus_a:3'].map((name) =>
    record(name),
  );
  const { failed, handled, report } = await run(records);
  expect(handled).toStrictEqual([
    ['cus_a:1', 'cus_a:2', 'cus_a:3'],
    ['cus_b:1', 'cus_b:2'],
  ]);
  expect(failed).toStrictEqual([]);
  expect(report.lines).toStrictEqual([]);
});

it('handles a message without a group by itself', async () => {
  const { handled } = await run([record('x'), record('y')]);
  expect(handled).toStrictEqual([['x'], ['y']]);
});

it('gives back the whole group that failed and no other', async () => {
  const records = ['cus_a:1', 'cus_b:1', 'cus_a:2', 'cus_c:1', 'cus_d:1'].map((name) =>
    record(name),
  );
  const { failed, handled, report } = await run(records, failing('cus_a'));
  expect(failed).toStrictEqual(['cus_a:1', 'cus_a:2']);
  expect(handled).toHaveLength(4);
  expect(report.lines).toStrictEqual([
    {
      message: 'message failed',
      fields: {
        groupId: 'cus_a',
        messageIds: ['cus_a:1', 'cus_a:2'],
        errors: ['Error', 'RangeError'],
        reason: 'could not read',
      },
    },
  ]);
});

it('handles what comes before a message that cannot be parsed, and gives back the rest', async () => {
  const records = [
    record('cus_a:1'),
    record('cus_a:2', '!secret body'),
    record('cus_a:3'),
    record('cus_b:1'),
  ];
  const { failed, handled, report } = await run(records);
  expect(handled).toStrictEqual([['cus_a:1'], ['cus_b:1']]);
  expect(failed).toStrictEqual(['cus_a:2', 'cus_a:3']);
  expect(report.lines).toStrictEqual([
    { message: 'unparsable message', fields: { groupId: 'cus_a', messageId: 'cus_a:2' } },
  ]);
});

it('handles nothing of a group that begins with a message that cannot be parsed', async () => {
  const { failed, handled } = await run([record('cus_a:1', '!'), record('cus_a:2')]);
  expect(handled).toStrictEqual([]);
  expect(failed).toStrictEqual(['cus_a:1', 'cus_a:2']);
});

it('gives back what came before a message that cannot be parsed when that failed too', async () => {
  const records = [record('cus_a:1'), record('cus_a:2', '!')];
  const { failed } = await run(records, failing('cus_a'));
  expect(failed).toStrictEqual(['cus_a:1', 'cus_a:2']);
});

it('postpones a deferred group and gives it back, without a word in the log', async () => {
  const records = ['acme:1', 'acme:2', 'beta:1'].map((name) => record(name));
  const { failed, postponed, report } = await run(records, async ([first]) =>
    first === 'acme:1' ? { kind: 'deferred', seconds: 30 } : DONE,
  );
  expect(postponed).toStrictEqual([[['receipt of acme:1', 'receipt of acme:2'], 30]]);
  expect(failed).toStrictEqual(['acme:1', 'acme:2']);
  expect(report.lines).toStrictEqual([]);
});

it.each([
  [1, 15],
  [2, 30],
  [7, 960],
  [8, 1_800],
  [10, 1_800],
])(
  'at receive %i a group that failed comes again after %i seconds, not after the whole visibility time-out',
  async (receives, seconds) => {
    const records = [record('cus_a:1', 'cus_a:1', receives), record('cus_a:2'), record('cus_b:1')];
    const { postponed } = await run(records, failing('cus_a'));
    expect(postponed).toStrictEqual([[['receipt of cus_a:1', 'receipt of cus_a:2'], seconds]]);
  },
);

it('puts off only what comes after the last message that was handled', async () => {
  const { postponed } = await run([record('cus_a:1'), record('cus_a:2', '!'), record('cus_a:3')]);
  expect(postponed).toStrictEqual([[['receipt of cus_a:2', 'receipt of cus_a:3'], 15]]);
});

it('gives a deferred group back even when it cannot be postponed', async () => {
  const deferring = async (): Promise<BatchResult> => ({ kind: 'deferred', seconds: 30 });
  const { failed, report } = await run([record('acme:1')], deferring, true);
  expect(failed).toStrictEqual(['acme:1']);
  expect(report.lines).toMatchObject([
    { message: 'could not postpone', fields: { groupId: 'acme', seconds: 30 } },
  ]);
});

it('works on three groups at once and no more', async () => {
  let working = 0;
  let workingMax = 0;
  const records = Array.from({ length: 10 }, (_, index) => record(`cus_${index}:1`));
  const { handled } = await run(records, async () => {
    working += 1;
    workingMax = Math.max(workingMax, working);
    await new Promise((resolve) => setImmediate(resolve));
    working -= 1;
    return DONE;
  });
  expect(handled).toHaveLength(10);
  expect(workingMax).toBe(3);
});
