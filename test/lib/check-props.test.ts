import { describe, expect, it } from 'vitest';
import { checkProps } from '../../lib/check-props.ts';
import type { WharfageProps } from '../../lib/wharfage-props.ts';
import { CATALOG } from '../support/template.ts';

const CERTIFICATE = {
  certificateArn:
    'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d-0000-4000-8000-000000000000',
};
const ofDomain = (domainName: string): Partial<WharfageProps> => ({
  registry: { domainName, certificate: CERTIFICATE },
});

const check = (props: Partial<WharfageProps>) => () =>
  checkProps({
    stage: 'test',
    livemode: false,
    catalog: CATALOG,
    renewalUrl: 'https://vendor.example/billing',
    ...props,
  });

describe('the props', () => {
  it('may be the four that are needed', () => {
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
    { renewalUrl: 'https://billing.vendor.example/p/login/a-b_c?x=1&y=2#z' },
    { registry: {} },
    { registry: { domainName: 'registry.vendor.example', certificate: CERTIFICATE } },
    { registry: { domainName: 'xn--grn-hoa.example', certificate: CERTIFICATE } },
    { registry: { noticeDays: 0, manifestHead: 'refuse', reservedConcurrency: 1_000 } },
    { registry: { frontSecretVersion: '0a1b2c3d-0000-4000-8000-0123456789ab' } },
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
      { renewalUrl: 'http://vendor.example' },
      'renewalUrl is "http://vendor.example": an address such',
    ],
    [
      { renewalUrl: 'vendor.example' },
      'renewalUrl is "vendor.example": an address such as https://',
    ],
    [{ renewalUrl: '' }, 'renewalUrl is "": an address such as https://'],
    [{ renewalUrl: 'https://' }, 'renewalUrl is "https://": an address such as https://'],
    [{ renewalUrl: 'https://[' }, 'renewalUrl is "https://[": an address such as https://'],
    [{ renewalUrl: 'https://a b' }, 'renewalUrl is "https://a b": an address such as https://'],
    [{ renewalUrl: 'https://a"b' }, 'renewalUrl is "https://a\\"b": an address such as https://'],
    [
      { renewalUrl: 'https://u:p@vendor.example' },
      'renewalUrl is "https://u:p@vendor.example": an',
    ],
    [
      { renewalUrl: 'https://vendör.example' },
      'renewalUrl is "https://vendör.example": an address',
    ],
    [{ renewalUrl: `https://vendor.example/${'a'.repeat(78)}` }, 'of at most 100 ASCII characters'],
    [
      ofDomain('Registry.vendor.example'),
      'registry.domainName is "Registry.vendor.example": a host',
    ],
    [ofDomain('https://registry.vendor.example'), 'registry.domainName is "https://registry.'],
    [
      ofDomain('registry.vendor.example:443'),
      'registry.domainName is "registry.vendor.example:443"',
    ],
    [ofDomain('*.vendor.example'), 'registry.domainName is "*.vendor.example": a host name'],
    [
      ofDomain('registry.vendor.example.'),
      'registry.domainName is "registry.vendor.example.": a host',
    ],
    [ofDomain('localhost'), 'registry.domainName is "localhost": a host name such as'],
    [ofDomain('127.0.0.1'), 'registry.domainName is "127.0.0.1": a host name such as'],
    [ofDomain('amazonaws.com'), 'registry.domainName is "amazonaws.com": a domain of your own'],
    [
      ofDomain('s3.amazonaws.com'),
      'registry.domainName is "s3.amazonaws.com": a domain of your own',
    ],
    [ofDomain('s3.amazonaws.com.cn'), 'is "s3.amazonaws.com.cn": a domain of your own is needed'],
    [
      ofDomain(`${'a.'.repeat(119)}vendor.example`),
      'registry.domainName and the repository acme/agent have more than 255 characters together',
    ],
    [
      { registry: { domainName: 'registry.vendor.example' } },
      'registry has the domainName "registry.vendor.example" and no certificate: both are needed, or neither',
    ],
    [
      { registry: { certificate: CERTIFICATE } },
      'registry has a certificate and no domainName: both are needed, or neither',
    ],
    [
      {
        registry: {
          domainName: 'registry.vendor.example',
          certificate: {
            certificateArn: CERTIFICATE.certificateArn.replace('us-east-1', 'eu-west-1'),
          },
        },
      },
      'the ARN of a certificate in us-east-1 is needed',
    ],
    [
      {
        registry: {
          domainName: 'registry.vendor.example',
          certificate: { certificateArn: 'mine' },
        },
      },
      'registry.certificate.certificateArn is "mine": the ARN of a certificate in us-east-1',
    ],
    [{ registry: { noticeDays: 91 } }, 'registry.noticeDays is 91: a whole number from 0 to 90'],
    [{ registry: { noticeDays: -1 } }, 'registry.noticeDays is -1: a whole number from 0 to 90'],
    [{ registry: { noticeDays: 1.5 } }, 'registry.noticeDays is 1.5: a whole number from 0 to 90'],
    [
      { registry: { manifestHead: 'no' as 'full' } },
      'registry.manifestHead is "no": "full" and "refuse" are allowed',
    ],
    [
      { registry: { reservedConcurrency: 0 } },
      'registry.reservedConcurrency is 0: a whole number from 1 to 1000 is allowed',
    ],
    [
      { registry: { frontSecretVersion: 'AWSCURRENT' } },
      'registry.frontSecretVersion is "AWSCURRENT": the VersionId that put-secret-value answered is needed',
    ],
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
              tags: [],
              afterEnd: 'deny',
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
