import { setImmediate as quiet } from 'node:timers/promises';

type Sleeper = { readonly at: number; readonly wake: () => void };

/** Time that moves only when everybody sleeps: then to whoever wakes first. Fractions of seconds count. */
export const virtualTime = (startsAt: number) => {
  let now = startsAt;
  let sleepers: Sleeper[] = [];
  return {
    now: () => now,
    sleep: (seconds: number): Promise<void> =>
      new Promise((wake) => {
        sleepers.push({ at: now + seconds, wake });
      }),
    /** Until nobody sleeps any more. */
    run: async (): Promise<void> => {
      await quiet();
      while (sleepers.length > 0) {
        now = Math.min(...sleepers.map(({ at }) => at));
        const woken = sleepers.filter(({ at }) => at === now);
        sleepers = sleepers.filter(({ at }) => at !== now);
        for (const { wake } of woken) wake();
        await quiet();
      }
    },
  };
};
