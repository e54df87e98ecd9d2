import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { RehearsalResult } from './result.ts';
import { timeText } from './text.ts';

/** Where the time axis stands in the drawing, in the drawing's own units. */
export const LEFT = 178;
export const RIGHT = 1_088;
export const WIDTH = 1_100;

export type Scale = {
  readonly x: (at: number) => number;
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
};

const STEPS = [
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  6 * HOUR,
  DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  61 * DAY,
  183 * DAY,
  366 * DAY,
] as const;
const TICKS_MAX = 14;

/** Ticks by the calendar: at full hours, or at midnights. */
export const scaleOf = ({
  startsAt,
  endsAt,
}: Pick<RehearsalResult, 'startsAt' | 'endsAt'>): Scale => {
  const seconds = Math.max(1, endsAt - startsAt);
  const x = (at: number): number => {
    const share = Math.min(1, Math.max(0, (at - startsAt) / seconds));
    return Math.round((LEFT + share * (RIGHT - LEFT)) * 10) / 10;
  };
  const step = STEPS.find((each) => seconds / each <= TICKS_MAX) ?? 366 * DAY;
  const unit = Math.min(step, DAY);
  const first = Math.ceil(startsAt / unit) * unit;
  const ticks: { readonly x: number; readonly label: string }[] = [];
  for (let at = first; at <= endsAt; at += step) {
    const text = timeText(at);
    ticks.push({ x: x(at), label: step < DAY ? text.slice(5, 16) : text.slice(0, 10) });
  }
  return { x, ticks };
};
