import {
  ComparisonOperator,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type AlarmRule,
  FOR_15_MINUTES,
  metricsOf,
  PERIOD,
  THRICE_IN_AN_HOUR,
  WITHIN_2_HOURS,
  WITHIN_15_MINUTES,
} from './alarm-rule.ts';

type Sources = {
  readonly stage: string;
  readonly gateway: IFunction;
  readonly indexRelease: IFunction;
};

/** What customers meet when they pull, and what it is decided from. */
export const gatewayRules = (sources: Sources): readonly AlarmRule[] => [
  ...answerRules(sources),
  ...indexRules(sources),
  ...upstreamRules(sources),
];

const answerRules = ({ stage, gateway }: Sources): readonly AlarmRule[] => [
  {
    name: 'GatewayFailing',
    metric: failedAnswers(stage, gateway),
    window: WITHIN_15_MINUTES,
    operator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 3,
    whatToDo:
      'At least three pulls in five minutes were answered 5xx, or turned away by Lambda for want of concurrency. Clients try again; nobody was refused for good. Read the log of the gateway function and run `npx wharfage doctor`. If DynamoDB, Secrets Manager or ECR has an outage nothing needs doing; if the function is throttled raise registry.reservedConcurrency or the account’s limit.',
  },
  {
    name: 'FrontRefused',
    metric: metricsOf(stage)('FrontRefused'),
    window: THRICE_IN_AN_HOUR,
    threshold: 0,
    whatToDo:
      'The gateway refused requests that say they came through CloudFront with a plain 403, which clients take as final: nobody may be able to pull. Run `npx wharfage probe` with the registry’s address. If it says that the front’s secret is wrong, follow the rotation in docs/deploy.md to its end (deploy with a new registry.frontSecretVersion). If all is well there, a stranger is probing the Function URL and nothing needs doing.',
  },
  {
    name: 'LedgerFailed',
    metric: metricsOf(stage)('LedgerFailed'),
    window: WITHIN_2_HOURS,
    threshold: 0,
    whatToDo:
      'A pull was served and could not be written to the pull ledger, so its counts are too low. No pull fails for that. The log of the gateway function has each lost entry whole, under LedgerFailed. If it goes on, look for throttling of the table, and run `npx wharfage doctor`.',
  },
];

/**
 * Three kinds of the same trouble: our own 503s, what Lambda answers for a crash, and throttling. Our
 * 502s have alarms of their own, which say more.
 */
const failedAnswers = (stage: string, gateway: IFunction): MathExpression => {
  const sum = { period: PERIOD, statistic: Stats.SUM };
  return new MathExpression({
    expression: 'FILL(unavailable, 0) + FILL(crashed, 0) + FILL(throttled, 0)',
    usingMetrics: {
      unavailable: metricsOf(stage)('GatewayUnavailable'),
      crashed: gateway.metric('Url5xxCount', sum),
      throttled: gateway.metricThrottles(sum),
    },
    period: PERIOD,
    label: 'Failed answers',
  });
};

const indexRules = ({ stage, indexRelease }: Sources): readonly AlarmRule[] => {
  const metric = metricsOf(stage);
  return [
    {
      name: 'IndexFailing',
      metric: metric('IndexFailed'),
      window: FOR_15_MINUTES,
      threshold: 0,
      whatToDo:
        'The release index could not be brought up to date for 15 minutes. What is indexed is served on; new tags are still found one by one, and of a repository that was never listed `tags/list` answers 503. Read the log of the index-release function, which names the repository, and run `npx wharfage doctor`: most likely a repository does not exist, or ECR refuses the function.',
    },
    {
      name: 'IndexMissing',
      metric: metric('IndexCompleted'),
      operator: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      window: FOR_15_MINUTES,
      missing: TreatMissingData.BREACHING,
      whatToDo:
        'For 15 minutes no run of index-release came to its end, so pushes and deletions may go unseen. Read the log of the index-release function, check that its schedule is enabled, and run `npx wharfage doctor`.',
    },
    {
      name: 'IndexCrashing',
      metric: indexRelease.metricErrors({ period: PERIOD, statistic: Stats.SUM }),
      window: THRICE_IN_AN_HOUR,
      threshold: 0,
      whatToDo:
        'Runs of index-release failed three times within an hour: an event of ECR could not be followed up, or a listing took longer than 15 minutes. What is lost is found by the next listing, or when somebody pulls it. Read the log of the index-release function and run `npx wharfage doctor`. If AWS has an outage nothing needs doing.',
    },
  ];
};

const upstreamRules = ({ stage }: Sources): readonly AlarmRule[] => {
  const metric = metricsOf(stage);
  return [
    {
      name: 'HostileRedirect',
      metric: metric('HostileRedirect'),
      window: WITHIN_2_HOURS,
      threshold: 0,
      whatToDo:
        'ECR named an address for a layer that is not storage of AWS, and the pull was refused (502) before a client was sent there. Find the repository and the host in the log of the gateway function; ask AWS Support before anything else, and run `npx wharfage doctor`. No setting lets such an address through.',
    },
    {
      name: 'DigestMismatch',
      metric: metric('DigestMismatch'),
      window: WITHIN_2_HOURS,
      threshold: 0,
      whatToDo:
        'ECR gave a manifest whose bytes do not have the digest that it names, and nothing of it was served (502). Find the repository and the digest in the logs of the gateway and index-release functions, pull that image from ECR directly, push it again if it is damaged there too, and run `npx wharfage doctor`.',
    },
  ];
};
