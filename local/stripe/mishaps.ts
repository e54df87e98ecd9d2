import { newEvent } from './events.ts';
import type { EventRecord, StripeState } from './state.ts';

export type Webhook = {
  readonly url: string;
  /** Active signing secrets; each makes one `v1` signature. Asked at every attempt. */
  readonly secrets: () => readonly string[];
  /** The types that this endpoint subscribes to; absent: all. */
  readonly types?: readonly string[];
};

/**
 * `lose`: listed, never delivered. `never_generate`: not even listed. `delay`: delivered later.
 * `double`: delivered twice. `reorder`: held until the last of them, then sent in reverse.
 */
export type Mishap = 'delay' | 'double' | 'lose' | 'never_generate' | 'reorder';

type Planned = {
  readonly kind: Mishap | 'none';
  readonly delaySeconds: number;
  readonly isLast: boolean;
};
const NONE: Planned = { kind: 'none', delaySeconds: 0, isLast: true };

type Parts = {
  readonly state: StripeState;
  readonly now: () => number;
  readonly webhook: Webhook | undefined;
};

/** Makes events of what happens and queues them for the webhook, with the mishaps that were asked for. */
export const stripeMishaps = ({ state, now, webhook }: Parts) => {
  const planned: Planned[] = [];
  const held: string[] = [];

  const queue = (eventId: string, dueAt: number): void => {
    state.deliveries.push({ eventId, attempts: 0, dueAt, firstDueAt: dueAt });
  };
  const release = (at: number): void => {
    for (const eventId of held.splice(0).reverse()) queue(eventId, at);
  };
  const sendWith: Readonly<
    Record<Mishap | 'none', (event: EventRecord, planned: Planned) => void>
  > = {
    none: ({ id, created }) => queue(id, created),
    lose: () => undefined,
    never_generate: () => undefined,
    delay: ({ id, created }, { delaySeconds }) => queue(id, created + delaySeconds),
    double: ({ id, created }) => {
      queue(id, created);
      queue(id, created);
    },
    reorder: ({ id, created }, { isLast }) => {
      held.push(id);
      if (isLast) release(created);
    },
  };
  const isSubscribed = (type: string): boolean => webhook?.types?.includes(type) ?? true;

  return {
    emit: (at: number, type: string, objectId: string): void => {
      const isWanted = isSubscribed(type);
      const mishap = (isWanted ? planned.shift() : undefined) ?? NONE;
      const event = newEvent(state, { at, type, objectId });
      if (mishap.kind === 'never_generate') return;
      state.events.push(event);
      if (webhook === undefined || !isWanted) return;
      event.pendingWebhooks = 1;
      sendWith[mishap.kind](event, mishap);
    },
    heldIds: (): readonly string[] => held,
    /** What the next events will meet, the next one first. */
    planned: (): readonly Planned['kind'][] => planned.map(({ kind }) => kind),
    /** What happens to the next `count` events that the webhook subscribes to. */
    next: (count: number, kind: Mishap, delaySeconds = 3_600): void => {
      for (let index = 1; index <= count; index += 1) {
        planned.push({ kind, delaySeconds, isLast: index === count });
      }
    },
    /** Mishaps that have not happened yet are called off, and held events go out in reverse. */
    calm: (): void => {
      planned.length = 0;
      release(now());
    },
  };
};
