import { type EpochSeconds, MINUTE } from '../core/time.ts';

const KEPT_SECONDS = MINUTE;
const KEPT_MAX = 10_000;

/** What was not there a moment ago. In memory only: a push is seen by the index, and this forgets within a minute. */
export type Absences = {
  has(key: string, now: EpochSeconds): boolean;
  note(key: string, now: EpochSeconds): void;
};

export const absences = (): Absences => {
  const untils = new Map<string, EpochSeconds>();
  return {
    has: (key, now) => now < (untils.get(key) ?? 0),
    note: (key, now) => {
      // In the order of their ends, so that the first one is the one to forget.
      untils.delete(key);
      untils.set(key, now + KEPT_SECONDS);
      for (const [oldest] of untils) {
        if (untils.size <= KEPT_MAX) return;
        untils.delete(oldest);
      }
    },
  };
};
