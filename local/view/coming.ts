import type { EpochSeconds } from '../../functions/core/time.ts';
import type { StripeState } from '../stripe/state.ts';
import { nextStepAt } from '../stripe/steps.ts';

export type Coming = { readonly at: EpochSeconds; readonly what: string };

type Expected = {
  readonly stripe: StripeState | undefined;
  readonly customers: readonly {
    readonly customerId: string;
    readonly dueAt: EpochSeconds | undefined;
  }[];
  readonly deliveries: readonly { readonly dueAt: EpochSeconds | undefined }[];
  /** When a message that waits can be received. */
  readonly messagesAt: readonly EpochSeconds[];
};

const SHOWN = 5;

/** What time alone will bring about, soonest first. */
export const comingOf = (
  { stripe, customers, deliveries, messagesAt }: Expected,
  nameOf: (customerId: string) => string,
  now: EpochSeconds,
): readonly Coming[] =>
  [
    ...(stripe === undefined ? [] : stepsOf(stripe, nameOf, now)),
    ...customers.map(({ customerId, dueAt }) => ({
      at: dueAt,
      what: `Wharfage looks at ${nameOf(customerId)}`,
    })),
    ...deliveries.map(({ dueAt }) => ({ at: dueAt, what: 'an event is delivered' })),
    ...messagesAt.map((at) => ({ at, what: 'a waiting message is handled' })),
  ]
    .flatMap(({ at, what }) => (at === undefined || at <= now ? [] : [{ at, what }]))
    .sort((a, b) => a.at - b.at)
    .slice(0, SHOWN);

const stepsOf = (
  state: StripeState,
  nameOf: (customerId: string) => string,
  now: EpochSeconds,
): readonly { readonly at: EpochSeconds | undefined; readonly what: string }[] => {
  const engine = { state, at: now, emit: () => undefined, touched: new Set<string>() };
  return Object.values(state.subscriptions).map((subscription) => ({
    at: nextStepAt(engine, subscription),
    what: `Stripe’s next step for ${nameOf(subscription.customerId)}`,
  }));
};
