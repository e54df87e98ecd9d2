import type { Clock } from '../ports.ts';

/** The only place where time is read. */
export const systemClock: Clock = () => Math.floor(Date.now() / 1_000);
