import { createHmac } from 'node:crypto';
import { DAY } from './calendar.ts';
import { eventText } from './events.ts';
import type { Webhook } from './mishaps.ts';
import type { DeliveryRecord, StripeState } from './state.ts';

export type Attempt = {
  readonly eventId: string;
  readonly type: string;
  readonly at: number;
  /** What the endpoint answered; 0 when it could not be reached. */
  readonly status: number;
};

const ATTEMPT_TIMEOUT_MS = 20_000;
const FIRST_RETRY_SECONDS = 300;
const RETRY_DAYS = 3;
const DELIVERIES_MAX = 1_000_000;
const LOG_MAX = 1_000;

type Parts = {
  readonly state: StripeState;
  readonly now: () => number;
  readonly webhook: Webhook | undefined;
};

/** Brings queued events to the webhook, and tries again for up to three days of the given clock. */
export const stripeDelivery = ({ state, now, webhook }: Parts) => {
  const log: Attempt[] = [];
  let work: Promise<void> = Promise.resolve();

  const attempt = async (delivery: DeliveryRecord): Promise<void> => {
    const event = state.events.find(({ id }) => id === delivery.eventId);
    if (webhook === undefined || event === undefined) return;
    const status = await post(webhook, eventText(state, event), now());
    log.push({ eventId: event.id, type: event.type, at: now(), status });
    if (log.length > LOG_MAX) log.shift();
    if (status >= 200 && status < 300) {
      event.pendingWebhooks = 0;
      return;
    }
    const dueAt = now() + FIRST_RETRY_SECONDS * 2 ** delivery.attempts;
    if (dueAt > delivery.firstDueAt + RETRY_DAYS * DAY) return;
    state.deliveries.push({ ...delivery, attempts: delivery.attempts + 1, dueAt });
  };

  const drain = async (): Promise<void> => {
    for (let count = 0; count < DELIVERIES_MAX; count += 1) {
      const delivery = takeDue(state.deliveries, now());
      if (delivery === undefined) return;
      await attempt(delivery);
    }
    throw new Error(`deliveries did not end within ${DELIVERIES_MAX}`);
  };

  return {
    /** Starts what is due; resolves when nothing is due any more. */
    start: (): Promise<void> => {
      if (webhook !== undefined) work = work.then(drain);
      return work;
    },
    /** Sends an event once more, as the Dashboard and the CLI can. */
    resend: (eventId: string): void => {
      state.deliveries.push({ eventId, attempts: 0, dueAt: now(), firstDueAt: now() });
    },
    /** The last attempts, oldest first. */
    log: (): readonly Attempt[] => [...log],
  };
};

/** The earliest that is due; among equals the one queued first. */
const takeDue = (deliveries: DeliveryRecord[], now: number): DeliveryRecord | undefined => {
  let chosen = -1;
  let earliestAt = now + 1;
  for (const [index, { dueAt }] of deliveries.entries()) {
    if (dueAt < earliestAt) {
      chosen = index;
      earliestAt = dueAt;
    }
  }
  return chosen === -1 ? undefined : deliveries.splice(chosen, 1)[0];
};

/** Each attempt has its own timestamp and signatures; the event is the same. */
const post = async (webhook: Webhook, body: string, at: number): Promise<number> => {
  const signatures = webhook
    .secrets()
    .map((secret) => `v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`);
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': [`t=${at}`, ...signatures].join(','),
      },
      body,
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    // An endpoint that cannot be reached is an outcome here: it shows as status 0 and is tried again.
    return 0;
  }
};
