import { DAY } from '../../functions/core/time.ts';
import type { System } from '../system.ts';
import type { Coming } from '../view/coming.ts';
import type { Moving } from '../view.ts';
import { BadInput } from './bad-input.ts';
import type { Input } from './input.ts';

export type ClockMover = {
  /** The move that is under way. */
  readonly moving: () => Moving | null;
  /** Starts a move; the page follows it in the state. */
  readonly start: (seconds: number) => Moving;
  /** Resolves when no move is under way. */
  readonly idle: () => Promise<void>;
};

const MOVE_SECONDS_MAX = 400 * DAY;

type Deps = {
  readonly system: Pick<System, 'clock' | 'moveClock'>;
  readonly report: (message: string, error: unknown) => void;
};

/** One move at a time. The caller has looked at `moving` first. */
export const clockMover = ({ system: { clock, moveClock }, report }: Deps): ClockMover => {
  let moving: Moving | null = null;
  let work: Promise<void> = Promise.resolve();
  const move = async ({ fromAt, toAt }: Moving): Promise<void> => {
    try {
      await moveClock(toAt - fromAt, (doneSeconds) => {
        moving = { fromAt, toAt, doneSeconds };
      });
    } catch (error) {
      report('the clock stopped on its way', error);
    } finally {
      moving = null;
    }
  };
  return {
    moving: () => moving,
    start: (seconds) => {
      const fromAt = clock.now();
      const started = { fromAt, toAt: fromAt + seconds, doneSeconds: 0 };
      moving = started;
      work = move(started);
      return started;
    },
    idle: () => work,
  };
};

/** `{"seconds": 3600}`, or `{"to": "next"}` for the next thing that happens. */
export const secondsOf = (input: Input, coming: readonly Coming[], now: number): number => {
  const seconds = input.optionalWholeNumber('seconds', { min: 1, max: MOVE_SECONDS_MAX });
  if (seconds !== undefined) {
    input.end();
    return seconds;
  }
  input.choice('to', ['next']);
  input.end();
  const [next] = coming;
  if (next === undefined) {
    throw new BadInput('to is "next", and nothing is going to happen by itself: give seconds');
  }
  return Math.max(1, next.at - now);
};
