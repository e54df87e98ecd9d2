import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import { drawPayment, subscribeAct } from './draw-acts.ts';
import type { Act } from './plan.ts';
import { once, type Turn, undone } from './turn.ts';

export const cancelNow = once((_draw, { person: { subscription } }) => ({
  who: 'stripe',
  does: 'cancel_now',
  subscription,
}));

export const cancelLater = undone(
  (draw, { person: { subscription } }) =>
    draw.chance(0.5)
      ? { who: 'stripe', does: 'cancel_at_period_end', subscription, how: 'classic' }
      : {
          who: 'stripe',
          does: 'cancel_at',
          subscription,
          afterSeconds: draw.pick([10, HOUR, DAY, 3 * DAY]),
        },
  (_draw, { person: { subscription } }) => ({ who: 'stripe', does: 'undo_cancel', subscription }),
);

/** Names depend on how many turns there were, so that every subscription has one of its own. */
export const subscribeMore: Turn = (draw, { at, person, market }) => {
  const { customer, subscription, subscriptionCount } = person;
  const name = `${subscription}-${subscriptionCount}`;
  return [{ at, act: subscribeAct(draw, customer, name, market) }];
};

/** To the same thing again: one subscription ends and another begins in the same minute. */
export const resubscribe: Turn = (draw, scene) => [
  ...cancelNow(draw, scene),
  ...subscribeMore(draw, { ...scene, at: scene.at + draw.pick([0, 1, MINUTE, HOUR]) }),
];

export const changePlan: Turn = (draw, { at, person: { subscription }, market: { products } }) => {
  const product = draw.pick(products);
  const change = { who: 'stripe', does: 'change_plan', subscription } as const;
  const act = draw.weighed<Act>([
    [3, { ...change, products: [product] }],
    [2, { ...change, products: [product], payment: drawPayment(draw) }],
    [
      2,
      {
        ...change,
        products: [product],
        behavior: 'pending_if_incomplete',
        payment: drawPayment(draw),
      },
    ],
    [2, { who: 'stripe', does: 'add_item', subscription, product }],
    [1, { who: 'stripe', does: 'remove_item', subscription, product }],
    [
      1,
      {
        who: 'stripe',
        does: 'schedule_phase',
        subscription,
        afterSeconds: draw.pick([HOUR, DAY]),
        products: [product],
      },
    ],
    [1, { who: 'stripe', does: 'end_schedule', subscription, how: 'released' }],
  ]);
  return [{ at, act }];
};

export const pauseAndResume = undone(
  (_draw, { person: { subscription } }) => ({ who: 'stripe', does: 'pause', subscription }),
  (draw, { person: { subscription } }) => ({
    who: 'stripe',
    does: 'resume',
    subscription,
    ...(draw.chance(0.4)
      ? { behavior: 'resume_on_payment_success', payment: drawPayment(draw) }
      : {}),
  }),
);

export const pauseCollection = undone(
  (draw, { person: { subscription } }) => ({
    who: 'stripe',
    does: 'pause_collection',
    subscription,
    behavior: draw.pick(['keep_as_draft', 'mark_uncollectible', 'void'] as const),
  }),
  (_draw, { person: { subscription } }) => ({
    who: 'stripe',
    does: 'pause_collection',
    subscription,
    behavior: null,
  }),
);

export const trial = once((draw, { person: { subscription } }) =>
  draw.chance(0.5)
    ? { who: 'stripe', does: 'end_trial', subscription }
    : { who: 'stripe', does: 'extend_trial', subscription, days: draw.between(1, 5) },
);

/** A status that Stripe adds one day, and back. */
export const unknownStatus = undone(
  (_draw, { person: { subscription } }) => ({
    who: 'stripe',
    does: 'set_status',
    subscription,
    status: 'frozen',
  }),
  (_draw, { person: { subscription } }) => ({
    who: 'stripe',
    does: 'set_status',
    subscription,
    status: 'active',
  }),
);
