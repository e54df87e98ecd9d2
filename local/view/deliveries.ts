import type { StripeServer } from '../stripe/server.ts';

type Delivery = StripeServer['delivery'];

export type DeliveriesView = {
  readonly pending: ReturnType<Delivery['pending']>;
  /** The last attempts, newest first; status 0 means that the webhook could not be reached. */
  readonly attempts: ReturnType<Delivery['log']>;
  /** What the next events will meet, the next one first. */
  readonly planned: ReturnType<Delivery['planned']>;
};

const ATTEMPTS_SHOWN = 20;
const NONE: DeliveriesView = { pending: [], attempts: [], planned: [] };

/** Events on their way to the webhook. Those of Stripe's real test mode are Stripe's own affair. */
export const deliveriesOf = (
  delivery: Pick<Delivery, 'pending' | 'log' | 'planned'> | undefined,
): DeliveriesView =>
  delivery === undefined
    ? NONE
    : {
        pending: delivery.pending(),
        attempts: delivery.log().slice(-ATTEMPTS_SHOWN).toReversed(),
        planned: delivery.planned(),
      };
