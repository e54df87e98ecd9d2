import type { Clock } from '../../functions/ports.ts';

/** Whose code runs: each has a clock of its own. */
export type ProcessName =
  | 'webhook'
  | 'sync'
  | 'sweep'
  | 'apply-policy'
  | 'index-release'
  | 'gateway'
  | 'operator';

/** One process of a function. What it remembers between calls ends with it. */
export type Process = {
  readonly name: ProcessName;
  /** How far its clock is ahead. */
  readonly skewSeconds: number;
  readonly clock: Clock;
  /** Whoever is dead asks nobody and hears no answer: its code never goes on. */
  isDead: boolean;
  onDeath: () => void;
};

export const kill = (process: Process): void => {
  if (process.isDead) return;
  process.isDead = true;
  process.onDeath();
};
