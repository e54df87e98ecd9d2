import { Duration } from 'aws-cdk-lib';
import {
  type ComparisonOperator,
  type CreateAlarmOptions,
  type IMetric,
  Metric,
  type MetricProps,
  Stats,
  type TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../functions/env.ts';

/** Where the functions' log lines become metrics. */
const NAMESPACE = 'Wharfage';

/** An alarm is a question to a person, so it says what to do. */
export type AlarmRule = Pick<CreateAlarmOptions, 'threshold'> & {
  readonly name: string;
  readonly metric: IMetric;
  readonly whatToDo: string;
  readonly window: Window;
  readonly operator?: ComparisonOperator;
  readonly missing?: TreatMissingData;
};

export const PERIOD = Duration.minutes(5);
export const HOUR = Duration.hours(1);

/** In how many of the metric's last periods the threshold must have been crossed. */
type Window = Required<Pick<CreateAlarmOptions, 'evaluationPeriods' | 'datapointsToAlarm'>>;
export const AT_ONCE: Window = { evaluationPeriods: 1, datapointsToAlarm: 1 };
export const FOR_15_MINUTES: Window = { evaluationPeriods: 3, datapointsToAlarm: 3 };
/** At once as well; what every sweep notices stays in alarm when one comes a minute late. */
export const WITHIN_15_MINUTES: Window = { evaluationPeriods: 3, datapointsToAlarm: 1 };
/** And what is noticed once an hour stays in alarm between two notices. */
export const WITHIN_2_HOURS: Window = { evaluationPeriods: 24, datapointsToAlarm: 1 };
export const THRICE_IN_AN_HOUR: Window = { evaluationPeriods: 12, datapointsToAlarm: 3 };
/**
 * In hours, because CloudWatch looks back over more than a day only in those. What is tried again
 * once a day is a few minutes later each time, and must not end and begin anew in between.
 */
export const WITHIN_26_HOURS: Window = { evaluationPeriods: 26, datapointsToAlarm: 1 };

export const metricsOf =
  (stage: string) =>
  (metricName: MetricName, how: Pick<MetricProps, 'statistic' | 'period'> = {}): Metric =>
    new Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { Stage: stage },
      period: PERIOD,
      statistic: Stats.SUM,
      ...how,
    });
