import type { Act } from './plan.ts';
import { once, undone } from './turn.ts';

export const lapse = undone(
  (draw, { person: { customer } }) => ({
    who: 'stripe',
    does: 'set_payment',
    customer,
    payment: draw.pick(['fails', 'none', 'delayed_then_fails'] as const),
  }),
  (draw, { person: { customer, subscription } }) =>
    draw.pick<Act>([
      { who: 'stripe', does: 'set_payment', customer, payment: 'ok' },
      { who: 'stripe', does: 'pay', subscription },
    ]),
);

export const settle = once((draw, { person: { subscription } }) => ({
  who: 'stripe',
  does: draw.pick(['pay', 'pay_out_of_band', 'forgive', 'void_latest'] as const),
  subscription,
}));

export const dispute = undone(
  (_draw, { person: { customer } }) => ({ who: 'stripe', does: 'dispute', customer }),
  (draw) => ({
    who: 'stripe',
    does: 'close_dispute',
    how: draw.pick(['won', 'lost'] as const),
  }),
);

export const refund = once((draw, { person: { customer } }) => ({
  who: 'stripe',
  does: 'refund',
  customer,
  amount: draw.chance(0.7) ? 'full' : 500,
}));
