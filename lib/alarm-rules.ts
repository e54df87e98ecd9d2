import {
  ComparisonOperator,
  MathExpression,
  type Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { accessRules, policyRules } from './access-alarm-rules.ts';
import {
  type AlarmRule,
  AT_ONCE,
  FOR_15_MINUTES,
  HOUR,
  metricsOf,
  PERIOD,
  THRICE_IN_AN_HOUR,
  WITHIN_2_HOURS,
  WITHIN_15_MINUTES,
} from './alarm-rule.ts';
import { gatewayRules } from './gateway-alarm-rules.ts';
import type { WorkQueue } from './work-queue.ts';

export interface AlarmSources {
  readonly stage: string;
  readonly webhook: IFunction;
  readonly sweep: IFunction;
  readonly gateway: IFunction;
  readonly indexRelease: IFunction;
  readonly customers: WorkQueue;
  readonly policies: WorkQueue;
}

/** Everything that a person has to know of, and nothing that mends itself. */
export const alarmRules = (sources: AlarmSources): readonly AlarmRule[] => [
  ...queueRules(sources),
  ...webhookRules(sources),
  ...sweepRules(sources),
  ...accessRules(sources),
  ...policyRules(sources),
  ...gatewayRules(sources),
];

const queueRules = ({ customers, policies }: AlarmSources): readonly AlarmRule[] => [
  {
    name: 'CustomersDeadLetters',
    metric: deadLettersOf(customers),
    window: AT_ONCE,
    threshold: 0,
    missing: TreatMissingData.IGNORE,
    whatToDo:
      'A message about a customer failed 10 times. Find the customer id in the log of the sync function, run `npx wharfage sync <cus_…>`, mend the cause, then start a redrive of the dead-letter queue.',
  },
  {
    name: 'PoliciesDeadLetters',
    metric: deadLettersOf(policies),
    window: AT_ONCE,
    threshold: 0,
    missing: TreatMissingData.IGNORE,
    whatToDo:
      'Applying a repository policy failed 10 times. Run `npx wharfage doctor`, read the log of the apply-policy function, mend the cause, then start a redrive of the dead-letter queue.',
  },
];

/** SQS stops counting a queue that nobody touches for six hours: that is no news, and not the end. */
const deadLettersOf = ({ deadLetters }: WorkQueue): Metric =>
  deadLetters.metricApproximateNumberOfMessagesVisible({
    period: PERIOD,
    statistic: Stats.MAXIMUM,
  });

const webhookRules = ({ stage, webhook }: AlarmSources): readonly AlarmRule[] => {
  const metric = metricsOf(stage);
  return [
    {
      name: 'WebhookRefusals',
      metric: refusedPercent(stage, webhook),
      window: AT_ONCE,
      threshold: 20,
      whatToDo:
        'More than a fifth of what reached the webhook was refused. Compare the signing secret in Stripe with the webhook secret, and the clock: run `npx wharfage doctor`. If Stripe shows no failed deliveries, a stranger is probing the URL and nothing needs doing.',
    },
    {
      name: 'WebhookFailing',
      metric: webhook.metric('Url5xxCount', { period: HOUR, statistic: Stats.SUM }),
      window: AT_ONCE,
      operator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 3,
      whatToDo:
        'The webhook answered 5xx at least three times in an hour. Nothing is lost: Stripe sends again for up to three days, and the sweep asks for missed events. Either the webhook secret is not JSON such as {"current":"whsec_…"}, or it or the queue cannot be reached. Run `npx wharfage doctor` and read the log of the webhook function.',
    },
    {
      name: 'WebhookPreviousSecret',
      metric: metric('WebhookPreviousSecret'),
      window: WITHIN_2_HOURS,
      threshold: 0,
      whatToDo:
        'Stripe still signs with the previous webhook secret. Within 24 hours of a rotation this is expected; after that, compare the secret with the one in Stripe, then remove `previous` from the webhook secret.',
    },
  ];
};

/** Of all invocations: that metric has a value whenever anything was refused. */
const refusedPercent = (stage: string, webhook: IFunction): MathExpression =>
  new MathExpression({
    expression: '100 * refused / requests',
    usingMetrics: {
      refused: metricsOf(stage)('WebhookRefused'),
      requests: webhook.metricInvocations({ period: PERIOD, statistic: Stats.SUM }),
    },
    period: PERIOD,
    label: 'Refused percent',
  });

const sweepRules = ({ stage, sweep }: AlarmSources): readonly AlarmRule[] => {
  const metric = metricsOf(stage);
  return [
    {
      name: 'SweepMissing',
      metric: metric('SweepCompleted'),
      operator: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      window: FOR_15_MINUTES,
      missing: TreatMissingData.BREACHING,
      whatToDo:
        'No sweep was completed for 15 minutes: nothing repairs lost events or extends the lease of the repository policies, which close after 7 days. Read the log of the sweep function and run `npx wharfage doctor`.',
    },
    {
      name: 'SweepFailing',
      metric: sweep.metricErrors({ period: PERIOD, statistic: Stats.SUM }),
      window: THRICE_IN_AN_HOUR,
      threshold: 0,
      whatToDo:
        'A step of the sweep failed three times within an hour, so that missed events or subscribers may not be found. Read the log of the sweep function and run `npx wharfage doctor`. If Stripe or AWS has an outage nothing needs doing: the next sweep goes on where this one stopped.',
    },
    {
      name: 'StripeUnauthorized',
      metric: metric('StripeUnauthorized'),
      window: WITHIN_15_MINUTES,
      threshold: 0,
      whatToDo:
        'Stripe refused the restricted key (401, 403 or the wrong mode). Nobody loses access before its deadline. Put a key with the permissions that docs/deploy.md lists into the Stripe key secret, then run `npx wharfage doctor`.',
    },
    {
      name: 'StripeReads',
      metric: metric('StripeReadsPercent', { statistic: Stats.MAXIMUM }),
      window: WITHIN_2_HOURS,
      operator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 80,
      whatToDo:
        'The sweep has used 80 % of its Stripe reads for this month and slows down. Look at `npx wharfage doctor` for what is read so often, or raise stripeReadsMaxPerMonth if your allowance is larger.',
    },
  ];
};
