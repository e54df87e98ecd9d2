import type { QueueView } from '../aws/sqs.ts';

export type QueueSummary = Pick<QueueView, 'name' | 'waiting' | 'inFlight'> & {
  readonly isDeadLetters: boolean;
  /** What nobody could handle, as it was sent: ids only. */
  readonly bodies: readonly string[];
};

const BODIES_SHOWN = 10;

/** Work that waits, work that is put off or under way, and work that failed for good. */
export const queuesOf = (queues: readonly QueueView[]): readonly QueueSummary[] =>
  queues.map(({ name, waiting, inFlight, messages }) => {
    const isDeadLetters = name.endsWith('-dead.fifo');
    const bodies = isDeadLetters ? messages.slice(0, BODIES_SHOWN).map(({ body }) => body) : [];
    return { name, waiting, inFlight, isDeadLetters, bodies };
  });
