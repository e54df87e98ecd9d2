import type { OpenReason, WithheldReason } from '../../functions/core/customer.ts';
import type { MetricName } from '../../functions/core/metrics.ts';
import type { Refusal } from '../../functions/core/refusal.ts';
import type { Plan } from '../plan/plan.ts';

/** One file, read: what happens, and what is expected. */
export type Rehearsal = {
  readonly title: string;
  readonly about?: string;
  readonly plan: Plan;
  /** Customer ids in the order in which they appear. */
  readonly customers: readonly string[];
  /** What the file says for each part of the plan; line 0 is for what no entry asks for. */
  readonly said: Readonly<Record<'acts' | 'faults' | 'travel', readonly Said[]>>;
  readonly checks: readonly Check[];
  /** The rules that hold in every world are watched too. */
  readonly isWatched: boolean;
};

/** An entry of the timeline: its line, and what it says, in one line. */
export type Said = { readonly line: number; readonly text: string };

/** Something expected, and where the file says so. `at` is seconds since the beginning. */
export type Check = { readonly at: number } & Said & Expectation;

export type Door = 'gateway' | 'aws';

/** Whose access is looked at, and where. */
export type Looked = {
  readonly customer: string;
  readonly doors: readonly Door[];
  /** At the AWS door; absent: those that the customer has then. */
  readonly accounts?: readonly string[];
};

export type Count = { readonly min: number; readonly max: number };

/** Why an offer is open, or why not. `nothing`: no subscription ever named it. */
export type Reason = OpenReason | WithheldReason | 'nothing';

export type PullOutcome = Refusal['kind'] | 'served' | 'refused' | 'no_answer' | 'no_credential';

export type Expectation =
  | ({
      readonly kind: 'access';
      /** Exactly these repositories. */
      readonly open?: readonly string[];
      /** Exactly these repositories, for what was pushed before the end. */
      readonly kept?: readonly string[];
      /** When access by these offers ends, in seconds since the beginning. */
      readonly ends?: ReadonlyMap<string, number>;
      readonly because?: ReadonlyMap<string, Reason>;
      readonly auditLines?: number;
      /** It need not be so at once, but at some time until then. */
      readonly withinSeconds: number;
    } & Looked)
  | ({
      readonly kind: 'always' | 'never';
      readonly open: readonly string[];
      readonly until: number;
    } & Looked)
  | ({
      readonly kind: 'one_of';
      readonly sets: readonly (readonly string[])[];
      readonly until: number;
    } & Looked)
  | {
      readonly kind: 'metric';
      readonly metric: MetricName;
      readonly count: Count;
      readonly since: number;
    }
  | {
      readonly kind: 'webhook';
      readonly status: number;
      readonly type?: string;
      readonly count: Count;
      readonly since: number;
    }
  | {
      readonly kind: 'reads';
      /** Absent: all. */
      readonly operation?: string;
      readonly count: Count;
      readonly perSecondMax?: number;
      readonly since: number;
    }
  | { readonly kind: 'dead_letters'; readonly count: Count }
  | {
      readonly kind: 'pull';
      readonly customer: string;
      readonly repository: string;
      readonly tag: string;
      /** Absent: it is only shown. */
      readonly expected?: PullOutcome;
    }
  | {
      readonly kind: 'aws_pull';
      readonly account: string;
      readonly repository: string;
      readonly expected?: 'served' | 'refused';
    }
  | { readonly kind: 'delivery'; readonly expected?: number };

/** What one entry of the timeline comes to. */
export type Step =
  | {
      readonly kind: 'act';
      readonly act: Plan['acts'][number]['act'];
      readonly check?: Expectation;
    }
  | { readonly kind: 'fault'; readonly fault: Omit<Plan['faults'][number], 'from'> }
  | { readonly kind: 'travel'; readonly travel: Omit<Plan['travel'][number], 'from'> }
  | { readonly kind: 'check'; readonly check: Expectation };
