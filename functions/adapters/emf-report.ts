import type { MetricName } from '../core/metrics.ts';
import type { Clock, Report } from '../ports.ts';

const NAMESPACE = 'Wharfage';

/**
 * One line of JSON for each call, and nothing in it but the given fields. A counted line is in
 * CloudWatch's embedded metric format, so that a metric costs no call. `write` must not add to the
 * line: `console.log` in Lambda does.
 */
export const emfReport = (
  stage: string,
  clock: Clock,
  write: (line: string) => void = (line) => {
    process.stdout.write(line);
  },
): Report => ({
  log: (message, fields) => {
    write(`${JSON.stringify({ ...fields, message, Stage: stage })}\n`);
  },
  count: (metric, fields, value = 1) => {
    const line = {
      ...fields,
      message: metric,
      Stage: stage,
      [metric]: value,
      _aws: {
        Timestamp: clock() * 1_000,
        CloudWatchMetrics: [
          {
            Namespace: NAMESPACE,
            Dimensions: [['Stage']],
            Metrics: [{ Name: metric, Unit: unitOf(metric) }],
          },
        ],
      },
    };
    write(`${JSON.stringify(line)}\n`);
  },
});

const unitOf = (metric: MetricName): 'Count' | 'Percent' =>
  metric.endsWith('Percent') ? 'Percent' : 'Count';
