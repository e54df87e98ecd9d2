import type { MetricName } from '../../functions/core/metrics.ts';
import type { Subject } from '../../functions/core/subject.ts';
import type {
  LogFields,
  PolicyMessage,
  PolicyQueue,
  Report,
  SubjectQueue,
} from '../../functions/ports.ts';
import { watch } from './canaries.ts';

/** A queue that keeps what was sent, in order; `calls` counts the sends. Set `fail` to lose them. */
export const recordingSubjects = (): SubjectQueue & {
  readonly sent: Subject[];
  calls: number;
  fail?: Error | undefined;
} => {
  const queue = {
    sent: [] as Subject[],
    calls: 0,
    fail: undefined as Error | undefined,
    sendSubjects: async (subjects: readonly Subject[]): Promise<void> => {
      queue.calls += 1;
      if (queue.fail !== undefined) throw queue.fail;
      queue.sent.push(...structuredClone(subjects));
      watch('message', 'a recorded queue', JSON.stringify(subjects));
    },
  };
  return queue;
};

/** As `recordingSubjects`, for the second queue. */
export const recordingPolicies = (): PolicyQueue & {
  readonly sent: PolicyMessage[];
  calls: number;
  fail?: Error | undefined;
} => {
  const queue = {
    sent: [] as PolicyMessage[],
    calls: 0,
    fail: undefined as Error | undefined,
    sendPolicies: async (messages: readonly PolicyMessage[]): Promise<void> => {
      queue.calls += 1;
      if (queue.fail !== undefined) throw queue.fail;
      queue.sent.push(...structuredClone(messages));
      watch('message', 'a recorded queue', JSON.stringify(messages));
    },
  };
  return queue;
};

export type Recorded = {
  readonly message: string;
  readonly fields: LogFields;
  readonly metric?: MetricName;
  readonly value?: number;
};

/** Keeps every line; `counted('BreakerHeld')` sums a metric. */
export const recordingReport = (): Report & {
  readonly lines: Recorded[];
  counted(metric: MetricName): number;
} => {
  const lines: Recorded[] = [];
  const record = (line: Recorded): void => {
    lines.push(line);
    watch('log', 'a recorded line', JSON.stringify(line));
  };
  return {
    lines,
    log: (message, fields) => record({ message, fields }),
    count: (metric, fields, value = 1) => record({ message: metric, fields, metric, value }),
    counted: (metric) =>
      lines.reduce((sum, line) => (line.metric === metric ? sum + (line.value ?? 0) : sum), 0),
  };
};
