import { readdirSync, readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { Wharfage } from '../../lib/wharfage.ts';
import { CATALOG, emptyStack, resourcesOf, templateOf, textOf } from '../support/template.ts';

type Dimension = { readonly Name: string; readonly Value: unknown };
type Metric = {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly Dimension[];
};
type Properties = Metric & {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: string;
  readonly Statistic?: string;
  readonly Period?: number;
  readonly AlarmActions?: readonly unknown[];
  readonly OKActions?: readonly unknown[];
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly MetricStat?: {
      readonly Metric: Metric;
      readonly Period: number;
      readonly Stat: string;
    };
  }[];
};

const template = templateOf();
const deployed = resourcesOf(template);
const alarmsOf = (from: Template): readonly Properties[] =>
  Object.values(resourcesOf(from, 'AWS::CloudWatch::Alarm')).map(
    ({ Properties }) => Properties as unknown as Properties,
  );
const alarms = alarmsOf(template);

const SIGN: Readonly<Record<string, string>> = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
};

/** As one would say it: statistic of what, and when it alarms. */
const told = (alarm: Properties): readonly unknown[] => [
  alarm.AlarmName,
  alarm.Metrics === undefined
    ? `${alarm.Statistic} ${alarm.Namespace} ${alarm.MetricName} of ${alarm.Dimensions.map(({ Value }) => textOf(deployed, Value))} in ${alarm.Period} s`
    : alarm.Metrics.map(({ Expression, MetricStat }) =>
        MetricStat === undefined
          ? Expression
          : `${MetricStat.Stat} ${MetricStat.Metric.Namespace} ${MetricStat.Metric.MetricName} of ${MetricStat.Metric.Dimensions.map(({ Value }) => textOf(deployed, Value))} in ${MetricStat.Period} s`,
      ).join('; '),
  `${SIGN[alarm.ComparisonOperator]} ${alarm.Threshold}`,
  `${alarm.DatapointsToAlarm} of ${alarm.EvaluationPeriods}`,
  alarm.TreatMissingData,
];

