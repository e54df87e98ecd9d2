import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { Draw } from './draw.ts';
import type { Market } from './draw-acts.ts';
import type { Act, TimedAct } from './plan.ts';
import type { Shape } from './shape.ts';

type Person = {
  readonly customer: string;
  readonly number: number;
  /** The first one; more get names of their own. */
  readonly subscription: string;
  readonly subscriptionCount: number;
};

export type Scene = {
  readonly at: number;
  readonly person: Person;
  readonly market: Market;
  readonly shape: Shape;
};

export type Turn = (draw: Draw, scene: Scene) => readonly TimedAct[];

export const once =
  (actOf: (draw: Draw, scene: Scene) => Act): Turn =>
  (draw, scene) => [{ at: scene.at, act: actOf(draw, scene) }];

/** Something, and later what undoes it, if at all. */
export const undone = (
  first: (draw: Draw, scene: Scene) => Act,
  second: (draw: Draw, scene: Scene) => Act,
): Turn => {
  return (draw, scene) => {
    const begun = { at: scene.at, act: first(draw, scene) };
    const backAt = scene.at + draw.pick([1, MINUTE, HOUR, 12 * HOUR, 2 * DAY]);
    const isUndone = draw.chance(0.7) && backAt < scene.shape.calmAt;
    return isUndone ? [begun, { at: backAt, act: second(draw, scene) }] : [begun];
  };
};
