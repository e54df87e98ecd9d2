import type { Transition } from '../../functions/core/customer.ts';
import type { Door, Reason } from './rehearsal.ts';

/** What came of one expectation. */
export type Outcome = {
  readonly line: number;
  /** Epoch seconds: when it was looked at, or broken. */
  readonly at: number;
  readonly isMet: boolean;
  /** `nova at the gateway: open` */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
  /** Whose it is, for the picture. */
  readonly customerId?: string;
};

/** Epoch seconds; half-open. */
type Stretch = { readonly from: number; readonly until: number };

/** Something was open at a door for a while. */
export type Bar = Stretch & {
  readonly door: Door;
  /** At the gateway an offer, at the AWS door a repository. */
  readonly name: string;
  /** Why an offer was open, as far as it is known. */
  readonly because?: Reason;
  /** What was pushed before the end, after the end. */
  readonly isKept: boolean;
};

/** One event of Stripe's, and what became of it. */
export type EventMark = {
  readonly at: number;
  readonly type: string;
  /** When a 2xx answered it first; absent: never. */
  readonly arrivedAt?: number;
};

export type ActMark = { readonly at: number; readonly line: number; readonly text: string };

export type PullMark = {
  readonly at: number;
  readonly text: string;
  readonly isServed: boolean;
};

/** What one customer lived through. */
export type CustomerTale = {
  readonly customerId: string;
  readonly transitions: readonly Transition[];
  readonly bars: readonly Bar[];
  readonly acts: readonly ActMark[];
  readonly events: readonly EventMark[];
  readonly pulls: readonly PullMark[];
};

/** Something that was wrong for a while. */
export type TroubleSpan = Stretch & {
  readonly line: number;
  readonly kind: 'fault' | 'events';
  readonly text: string;
  /** How many calls or events it was for, as far as that can be known. */
  readonly met?: number;
};

export type RehearsalResult = {
  readonly title: string;
  readonly about?: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly tales: readonly CustomerTale[];
  readonly trouble: readonly TroubleSpan[];
  /** In the order of time. */
  readonly outcomes: readonly Outcome[];
  /** What the rules of every world say was broken; absent: nothing, or nobody watched. */
  readonly broken?: string;
  readonly isFine: boolean;
  /** Calls that real code made. */
  readonly calls: number;
};
