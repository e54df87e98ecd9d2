import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { errorFields } from '../core/error-fields.ts';
import type { Report } from '../ports.ts';

/** `deferred`: not now, and not wrong either; the same messages come again after `seconds`. */
export type BatchResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'deferred'; readonly seconds: number };

export type Postpone = (receiptHandles: readonly string[], seconds: number) => Promise<void>;

type Group<Message> = {
  readonly groupId: string;
  readonly records: readonly SQSRecord[];
  /** Messages up to the first that could not be parsed. */
  readonly messages: readonly Message[];
};

type Deps<Message> = {
  readonly parse: (text: string) => Message | undefined;
  readonly handle: (messages: readonly Message[]) => Promise<BatchResult>;
  readonly postpone: Postpone;
  /** Groups worked on at the same time. */
  readonly groupsAtOnce: number;
  readonly report: Report;
};

/**
 * Lambda's side of a FIFO queue: one `handle` for each group, its messages in order. What fails takes
 * the rest of its group with it, since a later message must never overtake an earlier one.
 */
export const batchHandler =
  <Message>(deps: Deps<Message>) =>
  async ({ Records: records }: SQSEvent): Promise<SQSBatchResponse> => {
    const waiting = groupsOf(deps, records);
    const failed: string[] = [];
    const work = async (): Promise<void> => {
      for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
        const kept = await handleGroup(deps, group);
        failed.push(...kept.map(({ messageId }) => messageId));
      }
    };
    await Promise.all(Array.from({ length: deps.groupsAtOnce }, work));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };

const groupsOf = <Message>(
  { parse }: Deps<Message>,
  records: readonly SQSRecord[],
): Group<Message>[] => {
  const groups = new Map<string, SQSRecord[]>();
  for (const record of records) {
    const groupId = record.attributes.MessageGroupId ?? record.messageId;
    groups.set(groupId, [...(groups.get(groupId) ?? []), record]);
  }
  return [...groups].map(([groupId, inGroup]) => {
    const messages: Message[] = [];
    for (const { body } of inGroup) {
      const message = parse(body);
      if (message === undefined) break;
      messages.push(message);
    }
    return { groupId, records: inGroup, messages };
  });
};

/** Answers with the records that SQS must keep, after putting them off until a retry makes sense. */
const handleGroup = async <Message>(
  deps: Deps<Message>,
  group: Group<Message>,
): Promise<readonly SQSRecord[]> => {
  const kept = await attempt(deps, group);
  if (kept.records.length > 0) await postponeKept(deps, group.groupId, kept);
  return kept.records;
};

type Kept = { readonly records: readonly SQSRecord[]; readonly seconds: number };

const attempt = async <Message>(
  deps: Deps<Message>,
  { groupId, records, messages }: Group<Message>,
): Promise<Kept> => {
  const unparsable = toRetry(records.slice(messages.length));
  const [poison] = unparsable.records;
  if (poison !== undefined) {
    deps.report.log('unparsable message', { groupId, messageId: poison.messageId });
  }
  if (messages.length === 0) return unparsable;
  try {
    const result = await deps.handle(messages);
    return result.kind === 'done' ? unparsable : { records, seconds: result.seconds };
  } catch (error) {
    const messageIds = records.map(({ messageId }) => messageId);
    deps.report.log('message failed', { groupId, messageIds, ...errorFields(error) });
    return toRetry(records);
  }
};

const RETRY_SECONDS_MIN = 15;
const RETRY_SECONDS_MAX = 1_800;

/**
 * Left alone, a failure would block its group for the queue's whole visibility time-out: a customer
 * who has paid would wait a quarter of an hour for one throttled call. Ten receives still span an
 * hour and a half before a message counts as dead.
 */
const toRetry = (records: readonly SQSRecord[]): Kept => {
  const counts = records.map(({ attributes }) => Number(attributes.ApproximateReceiveCount));
  const seconds = RETRY_SECONDS_MIN * 2 ** (Math.max(1, ...counts) - 1);
  return { records, seconds: Math.min(RETRY_SECONDS_MAX, seconds) };
};

/** Harmless when it fails: the messages come again when their visibility ends, only not when we chose. */
const postponeKept = async <Message>(
  { postpone, report }: Deps<Message>,
  groupId: string,
  { records, seconds }: Kept,
): Promise<void> => {
  try {
    await postpone(
      records.map(({ receiptHandle }) => receiptHandle),
      seconds,
    );
  } catch (error) {
    report.log('could not postpone', { groupId, seconds, ...errorFields(error) });
  }
};
