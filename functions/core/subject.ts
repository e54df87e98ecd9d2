import type { Trigger } from './customer.ts';

/** Whom to look at. An event never says what is true. */
export type Subject = {
  readonly kind: 'customer' | 'charge' | 'subscription';
  readonly id: string;
  readonly because: Trigger;
  /** Names the occasion, so that two occasions are never taken for one message. */
  readonly occasion: string;
  /** Member items that belong to nobody's record, found by the daily comparison. */
  readonly strays?: readonly { readonly repository: string; readonly account: string }[];
};
