import type { World } from './world.ts';

type Outcome = 'as believed' | 'otherwise' | 'not settled';

/** What was seen, in words that can be read years later without this program. */
export type Finding = { readonly outcome: Outcome; readonly observed: string };

/** Unless asked for, these are left out: `slow` waits for more than an hour, `iam` makes a role. */
export type Need = 'slow' | 'iam';

/** One thing that we believe about AWS without having seen it there. */
export type Probe = {
  /** Stays the same for good: results of two runs are compared by it. */
  readonly id: string;
  readonly belief: string;
  /** Where the belief comes from: read at AWS, reported by others, inferred, remembered. */
  readonly source: string;
  readonly dependents: string;
  readonly needs?: Need;
  readonly secondsMax: number;
  readonly run: (world: World) => Promise<Finding>;
};

export const settled = (isAsBelieved: boolean, observed: string): Finding => ({
  outcome: isAsBelieved ? 'as believed' : 'otherwise',
  observed,
});

export const notSettled = (observed: string): Finding => ({ outcome: 'not settled', observed });
