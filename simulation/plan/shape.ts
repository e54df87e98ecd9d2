import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { Latency } from '../kernel/wire.ts';
import type { Draw } from './draw.ts';

/** How large a plan is, and what it is about. */
export type Shape = {
  readonly seconds: number;
  /** Acts and faults come before this; what follows is calm. */
  readonly calmAt: number;
  readonly customers: number;
  /** How many things each customer does or meets. */
  readonly turns: readonly [from: number, to: number];
  readonly vendorTurns: readonly [from: number, to: number];
  readonly faults: readonly [from: number, to: number];
  /** Links stopped one by one and freed in another order, so often. */
  readonly clogs: number;
  readonly hasStorm: boolean;
  /** When much comes together: what people do, and what goes wrong meanwhile. */
  readonly hotTimes: readonly number[];
};

/** Long enough for what was delayed by the last of the faults to be tried again. */
const CALM_SECONDS = 12 * HOUR;

/** Mostly small, so that thousands run in a minute; what needs months or many customers comes more seldom. */
export const shapeOf = (draw: Draw): Shape => {
  const kind = draw.weighed([
    [74, TINY],
    [14, SMALL],
    [6, STORM],
    [3, LONG],
    [3, CROWD],
  ]);
  const days = draw.between(...kind.days);
  const seconds = days * DAY + draw.between(0, DAY);
  return {
    ...kind,
    seconds,
    calmAt: seconds - CALM_SECONDS,
    customers: draw.between(...kind.customers),
    clogs: draw.chance(kind.clogShare) ? 1 : 0,
    hotTimes: Array.from({ length: draw.between(0, 2) }, () =>
      draw.between(HOUR, seconds - CALM_SECONDS - HOUR),
    ),
  };
};

/** Between these two; in most plans rather when other things happen too. */
export const drawTime = (
  draw: Draw,
  { hotTimes }: Shape,
  [from, until]: readonly [number, number],
): number => {
  const anyTime = draw.between(from, until);
  if (hotTimes.length === 0 || draw.chance(0.4)) return anyTime;
  const near = draw.pick(hotTimes) + draw.between(-5 * MINUTE, 15 * MINUTE);
  return Math.min(Math.max(from, near), Math.max(from, until));
};

type Range = readonly [from: number, to: number];
type Kind = Pick<Shape, 'turns' | 'vendorTurns' | 'faults' | 'hasStorm'> & {
  readonly days: Range;
  readonly customers: Range;
  readonly clogShare: number;
};

const TINY: Kind = {
  days: [1, 2],
  customers: [1, 2],
  turns: [0, 2],
  vendorTurns: [0, 1],
  faults: [0, 3],
  clogShare: 0.05,
  hasStorm: false,
};
const SMALL: Kind = {
  days: [3, 7],
  customers: [2, 4],
  turns: [0, 3],
  vendorTurns: [0, 2],
  faults: [0, 4],
  clogShare: 0.1,
  hasStorm: false,
};
const STORM: Kind = {
  days: [2, 5],
  customers: [2, 5],
  turns: [1, 4],
  vendorTurns: [0, 2],
  faults: [3, 10],
  clogShare: 0.5,
  hasStorm: true,
};
const LONG: Kind = {
  days: [60, 120],
  customers: [1, 3],
  turns: [1, 5],
  vendorTurns: [1, 3],
  faults: [1, 5],
  clogShare: 0.2,
  hasStorm: false,
};
/** Enough for more losses than the breaker lets pass. */
const CROWD: Kind = {
  days: [3, 6],
  customers: [7, 12],
  turns: [0, 1],
  vendorTurns: [0, 2],
  faults: [0, 4],
  clogShare: 0.1,
  hasStorm: false,
};

export const latencyOf = (draw: Draw): Latency => {
  const usualSeconds = draw.weighed([
    [6, 0.02],
    [2, 0.1],
    [1, 0.5],
  ]);
  // A call that stalls arrives after others that were sent later.
  if (!draw.chance(0.3)) return { usualSeconds, stallShare: 0, stallSeconds: 0 };
  return {
    usualSeconds,
    stallShare: draw.share(0.002, 0.03),
    stallSeconds: draw.pick([2, 10, 30, 2 * MINUTE, 10 * MINUTE]),
  };
};
