import type { Payment } from '../../local/stripe/state.ts';
import type { Draw } from './draw.ts';
import type { Act, StripeAct } from './plan.ts';

type Subscribe = Extract<StripeAct, { readonly does: 'subscribe' }>;

/** What everybody in one plan can choose from. */
export type Market = {
  readonly products: readonly string[];
  readonly offers: readonly string[];
  readonly repositories: readonly string[];
};

export const TAGS: readonly string[] = ['1.0.0', '1.1.0', '2.0.0', 'edge', 'latest'];

/** Everybody's account, to be held by two customers at once. */
const SHARED_ACCOUNT = '111122223300';

export const drawPull = (draw: Draw, customer: string, { repositories }: Market): Act => ({
  who: 'customer',
  does: 'pull',
  customer,
  repository: draw.pick(repositories),
  tag: draw.pick(TAGS),
});

export const accountsText = (draw: Draw, number: number): string => {
  const own = `1111222233${String(number).padStart(2, '0')}`;
  return draw.weighed([
    [6, own],
    [2, `${own}, 2222333344${String(number).padStart(2, '0')}`],
    [1, SHARED_ACCOUNT],
    [1, `${own};${SHARED_ACCOUNT}`],
    [1, `${own} 12345 not-an-account`],
    [1, 'none yet'],
    [2, ''],
  ]);
};

export const subscribeAct = (
  draw: Draw,
  customer: string,
  subscription: string,
  { products }: Market,
): Subscribe => {
  const first = draw.pick(products);
  const second = draw.pick(products);
  const several = draw.chance(0.25) && second !== first ? [first, second] : [first];
  const act = { who: 'stripe', does: 'subscribe', subscription, customer } as const;
  return {
    ...act,
    products: several,
    ...(draw.chance(0.2) ? { interval: 'year' } : {}),
    ...(draw.chance(0.2) ? { billingMode: 'classic' } : {}),
    ...draw.weighed<Partial<Subscribe>>([
      [6, {}],
      [2, trialOf(draw)],
      [2, { collectionMethod: 'send_invoice', daysUntilDue: draw.pick([1, 3, 30]) }],
      [1, { coupon100: true }],
      [4, { payment: drawPayment(draw) }],
    ]),
  };
};

const trialOf = (draw: Draw): Partial<Subscribe> => ({
  trialDays: draw.pick([1, 2, 7]),
  trialEndBehavior: draw.pick(['cancel', 'create_invoice', 'pause'] as const),
  ...(draw.chance(0.5) ? { payment: drawPayment(draw) } : {}),
});

/** `delayed` is a bank debit: days pass before anybody knows. */
export const drawPayment = (draw: Draw): Payment =>
  draw.weighed<Payment>([
    [3, 'ok'],
    [2, 'fails'],
    [2, 'delayed'],
    [1, 'delayed_then_fails'],
    [1, 'none'],
  ]);
