import type { StripeAct } from '../plan/plan.ts';
import { subscription } from './names.ts';
import { choice, map, type Reader } from './readers.ts';
import type { Step } from './rehearsal.ts';

type WithoutWho<Act> = Act extends StripeAct ? Omit<Act, 'who'> : never;
export type Does = WithoutWho<StripeAct>;

export const step = (act: Does): Step => ({
  kind: 'act',
  act: { who: 'stripe', ...act } as StripeAct,
});

export const payment = choice(['ok', 'fails', 'delayed', 'delayed_then_fails', 'none']);

/** For what takes a subscription and nothing else. */
export const about = (
  does: Extract<Does, { readonly subscription: string }>['does'] & PlainDoes,
): Reader<Step> => map(subscription, (name) => step({ does, subscription: name } as Does));

type PlainDoes =
  | 'cancel_now'
  | 'undo_cancel'
  | 'pause'
  | 'end_trial'
  | 'pay'
  | 'pay_out_of_band'
  | 'forgive'
  | 'void_latest'
  | 'show_before_basil';