describe('the alarms', () => {
  it('are these', () => {
    expect(alarms.map(told).sort()).toEqual([
      [
        'wharfage-test-AccountMalformed',
        'Sum Wharfage AccountMalformed of test in 3600 s',
        '> 0',
        '1 of 26',
        'notBreaching',
      ],
      [
        'wharfage-test-AccountQuarantined',
        'Sum Wharfage AccountQuarantined of test in 3600 s',
        '> 0',
        '1 of 26',
        'notBreaching',
      ],
      [
        'wharfage-test-BreakerHeld',
        'Sum Wharfage BreakerHeld of test in 300 s',
        '> 0',
        '1 of 24',
        'notBreaching',
      ],
      [
        'wharfage-test-CatalogLossWaiting',
        'Sum Wharfage CatalogLossWaiting of test in 300 s',
        '> 0',
        '1 of 24',
        'notBreaching',
      ],
      [
        'wharfage-test-CustomersDeadLetters',
        'Maximum AWS/SQS ApproximateNumberOfMessagesVisible of wharfage-test-customers-dead.fifo in 300 s',
        '> 0',
        '1 of 1',
        'ignore',
      ],
      [
        'wharfage-test-DigestMismatch',
        'Sum Wharfage DigestMismatch of test in 300 s',
        '> 0',
        '1 of 24',
        'notBreaching',
      ],
      [
        'wharfage-test-DriftRepeated',
        'Sum Wharfage DriftRepeated of test in 3600 s',
        '> 0',
        '1 of 26',
        'notBreaching',
      ],
      [
        'wharfage-test-FrontRefused',
        'Sum Wharfage FrontRefused of test in 300 s',
        '> 0',
        '3 of 12',
        'notBreaching',
      ],
      [
        'wharfage-test-GatewayFailing',
        'FILL(unavailable, 0) + FILL(crashed, 0) + FILL(throttled, 0); Sum Wharfage GatewayUnavailable of test in 300 s; Sum AWS/Lambda Url5xxCount of wharfage-test-gateway in 300 s; Sum AWS/Lambda Throttles of wharfage-test-gateway in 300 s',
        '>= 3',
        '1 of 3',
        'notBreaching',
      ],
      [
        'wharfage-test-HostileRedirect',
        'Sum Wharfage HostileRedirect of test in 300 s',
        '> 0',
        '1 of 24',
        'notBreaching',
      ],
      [
        'wharfage-test-IndexCrashing',
        'Sum AWS/Lambda Errors of wharfage-test-index-release in 300 s',
        '> 0',
        '3 of 12',
        'notBreaching',
      ],
      [
        'wharfage-test-IndexFailing',
        'Sum Wharfage IndexFailed of test in 300 s',
        '> 0',
        '3 of 3',
        'notBreaching',
      ],
      [
        'wharfage-test-IndexMissing',
        'Sum Wharfage IndexCompleted of test in 300 s',
        '< 1',
        '3 of 3',
        'breaching',
      ],
      [
        'wharfage-test-LedgerFailed',
        'Sum Wharfage LedgerFailed of test in 300 s',
        '> 0',
        '1 of 24',
        'notBreaching',
      ],
      [
        'wharfage-test-PoliciesDeadLetters',
        'Maximum AWS/SQS ApproximateNumberOfMessagesVisible of wharfage-test-policies-dead.fifo in 300 s',
        '> 0',
        '1 of 1',
        'ignore',
      ],
      [
        'wharfage-test-PolicyNearlyFull',
        'Maximum Wharfage PolicyUsedPercent of test in 300 s',
        '> 80',
        '1 of 24',
        'notBreaching',
      ],
      [
        'wharfage-test-RepositoryMissing',
        'Sum Wharfage RepositoryMissing of test in 300 s',
        '> 0',
        '1 of 3',
        'notBreaching',
      ],
      [
        'wharfage-test-StripeMissing',
        'Sum Wharfage StripeMissing of test in 3600 s',
        '> 0',
        '1 of 26',
        'notBreaching',
      ],
      [
        'wharfage-test-StripeReads',
        'Maximum Wharfage StripeReadsPercent of test in 300 s',
        '>= 80',
        '1 of 24',
        'notBreaching',
      ],
      [
        'wharfage-test-StripeUnauthorized',
        'Sum Wharfage StripeUnauthorized of test in 300 s',
        '> 0',
        '1 of 3',
        'notBreaching',
      ],
      [
        'wharfage-test-SubscriptionHeld',
        'Sum Wharfage SubscriptionHeld of test in 3600 s',
        '> 0',
        '1 of 26',
        'notBreaching',
      ],
      [
        'wharfage-test-SweepFailing',
        'Sum AWS/Lambda Errors of wharfage-test-sweep in 300 s',
        '> 0',
        '3 of 12',
        'notBreaching',
      ],
      [
        'wharfage-test-SweepMissing',
        'Sum Wharfage SweepCompleted of test in 300 s',
        '< 1',
        '3 of 3',
        'breaching',
      ],
      [
        'wharfage-test-VendorStatementDead',
        'Sum Wharfage VendorStatementDead of test in 3600 s',
        '> 0',
        '1 of 26',
        'notBreaching',
      ],
      [
        'wharfage-test-WebhookFailing',
        'Sum AWS/Lambda Url5xxCount of wharfage-test-webhook in 3600 s',
        '>= 3',
        '1 of 1',
        'notBreaching',
      ],
      [
        'wharfage-test-WebhookPreviousSecret',
        'Sum Wharfage WebhookPreviousSecret of test in 300 s',
        '> 0',
        '1 of 24',
        'notBreaching',
      ],
      [
        'wharfage-test-WebhookRefusals',
        '100 * refused / requests; Sum Wharfage WebhookRefused of test in 300 s; Sum AWS/Lambda Invocations of wharfage-test-webhook in 300 s',
        '> 20',
        '1 of 1',
        'notBreaching',
      ],
    ]);
  });

  it.each(alarms.map((alarm) => [alarm.AlarmName, alarm.AlarmDescription]))(
    '%s says what to do, with the command or the place',
    (_name, description) => {
      expect(description).toMatch(/`npx wharfage \w+|remove `previous`/);
      // CloudWatch takes no more.
      expect(description.length).toBeLessThanOrEqual(1_024);
    },
  );

  it('name commands that exist', () => {
    const folder = new URL('../../bin/commands/', import.meta.url);
    const usages = readdirSync(folder)
      .map((file) => readFileSync(new URL(file, folder), 'utf8'))
      .flatMap((source) => [...source.matchAll(/'(wharfage [^']+)'/g)].map(([, usage]) => usage));
    const named = alarms.flatMap(({ AlarmDescription: text }) =>
      [...text.matchAll(/`npx (wharfage [^`]+)`/g)].map(([, command = '']) => command),
    );
    expect(named).toContain('wharfage breaker lift');
    expect(
      named.filter((command) => !usages.some((usage) => `${usage} `.startsWith(`${command} `))),
    ).toEqual([]);
  });

  // An hour, because CloudWatch refuses to look back over more than a day in shorter periods.
  it('look back no further than CloudWatch can', () => {
    for (const { Period, EvaluationPeriods } of alarms.filter((alarm) => alarm.Period)) {
      const daysMax = Number(Period) < 3_600 ? 1 : 7;
      expect(Number(Period) * EvaluationPeriods).toBeLessThanOrEqual(daysMax * 86_400);
    }
  });

  it('tell nobody without a topic', () => {
    expect(alarms.flatMap(({ AlarmActions = [] }) => AlarmActions)).toEqual([]);
  });

  it('tell the topic when they begin and when they are over', () => {
    const stack = emptyStack();
    const alarmTopic = new Topic(stack, 'Topic');
    new Wharfage(stack, 'Wharfage', {
      stage: 'test',
      livemode: false,
      catalog: CATALOG,
      renewalUrl: 'https://vendor.example/billing',
      alarmTopic,
    });
    const loud = alarmsOf(Template.fromStack(stack));
    expect(loud).toHaveLength(alarms.length);
    for (const { AlarmActions, OKActions } of loud) {
      expect(AlarmActions).toEqual([stack.resolve(alarmTopic.topicArn)]);
      expect(OKActions).toEqual(AlarmActions);
    }
  });

  it('tell a topic that exists already, named by its ARN', () => {
    const topicArn = 'arn:aws:sns:eu-west-1:111122223333:alarms';
    const loud = alarmsOf(templateOf({ alarmTopic: { topicArn } }));
    expect(loud).toHaveLength(alarms.length);
    for (const { AlarmActions } of loud) expect(AlarmActions).toEqual([topicArn]);
  });
});
