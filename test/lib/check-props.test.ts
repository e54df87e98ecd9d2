import { describe, expect, it } from 'vitest';
import { checkProps } from '../../lib/check-props.ts';
import type { WharfageProps } from '../../lib/wharfage.ts';
import { CATALOG } from '../support/template.ts';

const check = (props: Partial<WharfageProps>) => () =>
  checkProps({ stage: 'test', livemode: false, catalog: CATALOG, ...props });

describe('the props', () => {
  it('may be the three that are needed', () => {
    expect(check({})).not.toThrow();
  });

  it.each<Partial<WharfageProps>>([
    { stage: 'a' },
    { stage: 'a123456789012345' },
    { stripeAccount: 'acct_1032D82eZvKYlo2C' },
    { stripeReadsMaxPerMonth: 1_000 },
    { reservedConcurrency: 1 },
    { alarmTopic: { topicArn: 'arn:aws-us-gov:sns:us-gov-west-1:111122223333:alarms' } },
    { tableName: 'wharfage-live-restored' },
    { retiredRepositories: ['acme/old'] },
  ])('may be %j', (props) => {
    expect(check(props)).not.toThrow();
  });

  it.each<[Partial<WharfageProps>, string]>([
    [{ stage: '' }, 'stage is "": 1 to 16 of a-z and 0-9 are allowed'],
    [{ stage: 'a1234567890123456' }, 'stage is "a1234567890123456": 1 to 16'],
    [{ stage: 'eu-prod' }, 'stage is "eu-prod": 1 to 16'],
    [{ stage: '1a' }, 'stage is "1a": 1 to 16'],
    [{ stage: 'Live' }, 'stage is "Live": 1 to 16'],
    [
      { tableName: 'arn:aws:dynamodb:eu-west-1:111122223333:table/wharfage-live' },
      'tableName is "arn:aws:dynamodb:eu-west-1:111122223333:table/wharfage-live": the name of a DynamoDB table is needed',
    ],
    [
      { alarmTopic: { topicArn: 'alarms' } },
      'alarmTopic.topicArn is "alarms": an ARN such as arn:aws:sns:',
    ],
    [{ tableName: 'ab' }, 'tableName is "ab": the name of a DynamoDB table is needed'],
    [{ stripeAccount: 'sk_1' }, 'stripeAccount is "sk_1": an id such as acct_'],
    [
      { stripeReadsMaxPerMonth: 999 },
      'stripeReadsMaxPerMonth is 999: a whole number from 1000 to 9007199254740991 is allowed',
    ],
    [{ stripeReadsMaxPerMonth: 1e4 + 0.5 }, 'stripeReadsMaxPerMonth is 10000.5: a whole number'],
    [
      { reservedConcurrency: 0 },
      'reservedConcurrency is 0: a whole number from 1 to 1000 is allowed',
    ],
    [{ reservedConcurrency: 1_001 }, 'reservedConcurrency is 1001: a whole number from 1 to 1000'],
    [
      { retiredRepositories: ['acme/*'] },
      'retiredRepositories has "acme/*": the exact name of an ECR repository is needed',
    ],
    [
      { retiredRepositories: ['wharfage-test-probe'] },
      'retiredRepositories has wharfage-test-probe: that is the probe repository of this stage, which stays empty; name another',
    ],
    [
      {
        catalog: {
          ...CATALOG,
          offers: {
            app: {
              products: ['prod_app'],
              repositories: ['wharfage-test-probe'],
              graceDays: 14,
              awsAccounts: 'none',
            },
          },
        },
      },
      'offers.app.repositories has wharfage-test-probe: that is the probe repository of this stage',
    ],
  ])('may not be %j', (props, message) => {
    expect(check(props)).toThrow(message);
  });

  it('are told all mistakes at once', () => {
    expect(check({ stage: 'Live', reservedConcurrency: 0 })).toThrow(
      /^stage is "Live".*\nreservedConcurrency is 0/,
    );
  });
});
