import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { Draw } from './draw.ts';
import { accountsText, drawPull, type Market, subscribeAct } from './draw-acts.ts';
import { drawTurn } from './draw-turns.ts';
import type { Act, TimedAct } from './plan.ts';
import { drawTime, type Shape } from './shape.ts';

/** One customer's life with us, from the first subscription to the last pull. */
export const drawCustomer = (
  draw: Draw,
  number: number,
  shape: Shape,
  market: Market,
): readonly TimedAct[] => {
  const customer = `cus_${number}`;
  const isLate = draw.chance(0.3);
  const bornAt = draw.between(MINUTE, isLate ? shape.calmAt / 2 : 6 * HOUR);
  const subscription = `S${number}`;
  const acts: TimedAct[] = [
    { at: bornAt, act: birthOf(draw, customer, number) },
    {
      at: bornAt + draw.between(1, 10 * MINUTE),
      act: subscribeAct(draw, customer, subscription, market),
    },
    ...claimsAfter(draw, customer, bornAt),
  ];
  const turns = draw.between(...shape.turns);
  for (let turn = 1; turn <= turns; turn += 1) {
    const at = drawTime(draw, shape, [bornAt + 10 * MINUTE, shape.calmAt]);
    const person = { customer, number, subscription, subscriptionCount: turn };
    acts.push(...drawTurn(draw, { at, person, market, shape }));
  }
  const pulls = draw.between(0, 2);
  for (let pull = 0; pull < pulls; pull += 1) {
    const at = draw.between(bornAt + MINUTE, shape.seconds);
    acts.push({ at, act: drawPull(draw, customer, market) });
  }
  return [...acts, ...looksAround(draw, customer, acts, market)];
};

/** Pulls right before and soon after something has changed find what is slow to close. */
const looksAround = (
  draw: Draw,
  customer: string,
  acts: readonly TimedAct[],
  market: Market,
): readonly TimedAct[] =>
  draw
    .some(
      acts.filter(({ act }) => act.who !== 'customer'),
      0.25,
    )
    .flatMap(({ at }) => {
      const act = drawPull(draw, customer, market);
      const before = Math.max(0, at - draw.between(1, 5 * MINUTE));
      const after = at + draw.pick([20, 50, 70, 5 * MINUTE, 20 * MINUTE]);
      return draw.chance(0.5)
        ? [{ at: after, act }]
        : [before, after].map((time) => ({ at: time, act }));
    });

const birthOf = (draw: Draw, customer: string, number: number): Act => {
  const accounts = accountsText(draw, number);
  const email = `${customer}@example.com`;
  const born = { who: 'stripe', does: 'create_customer', customer, email } as const;
  return accounts === '' ? born : { ...born, accounts };
};

/** Some try before there is anything to claim, some twice at once. */
const claimsAfter = (draw: Draw, customer: string, bornAt: number): readonly TimedAct[] => {
  const act = { who: 'customer', does: 'claim', customer } as const;
  const at = bornAt + draw.pick([MINUTE, 12 * MINUTE, 20 * MINUTE, 2 * HOUR, DAY]);
  const again = draw.weighed([
    [4, []],
    [2, [at + 10 * MINUTE]],
    [1, [at]],
    [1, [at + 1]],
  ]);
  return draw.chance(0.15) ? [] : [at, ...again].map((time) => ({ at: time, act }));
};
