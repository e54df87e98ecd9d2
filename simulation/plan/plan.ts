import type { Catalog } from '../../functions/core/catalog.ts';
import type { SubscribeRequest } from '../../local/stripe/acts-subscription.ts';
import type { Dunning, PauseBehavior, Payment } from '../../local/stripe/state.ts';
import type { FaultWindow } from '../kernel/faults.ts';
import type { ProcessName } from '../kernel/process.ts';
import type { Latency } from '../kernel/wire.ts';
import type { TravelWindow } from '../world/stripe.ts';

/**
 * Everything that happens in one run, as plain data: the same plan is the same run. Times are seconds
 * since the beginning.
 */
export type Plan = {
  /** Of latencies, and of what a share below 1 strikes. */
  readonly seed: number;
  /** Epoch seconds. */
  readonly startsAt: number;
  /** Then everything is calm, and the system has time to come to rest. */
  readonly seconds: number;
  /** The first one is deployed at the beginning; acts deploy others by their place. */
  readonly catalogs: readonly Catalog[];
  readonly acts: readonly TimedAct[];
  readonly faults: readonly FaultWindow[];
  readonly travel: readonly TravelWindow[];
  /** How far a function's clock is ahead; absent: not at all. */
  readonly skewSeconds: Readonly<Partial<Record<ProcessName, number>>>;
  readonly latency: Latency;
  /** How long the table's index lags behind, at most. */
  readonly indexLagSeconds: number;
  /** How often a handled message comes again. */
  readonly redeliveredShare: number;
  /** How often ECR's event of a push is lost. */
  readonly lostNewsShare: number;
  /** How ECR shows a policy that was written. */
  readonly readsBackAs: 'written' | 'ids' | 'shuffled';
};

export type TimedAct = { readonly at: number; readonly act: Act };

export type Act = StripeAct | OperatorAct | VendorAct | CustomerAct | AwsAct;

/** What becomes true in Stripe. Subscriptions go by a name that the plan gives them. */
export type StripeAct = { readonly who: 'stripe' } & (
  | {
      readonly does: 'create_customer';
      readonly customer: string;
      readonly email?: string;
      /** The text of the metadata field `aws_account_ids`. */
      readonly accounts?: string;
    }
  | { readonly does: 'set_accounts'; readonly customer: string; readonly accounts: string }
  | { readonly does: 'delete_customer'; readonly customer: string }
  | { readonly does: 'set_payment'; readonly customer: string; readonly payment: Payment }
  | ({ readonly does: 'subscribe'; readonly subscription: string } & SubscribeRequest)
  | {
      readonly does: 'add_item';
      readonly subscription: string;
      readonly product: string;
      readonly quantity?: number;
      readonly interval?: 'month' | 'year';
    }
  | { readonly does: 'remove_item'; readonly subscription: string; readonly product: string }
  | {
      readonly does: 'change_plan';
      readonly subscription: string;
      readonly products: readonly string[];
      readonly behavior?: 'allow_incomplete' | 'pending_if_incomplete';
      readonly payment?: Payment;
    }
  | {
      readonly does: 'cancel_now' | 'undo_cancel' | 'pause' | 'end_trial';
      readonly subscription: string;
    }
  | {
      readonly does: 'cancel_at_period_end';
      readonly subscription: string;
      readonly how?: 'classic' | 'flexible';
    }
  | { readonly does: 'cancel_at'; readonly subscription: string; readonly afterSeconds: number }
  | {
      readonly does: 'resume';
      readonly subscription: string;
      readonly behavior?: 'resume_on_payment_attempt' | 'resume_on_payment_success';
      readonly payment?: Payment;
    }
  | {
      readonly does: 'pause_collection';
      readonly subscription: string;
      readonly behavior: PauseBehavior | null;
    }
  | { readonly does: 'extend_trial'; readonly subscription: string; readonly days: number }
  | {
      readonly does: 'schedule_phase';
      readonly subscription: string;
      readonly afterSeconds: number;
      readonly products: readonly string[];
    }
  | {
      readonly does: 'end_schedule';
      readonly subscription: string;
      readonly how: 'released' | 'canceled';
    }
  | {
      readonly does: 'pay' | 'pay_out_of_band' | 'forgive' | 'void_latest';
      readonly subscription: string;
    }
  /** Of the customer's last successful charge. */
  | { readonly does: 'dispute'; readonly customer: string }
  | { readonly does: 'close_dispute'; readonly how: 'won' | 'lost' }
  | { readonly does: 'refund'; readonly customer: string; readonly amount: number | 'full' }
  /** For what nothing else leads to: a status or fields as Stripe would answer them. */
  | { readonly does: 'set_status'; readonly subscription: string; readonly status: string }
  | {
      readonly does: 'patch';
      /** A subscription's name, or a customer. */
      readonly object: string;
      readonly fields: Readonly<Record<string, unknown>> | null;
    }
  | { readonly does: 'create_product'; readonly product: string; readonly unitAmount?: number }
  | { readonly does: 'archive_product'; readonly product: string }
  | { readonly does: 'set_dunning'; readonly dunning: Partial<Dunning> }
  | { readonly does: 'set_cancel_on_dispute'; readonly isOn: boolean }
  /** From now on answered as before API version 2025-03-31.basil: the period of this moment, and not on the items. */
  | { readonly does: 'show_before_basil'; readonly subscription: string }
  /** The last event of this type is sent once more. */
  | { readonly does: 'resend'; readonly type: string }
  /** Somebody posts the last event of this type to the webhook by hand, once. */
  | ({ readonly does: 'deliver'; readonly type: string } & HandDelivery)
  /** Stripe signs with a new secret and the old one, and the webhook knows both. */
  | { readonly does: 'rotate_webhook_secret' }
  /** The end of a rotation, on both sides. */
  | { readonly does: 'drop_previous_secret' }
);

