/** What may go wrong with a call, on demand. */
export type Fault =
  /** Refused before anything was done. */
  | {
      readonly kind: 'refuse';
      readonly code: string;
      readonly status: number;
      readonly message: string;
    }
  /** The connection breaks before anything was done. */
  | { readonly kind: 'drop' }
  /** Done, and the connection breaks before the answer: the caller cannot tell it from `drop`. */
  | { readonly kind: 'do_then_drop' };

/** How AWS refuses a call that comes too soon after others. */
export const THROTTLED: Fault = {
  kind: 'refuse',
  code: 'ThrottlingException',
  status: 429,
  message: 'Rate exceeded',
};

export type FaultSwitch = {
  /** The next `times` calls of `operation` meet `fault`. */
  fail(operation: string, times: number, fault: Fault): void;
  /** Answers to every operation wait this long, in real time. */
  setLatency(milliseconds: number): void;
  /** Calls by operation since the start or the last `resetCalls`, failed ones included. */
  calls(): Readonly<Record<string, number>>;
  resetCalls(): void;
};

export type FaultBook = FaultSwitch & {
  /** Counts the call and takes the next fault planned for it. */
  take(operation: string): Fault | undefined;
  latencyMilliseconds(): number;
};

export const faultBook = (): FaultBook => {
  const planned = new Map<string, Fault[]>();
  const counts = new Map<string, number>();
  let latency = 0;
  return {
    fail: (operation, times, fault) => {
      const queue = planned.get(operation) ?? [];
      planned.set(operation, [...queue, ...Array.from({ length: times }, () => fault)]);
    },
    setLatency: (milliseconds) => {
      latency = milliseconds;
    },
    calls: () => Object.fromEntries(counts),
    resetCalls: () => counts.clear(),
    take: (operation) => {
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
      return planned.get(operation)?.shift();
    },
    latencyMilliseconds: () => latency,
  };
};
