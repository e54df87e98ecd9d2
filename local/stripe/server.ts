/*
 * Stripe's API and its webhook deliveries on loopback. What is imitated, and where that is written
 * ([D …] Stripe's documentation, [SDK] the types and source of stripe 23.1.0, [RUN] measured with it,
 * [memory] not verified):
 *
 * Reading
 * - Lists are newest first, `{object, data, has_more, url}`, 1 to 100 a page, cursor `starting_after`. [SDK]
 * - Parameters that Stripe does not know, and values it does not take, are a 400. [memory]
 * - Subscriptions: without `status` all but canceled, `all`, `ended`; an unknown customer is a 400. [SDK, memory]
 * - Periods are on the items; at most 10 items inside a subscription, then `has_more`. [SDK; the 10: memory]
 * - Events: 30 days, at most 20 `types`, `delivery_success`, the object as it was then. [SDK]
 * - Invoice payments are found by payment intent or record, not by charge. [SDK]
 * - Expanding: four levels; only fields known to be expandable. [memory]
 * - A deleted customer is `{id, object, deleted}`; deleting cancels at once. [SDK]
 * - 404 `resource_missing`, 401, 403, 429 with `Stripe-Rate-Limited-Reason`, Stripe's error object,
 *   `Request-Id`, 25 requests a second and endpoint when switched on. [D rate-limits; shapes: memory]
 *
 * Billing [D billing/subscriptions/overview unless marked]
 * - First payment fails: incomplete, 23 hours, incomplete_expired. Delayed methods: active before anyone
 *   has paid; a failure later voids the first invoice and leaves it active. send_invoice: active at once.
 * - Renewal: the invoice and the new period come at the period's end, the charge an hour later.
 * - Retries, then canceled, unpaid, past_due or paused; an unpaid one's invoices stay drafts. Paying the
 *   latest invoice, or marking it uncollectible, makes it active; voiding it does not.
 * - Trials, with the notice 3 days before, or at once when shortened; no payment method: cancel, pause, invoice.
 * - pause_collection leaves the status alone; the pause endpoint has conditions and ends the items' period. [SDK]
 * - Resuming by attempt or by success; a pending update for 23 hours. [D pending-updates]
 * - Cancellation at the period's end: flexible says `cancel_at` only, classic sets the flag too. [D; better-auth #5535]
 * - Disputes cancel an hour later when the account says so. Refunds change no status. [memory]
 *
 * Delivery [D webhooks]
 * - `t=…,v1=…` with one v1 for each active secret; a retry has the same event, a new time and signature.
 * - Anything but 2xx, redirects included, is tried again, exponentially, for 3 days. Sandboxes give up earlier.
 *
 * Not imitated: writes over HTTP, `ending_before`, search, `previous_attributes`, invoice lines, tax,
 * proration amounts, thin events, test clocks, the 72 hours that an unanswered `invoice.created` costs.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripeDelivery } from './delivery.ts';
import { forgetOldEvents } from './events.ts';
import { stripeFaults } from './faults.ts';
import { stripeMishaps, type Webhook } from './mishaps.ts';
import { requestListener } from './requests.ts';
import { emptyState, type StripeState } from './state.ts';
import { stripeWorld } from './world.ts';

export type StripeServerProps = {
  /** Epoch seconds. */
  readonly now: () => number;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly webhook?: Webhook;
  /** The restricted key that is accepted. */
  readonly key: string;
  readonly livemode?: boolean;
  /** Part of every id, so that two worlds do not share any. */
  readonly seed?: string;
  /** A snapshot to go on from. */
  readonly state?: StripeState;
};

const HEADERS_MAX_BYTES = 16_384;

export const stripeServer = async (props: StripeServerProps) => {
  const { now, key, port = 0, webhook, livemode = false, seed = 'W' } = props;
  const state = structuredClone(props.state ?? emptyState(seed, livemode));
  const mishaps = stripeMishaps({ state, now, webhook });
  const delivery = stripeDelivery({ state, now, webhook });
  const faults = stripeFaults(now);
  const counts = new Map<string, number>();
  const inner = stripeWorld({
    state,
    now,
    emit: (...event) => {
      mishaps.emit(...event);
      void delivery.start();
    },
  });
  const tick = (): void => {
    inner.tick();
    forgetOldEvents(state, now());
    void delivery.start();
  };
  const listener = requestListener({ state, now, key, faults, tick, counts });
  const server = createServer({ maxHeaderSize: HEADERS_MAX_BYTES }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    world: { ...inner, tick },
    delivery: {
      next: mishaps.next,
      calm: mishaps.calm,
      planned: mishaps.planned,
      resend: delivery.resend,
      log: delivery.log,
      pending: () => [
        ...state.deliveries.map(({ eventId, attempts, dueAt }) => ({ eventId, attempts, dueAt })),
        ...mishaps.heldIds().map((eventId) => ({ eventId, attempts: 0, dueAt: undefined })),
      ],
      /** Lives up to now and resolves when everything that is due by then was attempted. */
      flush: (): Promise<void> => {
        tick();
        return delivery.start();
      },
    },
    faults: faults.controls,
    /** Requests by route, `GET /v1/customers/:id`, refused ones included. */
    calls: (): Readonly<Record<string, number>> => Object.fromEntries(counts),
    resetCalls: (): void => counts.clear(),
    /** Everything as plain JSON, for the disk or for a stale read. */
    snapshot: (): StripeState => structuredClone(state),
    close: async (): Promise<void> => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
};

export type StripeServer = Awaited<ReturnType<typeof stripeServer>>;
