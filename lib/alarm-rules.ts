import { Duration } from 'aws-cdk-lib';
import {
  ComparisonOperator,
  type CreateAlarmOptions,
  type IMetric,
  MathExpression,
  Metric,
  type MetricProps,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { MetricName } from '../functions/env.ts';
import type { WorkQueue } from './work-queue.ts';

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

export interface AlarmSources {
  readonly stage: string;
  readonly webhook: IFunction;
  readonly sweep: IFunction;
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
];

const PERIOD = Duration.minutes(5);
const HOUR = Duration.hours(1);

/** In how many of the metric's last periods the threshold must have been crossed. */
type Window = Required<Pick<CreateAlarmOptions, 'evaluationPeriods' | 'datapointsToAlarm'>>;
const AT_ONCE: Window = { evaluationPeriods: 1, datapointsToAlarm: 1 };
const FOR_15_MINUTES: Window = { evaluationPeriods: 3, datapointsToAlarm: 3 };
/** At once as well; what every sweep notices stays in alarm when one comes a minute late. */
const WITHIN_15_MINUTES: Window = { evaluationPeriods: 3, datapointsToAlarm: 1 };
/** And what is noticed once an hour stays in alarm between two notices. */
const WITHIN_2_HOURS: Window = { evaluationPeriods: 24, datapointsToAlarm: 1 };
const THRICE_IN_AN_HOUR: Window = { evaluationPeriods: 12, datapointsToAlarm: 3 };
/**
 * In hours, because CloudWatch looks back over more than a day only in those. What is tried again
 * once a day is a few minutes later each time, and must not end and begin anew in between.
 */
const WITHIN_26_HOURS: Window = { evaluationPeriods: 26, datapointsToAlarm: 1 };

const metricsOf =
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

const accessRules = ({ stage }: AlarmSources): readonly AlarmRule[] => {
  const metric = metricsOf(stage);
  return [
    {
      name: 'BreakerHeld',
      metric: metric('BreakerHeld'),
      window: WITHIN_2_HOURS,
      threshold: 0,
      whatToDo:
        'Stripe says that unusually many customers ended at once, so the rest keep their access. Run `npx wharfage breaker show`, check those customers in Stripe, and if they really ended run `npx wharfage breaker lift`.',
    },
    {
      name: 'CatalogLossWaiting',
      metric: metric('CatalogLossWaiting'),
      window: WITHIN_2_HOURS,
      threshold: 0,
      whatToDo:
        'The deployed catalog takes access away from customers, and that waits for you. Run `npx wharfage plan` to see who loses what, then `npx wharfage plan --accept <hash>`, or deploy a catalog that takes nothing.',
    },
    {
      name: 'SubscriptionHeld',
      metric: metric('SubscriptionHeld', { period: HOUR }),
      window: WITHIN_26_HOURS,
      threshold: 0,
      whatToDo:
        'Stripe says something of a subscription that this version does not know, or no longer lists it: it opens nothing new, and what was open stays until its deadline. Find the customer id in the log of the sync function and run `npx wharfage status <cus_…>`; update Wharfage if Stripe has a new status.',
    },
    {
      name: 'StripeMissing',
      metric: metric('StripeMissing', { period: HOUR }),
      window: WITHIN_26_HOURS,
      threshold: 0,
      whatToDo:
        'Stripe does not know a customer that we store: the key belongs to another account or mode, or the customer is gone. Nobody loses access before its deadline. Run `npx wharfage doctor`.',
    },
    {
      name: 'DriftRepeated',
      metric: metric('DriftRepeated', { period: HOUR }),
      window: WITHIN_26_HOURS,
      threshold: 0,
      whatToDo:
        'The same difference was found and repaired twice, so something makes it again: another tool that writes the repository policy, or events that never arrive. Run `npx wharfage doctor`; the log of the sweep or apply-policy function names the cause.',
    },
  ];
};

const policyRules = ({ stage }: AlarmSources): readonly AlarmRule[] => {
  const metric = metricsOf(stage);
  return [
    {
      name: 'AccountQuarantined',
      metric: metric('AccountQuarantined', { period: HOUR }),
      window: WITHIN_26_HOURS,
      threshold: 0,
      whatToDo:
        'ECR refuses a customer’s AWS account: closed, mistyped, or without this Region enabled. Run `npx wharfage accounts`, correct aws_account_ids in Stripe or tell the customer. It is tried again daily; nobody else is affected.',
    },
    {
      name: 'AccountMalformed',
      metric: metric('AccountMalformed', { period: HOUR }),
      window: WITHIN_26_HOURS,
      threshold: 0,
      whatToDo:
        'The metadata field aws_account_ids of a Stripe customer has a word that is not an AWS account id of 12 digits; the others proceed. Find the customer id in the log of the sync function, run `npx wharfage status <cus_…>` and correct the field in Stripe.',
    },
    {
      name: 'RepositoryMissing',
      metric: metric('RepositoryMissing'),
      window: WITHIN_15_MINUTES,
      threshold: 0,
      whatToDo:
        'A repository of the catalog does not exist in this account and Region. Run `npx wharfage doctor`; create it, or correct bin/catalog.ts and deploy.',
    },
    {
      name: 'VendorStatementDead',
      metric: metric('VendorStatementDead', { period: HOUR }),
      window: WITHIN_26_HOURS,
      threshold: 0,
      whatToDo:
        'ECR refuses one of your own statements in a repository policy, most likely because its principal was deleted; it was left out. Run `npx wharfage accounts` to see it, then correct or remove it in the repository policy.',
    },
    {
      name: 'PolicyNearlyFull',
      metric: metric('PolicyUsedPercent', { statistic: Stats.MAXIMUM }),
      window: WITHIN_2_HOURS,
      threshold: 80,
      whatToDo:
        'A repository policy uses more than 80 % of ECR’s 10,240 characters. When it is full new AWS accounts wait and nobody is removed. Run `npx wharfage accounts`; give new customers pull credentials, or spread offers over more repositories.',
    },
  ];
};
