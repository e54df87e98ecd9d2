import type { Tried } from '../../simulation/search.ts';

/** From the command to a worker. */
export type Order =
  | { readonly kind: 'seed'; readonly seed: number }
  /** Nothing is left: measure the empty harness, and end. */
  | { readonly kind: 'end' };

/** From a worker to the command. Times are of its processor, so that other programs do not count. */
export type Answer =
  | {
      readonly kind: 'tried';
      readonly seed: number;
      readonly tried: Tried;
      readonly cpuSeconds: number;
    }
  | { readonly kind: 'empty'; readonly calls: number; readonly cpuSeconds: number };
