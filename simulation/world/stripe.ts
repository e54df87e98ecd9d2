import type { Stripe } from 'stripe';
import { billingOver } from '../../functions/adapters/stripe-billing.ts';
import type { StripeEdge } from '../../functions/adapters/stripe-edge.ts';
import { StripeUnreadable } from '../../functions/adapters/stripe-failure.ts';
import { stripeReads } from '../../functions/adapters/stripe-reads.ts';
import { isEventType } from '../../functions/core/event-types.ts';
import type { Catalogs } from '../../functions/core/members-of.ts';
import type { Billing, Report } from '../../functions/ports.ts';
import { eventText, forgetOldEvents, newEvent } from '../../local/stripe/events.ts';
import { type EventRecord, emptyState, type StripeState } from '../../local/stripe/state.ts';
import { type StripeWorld, stripeWorld } from '../../local/stripe/world.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Process } from '../kernel/process.ts';
import type { Random } from '../kernel/random.ts';
import type { Wire } from '../kernel/wire.ts';
import { activeOf, signatureOf, type WebhookSecrets } from './hand-delivery.ts';
import { stripeClientOver } from './stripe-client.ts';

/** What becomes of an event on its way. `never_generated`: it is not even in Stripe's list. */
export type Mishap =
  | { readonly kind: 'lost' | 'never_generated' | 'doubled' }
  | { readonly kind: 'delayed'; readonly seconds: number };

/** From when until when which share of the events meets which mishap. Times are seconds since the beginning. */
export type TravelWindow = {
  readonly from: number;
  readonly until: number;
  readonly share: number;
  readonly mishap: Mishap;
  /** Absent: events of any type. */
  readonly type?: string;
  /** About this customer only. */
  readonly customer?: string;
};

type Delivered = { readonly status: number };

export type StripeProps = {
  readonly kernel: Kernel;
  readonly wire: Wire;
  readonly travel: readonly TravelWindow[];
  /** How long an undisturbed event takes to arrive, at most. */
  readonly arrivalSecondsMax: number;
  /** Keeps earlier states for stale reads. */
  readonly remembersSeconds: number;
};

export type SimStripe = {
  readonly acts: StripeWorld;
  readonly state: StripeState;
  /** Stripe's own time passes up to now, and the next time is planned. */
  catchUp(): void;
  billingFor(process: Process, catalogs: () => Promise<Catalogs>, report: Report): Billing;
  /** The webhook; a status of 0 is no answer. */
  deliverTo(post: (body: string, header: string) => Promise<Delivered>): void;
  resend(eventId: string): void;
  /** Posts to the webhook by hand, once, whatever the answer is. */
  deliver(body: string, header: string): Promise<void>;
  /** What such deliveries were answered. */
  readonly delivered: (Delivered & { readonly sentAt: number })[];
  readonly secrets: WebhookSecrets;
  /** Deliveries that are still to come. */
  pending(): number;
  /** Told whenever the truth may have changed. */
  onTruth: () => void;
};

const WEBHOOK_SECRET = 'whsec_simulation_0000000000000000';
const FIRST_RETRY_SECONDS = 300;
const RETRY_SECONDS_MAX = 3 * 86_400;

