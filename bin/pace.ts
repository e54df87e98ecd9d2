import type { Billing } from '../functions/ports.ts';

type Timing = {
  readonly nowMs: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
};

/**
 * Keeps a long run below so many Stripe requests a second, which leaves most of the account's limit
 * to the vendor's own traffic. A customer counts as the two requests that it usually takes.
 */
export const paced = (
  billing: Billing,
  requestsPerSecond: number,
  { nowMs, sleep }: Timing,
): Billing => {
  let freeAtMs = 0;
  const turn = async (requests: number): Promise<void> => {
    const startMs = Math.max(nowMs(), freeAtMs);
    freeAtMs = startMs + (requests * 1_000) / requestsPerSecond;
    const waitMs = startMs - nowMs();
    if (waitMs > 0) await sleep(waitMs);
  };
  return {
    readCustomer: async (customerId) => {
      await turn(2);
      return billing.readCustomer(customerId);
    },
    resolveSubject: async (subject) => {
      await turn(1);
      return billing.resolveSubject(subject);
    },
    listEvents: async (since, next) => {
      await turn(1);
      return billing.listEvents(since, next);
    },
    listSubscriptions: async (next) => {
      await turn(1);
      return billing.listSubscriptions(next);
    },
  };
};
