import { sqsSubjects } from '../../functions/adapters/sqs-queues.ts';
import { type Probe, settled } from './probe.ts';
import { send, take } from './queue-acts.ts';

const FIVE_MINUTES = 300;

const listed = (bodies: readonly string[]): string =>
  bodies.length === 0 ? 'nothing' : bodies.join(' and ');

export const queueDuplicates: readonly Probe[] = [
  {
    id: 'queue-duplicate-dropped',
    belief:
      'Within 5 minutes a second message with the same deduplication id is accepted and dropped, also after the first was received and deleted.',
    source: 'SQS’s guide of 2023',
    dependents: 'functions/adapters/sqs-queues.ts: an id names the occasion, never only the group',
    secondsMax: 120,
    run: async (world) => {
      const { url } = await world.make.queue('queue-duplicate-dropped');
      await send(world, url, { group: 'a', id: 'same', body: 'first' });
      const first = await take(world, url);
      await send(world, url, { group: 'a', id: 'same', body: 'second' });
      const second = await take(world, url);
      return settled(
        first.length === 1 && second.length === 0,
        `received: ${listed(first)}; after it was deleted: ${listed(second)}`,
      );
    },
  },
  {
    id: 'queue-duplicate-answer',
    belief: 'The dropped message is answered with the first one’s MessageId.',
    source: 'reported only',
    dependents: 'local/aws/sqs-queue.ts',
    secondsMax: 60,
    run: async (world) => {
      const { url } = await world.make.queue('queue-duplicate-answer');
      const first = await send(world, url, { group: 'a', id: 'same' });
      const second = await send(world, url, { group: 'a', id: 'same' });
      const isSame = first.messageId === second.messageId;
      return settled(isSame, isSame ? 'the same MessageId' : 'another MessageId');
    },
  },
  {
    id: 'queue-duplicate-ends',
    belief: 'After 5 minutes the same deduplication id is taken for a new message.',
    source: 'SQS’s guide of 2023',
    dependents: 'Stripe’s retries for days, and one policy message per repository and tick',
    secondsMax: 500,
    run: async (world) => {
      const { url } = await world.make.queue('queue-duplicate-ends');
      await send(world, url, { group: 'a', id: 'same', body: 'first' });
      const first = await take(world, url);
      await world.wait(FIVE_MINUTES + 10);
      await send(world, url, { group: 'a', id: 'same', body: 'second' });
      const second = await take(world, url);
      return settled(
        first.length === 1 && second.length === 1,
        `received: ${listed(first)}; 310 s later: ${listed(second)}`,
      );
    },
  },
  {
    id: 'queue-duplicate-scope',
    belief: 'With DeduplicationScope messageGroup, the same id in two groups is two messages.',
    source: 'SQS’s guide of 2023',
    dependents: 'lib/work-queue.ts (our ids hold the group, so that either scope would do)',
    secondsMax: 60,
    run: async (world) => {
      const { url } = await world.make.queue('queue-duplicate-scope');
      await send(world, url, { group: 'a', id: 'same', body: 'of a' });
      await send(world, url, { group: 'b', id: 'same', body: 'of b' });
      const bodies = await take(world, url);
      return settled(bodies.length === 2, `received: ${listed(bodies)}`);
    },
  },
  {
    id: 'queue-same-body',
    belief:
      'Two messages with the same body and other occasions, as our adapter sends them, both come.',
    source: 'SQS’s guide: content-based deduplication is off',
    dependents: 'functions/adapters/sqs-queues.ts: nobody’s second event is lost',
    secondsMax: 60,
    run: async (world) => {
      const { url } = await world.make.queue('queue-same-body');
      const subjects = sqsSubjects(world.clients.sqs, url);
      for (const occasion of ['evt_1', 'evt_2']) {
        await subjects.sendSubjects([
          { kind: 'customer', id: 'cus_Probe', because: 'event', occasion },
        ]);
      }
      const bodies = await take(world, url);
      return settled(bodies.length === 2, `${bodies.length} of 2 were received`);
    },
  },
];
