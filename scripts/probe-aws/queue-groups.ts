import type { Message } from '@aws-sdk/client-sqs';
import { sqsPostponement } from '../../functions/adapters/sqs-postponement.ts';
import { attempt, attemptText } from './attempt.ts';
import { type Probe, settled } from './probe.ts';
import { receive, remove, send } from './queue-acts.ts';

const bodiesOf = (messages: readonly Message[]): string =>
  messages.length === 0 ? 'nothing' : messages.map(({ Body: body }) => body).join(' and ');

const DEAD_LETTER_LOOKS = 10;

export const queueGroups: readonly Probe[] = [
  {
    id: 'queue-group-blocked',
    belief:
      'While a message of a group is in flight, no other of that group comes, and other groups do.',
    source: 'SQS’s guide of 2023',
    dependents: 'two syncs of one customer, or applies of one repository, never run at once',
    secondsMax: 120,
    run: async (world) => {
      const { url } = await world.make.queue('queue-group-blocked');
      await send(world, url, { group: 'a', id: 'a1' });
      const first = await receive(world, url, { max: 1, visibilitySeconds: 60 });
      await send(world, url, { group: 'a', id: 'a2' });
      await send(world, url, { group: 'b', id: 'b1' });
      const meanwhile = await receive(world, url, { visibilitySeconds: 60 });
      await remove(world, url, first[0]);
      const after = await receive(world, url, { visibilitySeconds: 60 });
      const seen = [first, meanwhile, after].map(bodiesOf);
      return settled(
        seen.join() === 'a1,b1,a2',
        `first: ${seen[0]}; with it in flight: ${seen[1]}; after its deletion: ${seen[2]}`,
      );
    },
  },
  {
    id: 'queue-postponed',
    belief:
      'A message in flight that our adapter postpones by 8 seconds comes again after them, and not before.',
    source: 'SQS’s API reference',
    dependents: 'functions/adapters/sqs-postponement.ts: a failed sync is tried again in a minute',
    secondsMax: 120,
    run: async (world) => {
      const { url } = await world.make.queue('queue-postponed');
      await send(world, url, { group: 'a', id: 'a1' });
      const [message] = await receive(world, url, { visibilitySeconds: 300 });
      await sqsPostponement(world.clients.sqs, url)([message?.ReceiptHandle ?? ''], 8);
      const early = await receive(world, url, { looks: 1 });
      await world.wait(10);
      const late = await receive(world, url);
      return settled(
        early.length === 0 && late.length === 1,
        `at once: ${bodiesOf(early)}; after 10 s: ${bodiesOf(late)}`,
      );
    },
  },
  {
    id: 'queue-dead-letter',
    belief:
      'A message received too often goes to the dead-letter queue with its group, MessageId and SentTimestamp.',
    source: 'SQS’s guide of 2023',
    dependents: 'reading dead letters: whom they concern; local/aws/sqs-queue.ts',
    secondsMax: 180,
    run: async (world) => {
      const dead = await world.make.queue('queue-dead-letter-dead');
      const { url } = await world.make.queue('queue-dead-letter', {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
      });
      await send(world, url, { group: 'cus_Probe', id: 'poison' });
      const [alive] = await receive(world, url, { visibilitySeconds: 1 });
      await world.wait(3);
      const again = await receive(world, url, { looks: 2 });
      const [buried] = await receive(world, dead.url, { looks: DEAD_LETTER_LOOKS });
      const isSame =
        buried?.Attributes?.MessageGroupId === 'cus_Probe' &&
        buried.MessageId === alive?.MessageId &&
        buried.Attributes.SentTimestamp === alive?.Attributes?.SentTimestamp;
      const group = buried?.Attributes?.MessageGroupId ?? 'none';
      return settled(
        again.length === 0 && isSame,
        `a second time: ${bodiesOf(again)}; dead letter: group ${group}, MessageId ${buried?.MessageId === alive?.MessageId ? 'kept' : 'changed'}, SentTimestamp ${buried?.Attributes?.SentTimestamp === alive?.Attributes?.SentTimestamp ? 'kept' : 'changed'}`,
      );
    },
  },
  {
    id: 'queue-expired-handle',
    belief: 'Deleting from a FIFO queue after the visibility time-out is refused.',
    source: 'reported only',
    dependents: 'local/aws/sqs-queue.ts; a function that was too slow sees its message again',
    secondsMax: 60,
    run: async (world) => {
      const { url } = await world.make.queue('queue-expired-handle');
      await send(world, url, { group: 'a', id: 'a1' });
      const [message] = await receive(world, url, { visibilitySeconds: 1 });
      await world.wait(3);
      const answer = await attempt(() => remove(world, url, message));
      return settled(answer.kind === 'refused', attemptText(answer));
    },
  },
  {
    id: 'queue-superseded-handle',
    belief:
      'Deleting with the handle of an earlier receive succeeds, and the message that is in flight again stays.',
    source: 'SQS’s API reference',
    dependents: 'local/aws/sqs-queue.ts; a slow function cannot delete what another one works on',
    secondsMax: 60,
    run: async (world) => {
      const { url } = await world.make.queue('queue-superseded-handle');
      await send(world, url, { group: 'a', id: 'a1' });
      const [first] = await receive(world, url, { visibilitySeconds: 1 });
      await world.wait(3);
      const second = await receive(world, url, { visibilitySeconds: 4 });
      const answer = await attempt(() => remove(world, url, first));
      await world.wait(6);
      const third = await receive(world, url);
      return settled(
        second.length === 1 && answer.kind === 'done' && third.length === 1,
        `received again: ${bodiesOf(second)}; deletion by the old handle: ${attemptText(answer)}; then: ${bodiesOf(third)}`,
      );
    },
  },
];
