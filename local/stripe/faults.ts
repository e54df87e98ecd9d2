import type { StripeState } from './state.ts';

/** What can be wrong with an answer. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly shouldRetry?: boolean }
  | { readonly kind: 'rate_limited'; readonly reason: string; readonly shouldRetry?: boolean }
  /** Never answers. */
  | { readonly kind: 'timeout' }
  /** Closes the connection without an answer. */
  | { readonly kind: 'reset' }
  /** A list that says it is empty, and that there is no more. */
  | { readonly kind: 'emptyPage' }
  /** `repeats`: the first page again and again, always with more to come. `empty`: nothing, and more to come. */
  | { readonly kind: 'brokenPaging'; readonly how: 'repeats' | 'empty' }
  /** Answers from an earlier snapshot of the world. */
  | { readonly kind: 'staleRead'; readonly state: StripeState }
  /** 200 with this text. */
  | { readonly kind: 'body'; readonly text: string };

type Planned = {
  readonly fault: Fault;
  /** `GET /v1/subscriptions`; absent: any. */
  readonly route: string | undefined;
  count: number;
  readonly until: number;
};

export type Resource =
  | 'account'
  | 'charges'
  | 'customers'
  | 'disputes'
  | 'events'
  | 'invoice_payments'
  | 'invoices'
  | 'prices'
  | 'products'
  | 'subscription_items'
  | 'subscriptions';

/** Everything that a test or the page can make go wrong on the way to Stripe. */
export const stripeFaults = (now: () => number) => {
  const planned: Planned[] = [];
  const forbidden = new Set<Resource>();
  const seen = new Map<string, number>();
  let seenAt = 0;
  let perSecondMax = Number.POSITIVE_INFINITY;
  let isRevoked = false;
  return {
    /** Called once for each request: which fault it meets. */
    take: (route: string): Fault | undefined => {
      const index = planned.findIndex(
        (one) => (one.route ?? route) === route && one.count > 0 && now() < one.until,
      );
      const found = planned[index];
      if (found === undefined) return undefined;
      found.count -= 1;
      if (found.count === 0) planned.splice(index, 1);
      return found.fault;
    },
    /** Counts requests to one endpoint in the clock's present second. */
    isOverRate: (route: string): boolean => {
      if (seenAt !== now()) seen.clear();
      seenAt = now();
      const count = (seen.get(route) ?? 0) + 1;
      seen.set(route, count);
      return count > perSecondMax;
    },
    isRevoked: () => isRevoked,
    isForbidden: (resource: Resource) => forbidden.has(resource),
    controls: {
      next: (count: number, fault: Fault, route?: string): void => {
        planned.push({ fault, route, count, until: Number.POSITIVE_INFINITY });
      },
      until: (at: number, fault: Fault, route?: string): void => {
        planned.push({ fault, route, count: Number.POSITIVE_INFINITY, until: at });
      },
      clear: (): void => {
        planned.length = 0;
      },
      revokeKey: (): void => {
        isRevoked = true;
      },
      restoreKey: (): void => {
        isRevoked = false;
      },
      /** The restricted key loses its read permission. */
      forbid: (...resources: readonly Resource[]): void => {
        for (const resource of resources) forbidden.add(resource);
      },
      permit: (...resources: readonly Resource[]): void => {
        for (const resource of resources) forbidden.delete(resource);
      },
      /** 25 is Stripe's limit for one endpoint; `undefined` switches it off. */
      limitRate: (requestsPerSecondMax: number | undefined): void => {
        perSecondMax = requestsPerSecondMax ?? Number.POSITIVE_INFINITY;
      },
    },
  };
};

export type StripeFaults = ReturnType<typeof stripeFaults>;
