import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import { accountsText, drawPull } from './draw-acts.ts';
import type { Act } from './plan.ts';
import { once, type Turn, undone } from './turn.ts';

export const accounts = undone(
  (draw, { person: { customer, number } }) => ({
    who: 'stripe',
    does: 'set_accounts',
    customer,
    accounts: accountsText(draw, number),
  }),
  (draw, { person: { customer, number } }) => ({
    who: 'stripe',
    does: 'set_accounts',
    customer,
    accounts: accountsText(draw, number),
  }),
);

/** The account closes at AWS, and for some it comes back. */
export const closeAccount = undone(
  (draw, { person: { number } }) => ({
    who: 'aws',
    does: 'close_account',
    account: draw.pick([`1111222233${String(number).padStart(2, '0')}`, '111122223300']),
  }),
  (_draw, { person: { number } }) => ({
    who: 'aws',
    does: 'open_account',
    account: `1111222233${String(number).padStart(2, '0')}`,
  }),
);

export const deleteCustomer = once((_draw, { person: { customer } }) => ({
  who: 'stripe',
  does: 'delete_customer',
  customer,
}));

export const credentials: Turn = (draw, { at, person: { customer }, market }) => {
  const claim = { who: 'customer', does: 'claim', customer } as const;
  const rotate = { who: 'operator', does: 'rotate', customer } as const;
  const again = { at: at + draw.pick([0, 1, 30, HOUR]), act: draw.pick<Act>([claim, rotate]) };
  const first = draw.weighed<Act>([
    [4, rotate],
    [3, claim],
    [1, { who: 'operator', does: 'retire_all', customer }],
    [1, { who: 'aws', does: 'schedule_secret_deletion', customer }],
  ]);
  const pullAt = at + draw.pick([MINUTE, HOUR, 26 * HOUR]);
  return [{ at, act: first }, again, { at: pullAt, act: drawPull(draw, customer, market) }];
};

export const grant = undone(
  (draw, { person: { customer }, market: { offers } }) => ({
    who: 'operator',
    does: 'grant',
    customer,
    offer: draw.pick(offers),
    seconds: draw.pick([HOUR, DAY, 30 * DAY]),
  }),
  (draw, { person: { customer }, market: { offers } }) => ({
    who: 'operator',
    does: 'ungrant',
    customer,
    offer: draw.pick(offers),
  }),
);

export const syncByHand = once((_draw, { person: { customer } }) => ({
  who: 'operator',
  does: 'sync',
  customer,
}));

export const resend = once((draw) => ({
  who: 'stripe',
  does: 'resend',
  type: draw.pick([
    'customer.subscription.created',
    'customer.subscription.updated',
    'customer.subscription.deleted',
    'invoice.paid',
    'customer.updated',
  ]),
}));
