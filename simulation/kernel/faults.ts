import type { ProcessName } from './process.ts';
import { type Random, saltOf, shareOf } from './random.ts';

export type Service = 'stripe' | 'dynamodb' | 'sqs' | 'ecr' | 'secretsmanager';

/** One call on its way from a process to a far end. */
export type Call = {
  readonly process: ProcessName;
  readonly service: Service;
  /** As the port or Stripe's API names it: `saveCustomer`, `GET /v1/customers/:id`. */
  readonly operation: string;
  /** What it is about: a customer, a repository, a secret. */
  readonly key: string;
};

/** What goes wrong with a call. */
export type Fault =
  /** The far end answers an error and does nothing: a throttle, a 401, a 404, a 500. */
  | { readonly kind: 'refused'; readonly status: number }
  /** Never arrives; the caller gives up waiting. */
  | { readonly kind: 'lost' }
  /** Takes effect, and the caller hears nothing of it. */
  | { readonly kind: 'unanswered' }
  /** The caller gives up waiting, and afterwards it takes effect. */
  | { readonly kind: 'late'; readonly seconds: number }
  | { readonly kind: 'slow'; readonly seconds: number }
  /** A read answers what was true so long ago. */
  | { readonly kind: 'stale'; readonly seconds: number }
  /** A list of Stripe's that never ends, or is suddenly empty. */
  | { readonly kind: 'broken_paging'; readonly how: 'empty' | 'repeats' | 'emptied' }
  /** The process dies: before the call has any effect, or after it and before it hears the answer. */
  | { readonly kind: 'dies'; readonly when: 'before' | 'after' };

/** A read is answered, and not with what is true now. */
export const isDeceptive = ({ kind }: Fault): boolean =>
  kind === 'stale' || kind === 'broken_paging';

/** By how much a call that it strikes is later, or its answer older. */
export const faultSecondsOf = (fault: Fault): number => ('seconds' in fault ? fault.seconds : 0);

/** From when until when which share of which calls goes wrong. Times are seconds since the beginning. */
export type FaultWindow = {
  readonly from: number;
  readonly until: number;
  /** 1: every call. */
  readonly share: number;
  readonly fault: Fault;
  /** Absent: all. */
  readonly process?: ProcessName;
  readonly service?: Service;
  readonly operation?: string;
  /** A customer, a repository or a secret. */
  readonly key?: string;
};

export type Faults = {
  /** Asked once for each call; `identity` is a number that no other call of this time has. */
  of(call: Call, now: number, identity: number): Fault | undefined;
};

/**
 * Whether a window strikes depends on the window and the call alone: leaving out another window, an
 * act or a look of the schedules changes nothing about it.
 */
export const faultsOf = (
  windows: readonly FaultWindow[],
  startsAt: number,
  randomFor: (name: string) => Random,
): Faults => {
  const armed = windows.map((window) => ({
    window,
    salt: saltOf(randomFor(`fault ${JSON.stringify(window)}`)),
  }));
  return {
    of: (call, now, identity) => {
      for (const { window, salt } of armed) {
        if (!isAbout(window, call, now - startsAt)) continue;
        if (shareOf(identity, salt) < window.share) return window.fault;
      }
      return undefined;
    },
  };
};

/** Whether a call at this time, in seconds since the beginning, is one of those that the window strikes. */
export const isAbout = (window: FaultWindow, call: Call, since: number): boolean =>
  window.from <= since &&
  since < window.until &&
  (window.process ?? call.process) === call.process &&
  (window.service ?? call.service) === call.service &&
  (window.operation ?? call.operation) === call.operation &&
  (window.key ?? call.key) === call.key;
