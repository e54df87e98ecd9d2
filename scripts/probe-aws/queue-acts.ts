import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { World } from './world.ts';

export type Sent = { readonly messageId: string | undefined };

/** One message as it is, past our adapter, which makes the deduplication id itself. */
export const send = async (
  { clients }: World,
  url: string,
  message: { readonly group: string; readonly id: string; readonly body?: string },
): Promise<Sent> => {
  const { MessageId: messageId } = await clients.sqs.send(
    new SendMessageCommand({
      QueueUrl: url,
      MessageBody: message.body ?? message.id,
      MessageGroupId: message.group,
      MessageDeduplicationId: message.id,
    }),
  );
  return { messageId };
};

type Receive = {
  readonly max?: number;
  readonly visibilitySeconds?: number;
  /** Long polls of a second each, until something comes. */
  readonly looks?: number;
};

const LOOKS = 4;

/** What comes within a few long polls; nothing is an answer too. */
export const receive = async (
  { clients }: World,
  url: string,
  { max = 10, visibilitySeconds, looks = LOOKS }: Receive = {},
): Promise<readonly Message[]> => {
  for (let look = 0; look < looks; look += 1) {
    const { Messages: messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: max,
        // Our clients give up after three seconds.
        WaitTimeSeconds: 1,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (messages.length > 0) return messages;
  }
  return [];
};

export const remove = async ({ clients }: World, url: string, message: Message | undefined) =>
  clients.sqs.send(
    new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }),
  );

/** Receives what is there, deletes it, and answers the bodies. */
export const take = async (world: World, url: string): Promise<readonly string[]> => {
  const bodies: string[] = [];
  for (let round = 0; round < LOOKS; round += 1) {
    const messages = await receive(world, url);
    if (messages.length === 0) break;
    for (const message of messages) {
      bodies.push(message.Body ?? '');
      await remove(world, url, message);
    }
  }
  return bodies;
};