export const simStripe = (props: StripeProps): SimStripe => {
  const { kernel, wire } = props;
  const state = emptyState('S', false);
  const random = kernel.randomOf('travel');
  const startsAt = kernel.now();
  const now = () => Math.floor(kernel.now());
  const memory = remembered(state, props);
  let post: (body: string, header: string) => Promise<Delivered> = async () => ({ status: 0 });
  let pending = 0;
  let plannedAt = Number.POSITIVE_INFINITY;

  const attempt = async (event: EventRecord, attempts: number, firstAt: number): Promise<void> => {
    const body = eventText(state, event);
    const { status } = await post(body, signatureOf(body, now(), activeOf(self.secrets)));
    const retryIn = FIRST_RETRY_SECONDS * 2 ** attempts;
    const isDone = status >= 200 && status < 300;
    if (isDone || kernel.now() + retryIn > firstAt + RETRY_SECONDS_MAX) pending -= 1;
    else kernel.after(retryIn, () => void attempt(event, attempts + 1, firstAt));
  };
  const send = (event: EventRecord, seconds: number): void => {
    pending += 1;
    kernel.after(seconds, () => void attempt(event, 0, kernel.now()));
  };
  const emit = (at: number, type: string, objectId: string): void => {
    const event = newEvent(state, { at, type, objectId });
    const mishap = mishapOf(
      props.travel,
      { type, since: at - startsAt, text: event.objectText },
      random,
    );
    if (mishap?.kind === 'never_generated') return;
    state.events.push(event);
    if (!isEventType(type) || mishap?.kind === 'lost') return;
    const soon = () => random() * props.arrivalSecondsMax;
    send(event, mishap?.kind === 'delayed' ? mishap.seconds : soon());
    if (mishap?.kind === 'doubled') send(event, soon());
  };
  const world = stripeWorld({ state, now, emit });
  const self: SimStripe = {
    acts: world,
    state,
    catchUp: () => {
      world.tick();
      forgetOldEvents(state, now());
      memory.note(kernel.now());
      self.onTruth();
      const next = world.nextAt();
      if (next === undefined || (next >= plannedAt && plannedAt > kernel.now())) return;
      plannedAt = next;
      kernel.at(next, self.catchUp);
    },
    billingFor: (process, catalogs, report) => {
      const client = stripeClientOver(wire, process, { now, stateAsOf: memory.asOf });
      return billingOver(edgeTo(client, report), { catalogs, clock: process.clock, report });
    },
    deliverTo: (next) => {
      post = next;
    },
    resend: (eventId) => {
      const event = state.events.find(({ id }) => id === eventId);
      if (event === undefined) throw new Error(`Stripe has no event '${eventId}' to send again`);
      send(event, 0);
    },
    ...deliveryByHand(kernel, (body, header) => post(body, header)),
    secrets: { current: WEBHOOK_SECRET },
    pending: () => pending,
    onTruth: () => {},
  };
  return self;
};

const deliveryByHand = (
  kernel: Kernel,
  post: (body: string, header: string) => Promise<Delivered>,
): Pick<SimStripe, 'deliver' | 'delivered'> => {
  const delivered: SimStripe['delivered'] = [];
  return {
    delivered,
    deliver: async (body, header) => {
      const sentAt = kernel.now();
      const { status } = await post(body, header);
      delivered.push({ status, sentAt });
    },
  };
};

/** As functions/adapters/stripe-edge.ts, whose key and time-outs belong to the wire here. */
const edgeTo = (client: Stripe, report: Report): StripeEdge => {
  const reads = stripeReads(client, false);
  return async (about, read) => {
    try {
      return await read(reads);
    } catch (error) {
      if (!(error instanceof StripeUnreadable)) throw error;
      const fields = { ...about, because: error.because, detail: error.message };
      if (error.because === 'unauthorized') report.count('StripeUnauthorized', fields);
      else report.log('Stripe told us nothing', fields);
      return { kind: 'unavailable', because: error.because };
    }
  };
};

type Happened = { readonly type: string; readonly since: number; readonly text: string };

const mishapOf = (
  windows: readonly TravelWindow[],
  { type, since, text }: Happened,
  random: Random,
): Mishap | undefined =>
  windows.find(
    (window) =>
      window.from <= since &&
      since < window.until &&
      (window.type ?? type) === type &&
      (window.customer === undefined || text.includes(`"${window.customer}"`)) &&
      random() < window.share,
  )?.mishap;

/** Earlier states, as far back as a stale read may look. */
const remembered = (state: StripeState, { kernel, remembersSeconds }: StripeProps) => {
  let kept: { readonly at: number; readonly state: StripeState }[] = [];
  return {
    note: (at: number): void => {
      if (remembersSeconds === 0) return;
      // The newest of those that are too old is still what was true then.
      const old = kept.findLastIndex((each) => each.at <= at - remembersSeconds);
      kept = [...kept.slice(Math.max(0, old)), { at, state: structuredClone(state) }];
    },
    asOf: (staleSeconds: number): StripeState => {
      if (staleSeconds === 0) return state;
      return kept.findLast((each) => each.at <= kernel.now() - staleSeconds)?.state ?? state;
    },
  };
};
