import type { Mishap } from '../stripe/mishaps.ts';
import type { StripeServer } from '../stripe/server.ts';
import { BadInput } from './bad-input.ts';
import type { Input } from './input.ts';

const MISHAPS = [
  'lose',
  'delay',
  'double',
  'reorder',
  'never_generate',
] as const satisfies readonly Mishap[];

const COUNT = { min: 1, max: 50 };
const DELAY_SECONDS = { min: 1, max: 30 * 86_400 };

type Delivery = Pick<StripeServer['delivery'], 'next' | 'calm' | 'resend' | 'log'>;

/** What happens to the next events on their way to the webhook. */
export const planMishap = (input: Input, delivery: Delivery | undefined): void => {
  const act = input.choice('act', ['plan', 'calm', 'resend']);
  if (delivery === undefined) {
    throw new BadInput('with Stripe’s real test mode Stripe itself delivers the events');
  }
  ACTS[act](input, delivery);
};

const ACTS = {
  plan: (input: Input, delivery: Delivery) => {
    const kind = input.choice('kind', MISHAPS);
    const count = input.wholeNumber('count', COUNT);
    const delaySeconds = input.optionalWholeNumber('delaySeconds', DELAY_SECONDS);
    input.end();
    delivery.next(count, kind, delaySeconds);
  },
  calm: (input: Input, delivery: Delivery) => {
    input.end();
    delivery.calm();
  },
  resend: (input: Input, delivery: Delivery) => {
    const delivered = delivery.log().map(({ eventId }) => eventId);
    const event = input.id('event', delivered, 'an event that was delivered');
    input.end();
    delivery.resend(event);
  },
};
