import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Report } from '../ports.ts';
import { errorFields } from './error-fields.ts';

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
        const { records: unhandled } = await handleGroup(deps, group);
        failed.push(...unhandled.map(({ messageId }) => messageId));
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

/** Answers with the records that SQS must keep. */
const handleGroup = async <Message>(
  deps: Deps<Message>,
  { groupId, records, messages }: Group<Message>,
): Promise<{ readonly records: readonly SQSRecord[] }> => {
  const unparsable = records.slice(messages.length);
  const [poison] = unparsable;
  if (poison !== undefined) {
    deps.report.log('unparsable message', { groupId, messageId: poison.messageId });
  }
  if (messages.length === 0) return { records: unparsable };
  try {
    const result = await deps.handle(messages);
    if (result.kind === 'done') return { records: unparsable };
    await postponeGroup(deps, groupId, records, result.seconds);
  } catch (error) {
    const messageIds = records.map(({ messageId }) => messageId);
    deps.report.log('message failed', { groupId, messageIds, ...errorFields(error) });
  }
  return { records };
};

/** Harmless when it fails: the messages come again when their visibility ends, only not when we chose. */
const postponeGroup = async <Message>(
  { postpone, report }: Deps<Message>,
  groupId: string,
  records: readonly SQSRecord[],
  seconds: number,
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
