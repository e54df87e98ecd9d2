import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type AlarmRule,
  HOUR,
  metricsOf,
  WITHIN_2_HOURS,
  WITHIN_15_MINUTES,
  WITHIN_26_HOURS,
} from './alarm-rule.ts';

type Staged = { readonly stage: string };

/** Who may pull, and what somebody has to decide or correct about it. */
export const accessRules = ({ stage }: Staged): readonly AlarmRule[] => {
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

/** What the repository policies cannot hold or what ECR refuses. */
export const policyRules = ({ stage }: Staged): readonly AlarmRule[] => {
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
