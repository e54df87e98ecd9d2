import type { EpochSeconds } from '../functions/core/time.ts';

/** The time of the whole process, which the page can move ahead. */
export type MovableClock = {
  now(): EpochSeconds;
  /** Time goes forward only, as everywhere else. */
  advance(seconds: number): void;
  /** Ahead of the machine's clock by so much: keep it, and pass it to `movableClock` at the next start. */
  offsetSeconds(): number;
  /** From here on `Date.now()` is this clock; what calls `new Date()` without arguments is not moved. */
  install(): void;
  uninstall(): void;
};

/** The only place that moves time: everything else asks `Date.now()`, as it does in Lambda. */
export const movableClock = (initialOffsetSeconds = 0): MovableClock => {
  checkSeconds(initialOffsetSeconds);
  const machineNow = Date.now;
  let offsetSeconds = initialOffsetSeconds;
  const movedNow = (): number => machineNow() + offsetSeconds * 1_000;
  return {
    now: () => Math.floor(movedNow() / 1_000),
    advance: (seconds) => {
      checkSeconds(seconds);
      offsetSeconds += seconds;
    },
    offsetSeconds: () => offsetSeconds,
    install: () => {
      Date.now = movedNow;
    },
    uninstall: () => {
      Date.now = machineNow;
    },
  };
};

const checkSeconds = (seconds: number): void => {
  if (Number.isInteger(seconds) && seconds >= 0) return;
  throw new Error(`a clock moves ahead by whole seconds, 0 or more, got ${seconds}`);
};