/** What is wrong with a delivery: as it stands here, nothing. */
export type HandDelivery = {
  /** Fields of the event, over what they are. */
  readonly overwrite: Readonly<Record<string, unknown>>;
  readonly signedWith: 'current' | 'previous' | 'both' | 'another';
  /** How long ago it was signed. */
  readonly ageSeconds: number;
  /** What arrives of what was signed; `eventbridge` is signed in that shape. */
  readonly body: 'as_signed' | 'reserialized' | 'base64' | 'bom' | 'eventbridge' | 'empty';
  readonly header: 'v1' | 'v0' | 'missing';
};

/** What the vendor's command does. */
export type OperatorAct = { readonly who: 'operator' } & (
  | { readonly does: 'sync' | 'rotate' | 'retire_all'; readonly customer: string }
  | {
      readonly does: 'grant';
      readonly customer: string;
      readonly offer: string;
      readonly seconds: number;
    }
  | { readonly does: 'ungrant'; readonly customer: string; readonly offer: string }
  | { readonly does: 'sync_everyone' | 'lift_breaker' | 'accept_catalog' | 'redrive' }
);

/** What the vendor does elsewhere. Images go by a name, and the same name is the same image. */
export type VendorAct = { readonly who: 'vendor' } & (
  | {
      readonly does: 'push';
      readonly repository: string;
      readonly image: string;
      readonly tags: readonly string[];
    }
  | { readonly does: 'delete_image'; readonly repository: string; readonly image: string }
  | { readonly does: 'untag'; readonly repository: string; readonly tag: string }
  /** New functions with the catalog at this place of the plan. */
  | { readonly does: 'deploy'; readonly catalog: number }
  | { readonly does: 'backup' | 'restore' }
);

export type CustomerAct = { readonly who: 'customer'; readonly customer: string } & (
  | { readonly does: 'claim' }
  /** With the newest credential that it holds. */
  | { readonly does: 'pull'; readonly repository: string; readonly tag: string }
);

/** What happens at AWS without us. */
export type AwsAct = { readonly who: 'aws' } & (
  | { readonly does: 'close_account' | 'open_account'; readonly account: string }
  | { readonly does: 'edit_policy' | 'delete_policy'; readonly repository: string }
  /** A hand in the console schedules the deletion of the customer's secret that waits to be claimed. */
  | { readonly does: 'schedule_secret_deletion'; readonly customer: string }
  /** Somebody edits a member item: lets an account in, or removes one. */
  | {
      readonly does: 'tamper_member';
      readonly repository: string;
      readonly account: string;
      readonly customer: string;
    }
);
