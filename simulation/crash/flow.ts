import type { Catalog } from '../../functions/core/catalog.ts';
import type { Act, TimedAct } from '../plan/plan.ts';

/** What somebody does step after step, each once the one before is done; whoever is cut off does it again. */
type Step = Extract<Act, { readonly who: 'operator' | 'customer' }>;

/** One thing that must come out the same wherever a process dies on the way. */
export type Flow = {
  readonly name: string;
  /** The first one is deployed before the flow begins. */
  readonly catalogs: readonly Catalog[];
  /** What is true before, lived through once and undisturbed. Times are seconds since `BEGINS_AT`. */
  readonly before: readonly TimedAct[];
  /** When the flow begins, in seconds since `BEGINS_AT`: what was before has come to rest. */
  readonly mark: number;
  /** What happens by itself. Times are seconds since the mark, as those of `steps`. */
  readonly acts: readonly TimedAct[];
  readonly steps: readonly Step[];
  readonly stepsFrom: number;
  /** Undisturbed, all of it is done by then. */
  readonly doneBy: number;
};
