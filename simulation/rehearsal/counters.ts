import { isEventType } from '../../functions/core/event-types.ts';
import { isAbout } from '../kernel/faults.ts';
import type { World } from '../world/world.ts';
import type { Count } from './rehearsal.ts';

/** One delivery of Stripe's, and what the webhook answered; 0 is no answer. */
export type Answer = {
  readonly sentAt: number;
  readonly at: number;
  readonly status: number;
  readonly eventId: string;
  readonly type: string;
};

/** One event, as Stripe made it. */
export type MadeEvent = {
  readonly id: string;
  readonly at: number;
  readonly type: string;
  readonly text: string;
};

type Read = { readonly at: number; readonly operation: string };

/** Notes what passes by: deliveries and their answers, events, and calls. */
export const countersOf = (world: World) => {
  const { far, plan } = world;
  const answers: Answer[] = [];
  const events = new Map<string, MadeEvent>();
  const reads: Read[] = [];
  const faultsMet = plan.faults.map(() => 0);
  far.stripe.deliverTo(async (body, header) => {
    const sentAt = far.kernel.now();
    const run = await world.system.functions.webhook.invoke({ body, header });
    const status = run.kind === 'returned' ? run.result : NO_ANSWER;
    answers.push({ sentAt, at: far.kernel.now(), status, ...eventIn(body) });
    return { status };
  });
  const inner = far.stripe.onTruth;
  far.stripe.onTruth = () => {
    inner();
    const { state } = far.stripe;
    for (let index = state.events.length - 1; index >= 0; index -= 1) {
      const event = state.events[index];
      if (event === undefined || events.has(event.id)) break;
      const { id, created: at, type, objectText: text } = event;
      events.set(id, { id, at, type, text });
    }
  };
  far.wire.listen((call) => {
    if (call.service === 'stripe') reads.push({ at: call.sentAt, operation: call.operation });
    for (const [index, window] of plan.faults.entries()) {
      const met = isAbout(window, call, call.sentAt - plan.startsAt);
      if (met) faultsMet[index] = (faultsMet[index] ?? 0) + 1;
    }
  });
  return {
    answers,
    reads,
    /** Calls that a fault was for; with a share below 1 not all of them met it. */
    faultsMet,
    /** Of the types that the webhook subscribes to, oldest first. */
    events: (): readonly MadeEvent[] =>
      [...events.values()].filter(({ type }) => isEventType(type)).toSorted((a, b) => a.at - b.at),
  };
};

export type Counters = ReturnType<typeof countersOf>;

const NO_ANSWER = 0;

/** A delivery by hand may be no JSON at all. */
const eventIn = (body: string): Pick<Answer, 'eventId' | 'type'> => {
  try {
    const { id, type } = Object(JSON.parse(body)) as Readonly<Record<string, unknown>>;
    return { eventId: String(id), type: String(type) };
  } catch {
    return { eventId: '', type: '' };
  }
};

export const isWithin = (count: number, { min, max }: Count): boolean =>
  min <= count && count <= max;

export const countText = ({ min, max }: Count): string => {
  if (min === max) return String(min);
  if (max === Number.POSITIVE_INFINITY) return `at least ${min}`;
  return min === 0 ? `at most ${max}` : `${min} to ${max}`;
};
