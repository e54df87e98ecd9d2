import type { StripeAct } from './acts.ts';
import type { Input } from './input.ts';
import { subscriptionOf } from './subscription-acts.ts';

const ID = { min: 1, max: 100 };

type World = Parameters<StripeAct>[1]['world'];

const chargeOf = (input: Input, world: World): string =>
  input.id(
    'charge',
    world.customerIds().flatMap((id) => world.chargeIds(id)),
    'a charge of this page',
  );

export const PAYMENT_ACTS = {
  pay: (input, { world }) => {
    const subscription = subscriptionOf(input, world);
    input.end();
    world.pay(subscription);
    return {};
  },
  dispute: (input, { world }) => {
    const charge = chargeOf(input, world);
    input.end();
    return { id: world.dispute(charge) };
  },
  close_dispute: (input, { world }) => {
    const dispute = input.text('dispute', ID);
    const how = input.choice('how', ['won', 'lost']);
    input.end();
    world.closeDispute(dispute, how);
    return {};
  },
  refund: (input, { world }) => {
    const charge = chargeOf(input, world);
    input.end();
    return { id: world.refund(charge, 'full') };
  },
} as const satisfies Readonly<Record<string, StripeAct>>;
