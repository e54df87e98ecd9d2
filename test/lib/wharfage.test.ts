import { Match } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { deploymentOfOutputs } from '../../bin/deployment.ts';
import { emptyStack, resourcesOf, stackOf, templateOf, textOf } from '../support/template.ts';

const template = templateOf();
const deployed = resourcesOf(template);
const named = (type: string, property: string, name: string) =>
  Object.values(resourcesOf(template, type)).find(
    ({ Properties }) => Properties[property] === name,
  );

describe('the table', () => {
  it('is on demand, recoverable, protected, and stays when the stack goes', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        TableName: 'wharfage-test',
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      },
    });
  });

  it('has one index, by shard and time, with what the sweep compares', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'dueShard', AttributeType: 'N' },
        { AttributeName: 'dueAt', AttributeType: 'N' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [
            { AttributeName: 'dueShard', KeyType: 'HASH' },
            { AttributeName: 'dueAt', KeyType: 'RANGE' },
          ],
          Projection: {
            ProjectionType: 'INCLUDE',
            NonKeyAttributes: [
              'customerId',
              'fingerprint',
              'accessUntil',
              'members',
              'version',
              'effectsDone',
            ],
          },
        },
      ],
    });
  });
});

describe('a restored table', () => {
  const restored = templateOf({ tableName: 'wharfage-test-restored' });
  const resources = resourcesOf(restored);

  it('takes the place of the one that the stack would make', () => {
    restored.resourceCountIs('AWS::DynamoDB::Table', 0);
    expect(restored.toJSON().Outputs.TableName.Value).toBe('wharfage-test-restored');
    const tables = Object.values(resourcesOf(restored, 'AWS::Lambda::Function')).flatMap(
      ({ Properties }) => Object(Properties.Environment).Variables.TABLE_NAME ?? [],
    );
    expect(tables).toEqual(Array(5).fill('wharfage-test-restored'));
  });

  it('and no other is what the functions may read and write', () => {
    const policies = Object.values(resourcesOf(restored, 'AWS::IAM::Policy'));
    const statements = policies.flatMap(
      ({ Properties }) => Object(Properties.PolicyDocument).Statement,
    );
    const arns = statements
      .filter(({ Action }) => String(Action).startsWith('dynamodb:'))
      .map(({ Resource }) => textOf(resources, Resource).split(':table/')[1]);
    expect([...new Set(arns)].sort()).toEqual([
      'wharfage-test-restored',
      'wharfage-test-restored/index/due',
    ]);
  });
});

describe('a queue', () => {
  it.each([
    ['customers', 'sync', 150],
    ['policies', 'apply-policy', 120],
  ])('of %s outlasts six runs of %s before a message comes again', (queue, fn, seconds) => {
    const properties = named(
      'AWS::SQS::Queue',
      'QueueName',
      `wharfage-test-${queue}.fifo`,
    )?.Properties;
    expect(
      named('AWS::Lambda::Function', 'FunctionName', `wharfage-test-${fn}`)?.Properties.Timeout,
    ).toBe(seconds);
    expect(properties?.VisibilityTimeout).toBe(6 * seconds);
  });

  it.each(['customers', 'policies'])(
    'of %s tells occasions apart itself, and ten failures make a dead letter',
    (queue) => {
      const properties = named(
        'AWS::SQS::Queue',
        'QueueName',
        `wharfage-test-${queue}.fifo`,
      )?.Properties;
      const redrive = properties?.RedrivePolicy as Readonly<Record<string, unknown>>;
      expect(textOf(deployed, redrive.deadLetterTargetArn)).toBe(
        `wharfage-test-${queue}-dead.fifo`,
      );
      expect(redrive.maxReceiveCount).toBe(10);
      expect(properties).toMatchObject({
        FifoQueue: true,
        ContentBasedDeduplication: false,
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
        SqsManagedSseEnabled: true,
      });
      const dead = named('AWS::SQS::Queue', 'QueueName', `wharfage-test-${queue}-dead.fifo`);
      expect(dead?.Properties).toMatchObject({
        FifoQueue: true,
        MessageRetentionPeriod: 1_209_600,
      });
    },
  );

  it.each([
    ['customers', 'sync', 5],
    ['policies', 'apply-policy', 2],
  ])('of %s is worked on by %s, at most %i at a time, failures one by one', (queue, fn, max) => {
    const sources = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'));
    const source = sources.find(
      ({ Properties }) =>
        textOf(deployed, Properties.EventSourceArn) === `wharfage-test-${queue}.fifo`,
    );
    expect(textOf(deployed, source?.Properties.FunctionName)).toBe(`wharfage-test-${fn}`);
    expect(source?.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: max },
    });
  });
});

describe('a function', () => {
  const functions = Object.values(resourcesOf(template, 'AWS::Lambda::Function'));
  const environmentOf = (name: string) => {
    const fn = named('AWS::Lambda::Function', 'FunctionName', name);
    const { Variables } = Object(fn?.Properties.Environment);
    return Object.fromEntries(
      Object.entries(Variables).map(([key, value]) => [key, textOf(deployed, value)]),
    );
  };

  it('runs on Node 24, arm64, and logs to its own group for three months', () => {
    expect(functions).toHaveLength(6);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      const { LogGroup } = Properties.LoggingConfig as { readonly LogGroup: unknown };
      expect(textOf(deployed, LogGroup)).toBe(`/aws/lambda/${String(Properties.FunctionName)}`);
      expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
    }
    const groups = Object.values(resourcesOf(template, 'AWS::Logs::LogGroup'));
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(Array(6).fill(90));
  });

  it.each([
    [
      'webhook',
      {
        STAGE: 'test',
        STRIPE_LIVEMODE: 'false',
        STRIPE_ACCOUNT: '',
        WEBHOOK_SECRET_ARN: 'wharfage-test-stripe-webhook',
        CUSTOMERS_QUEUE_URL: 'wharfage-test-customers.fifo',
      },
    ],
    [
      'sync',
      {
        STAGE: 'test',
        STRIPE_LIVEMODE: 'false',
        STRIPE_KEY_SECRET_ARN: 'wharfage-test-stripe-key',
        TABLE_NAME: 'wharfage-test',
        CUSTOMERS_QUEUE_URL: 'wharfage-test-customers.fifo',
        POLICIES_QUEUE_URL: 'wharfage-test-policies.fifo',
      },
    ],
    [
      'sweep',
      {
        STAGE: 'test',
        STRIPE_LIVEMODE: 'false',
        STRIPE_KEY_SECRET_ARN: 'wharfage-test-stripe-key',
        STRIPE_READS_MAX: '0',
        TABLE_NAME: 'wharfage-test',
        CUSTOMERS_QUEUE_URL: 'wharfage-test-customers.fifo',
        POLICIES_QUEUE_URL: 'wharfage-test-policies.fifo',
      },
    ],
    [
      'apply-policy',
      {
        STAGE: 'test',
        TABLE_NAME: 'wharfage-test',
        POLICIES_QUEUE_URL: 'wharfage-test-policies.fifo',
        PROBE_REPOSITORY: 'wharfage-test-probe',
        PARTITION: 'AWS::Partition',
      },
    ],
    [
      'gateway',
      {
        STAGE: 'test',
        TABLE_NAME: 'wharfage-test',
        FRONT_SECRET_ARN: 'wharfage-test-front',
        TOKEN_SECRET_ARN: 'wharfage-test-tokens',
        RENEWAL_URL: 'https://vendor.example/billing',
        NOTICE_DAYS: '7',
        LAYER_ORIGIN: 'https://*.AWS::URLSuffix',
        MANIFEST_HEAD: 'full',
      },
    ],
    ['index-release', { STAGE: 'test', TABLE_NAME: 'wharfage-test' }],
  ])('%s is told what it needs, and no secret', (name, environment) => {
    expect(environmentOf(`wharfage-test-${name}`)).toEqual(environment);
  });

  it('sweep runs every five minutes, is not repeated, and may list for a quarter of an hour', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      Name: 'wharfage-test-sweep',
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 300,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'wharfage-test-sweep',
      Timeout: 900,
    });
  });

  it('can be called from outside only if it is webhook or gateway, and only through its URL', () => {
    template.resourceCountIs('AWS::Lambda::Url', 2);
    template.allResourcesProperties('AWS::Lambda::Url', { AuthType: 'NONE' });
    template.allResourcesProperties('AWS::Lambda::Permission', {
      FunctionName: Match.objectLike({ 'Fn::GetAtt': Match.anyValue() }),
    });
    const open = Object.values(resourcesOf(template, 'AWS::Lambda::Permission')).filter(
      ({ Properties }) => Properties.Principal === '*',
    );
    expect(open.map(({ Properties }) => textOf(deployed, Properties.FunctionName))).toEqual([
      'wharfage-test-webhook',
      'wharfage-test-webhook',
      'wharfage-test-gateway',
      'wharfage-test-gateway',
    ]);
    for (const { Properties } of open) {
      const isUrlOnly =
        Properties.FunctionUrlAuthType === 'NONE' || Properties.InvokedViaFunctionUrl === true;
      expect(isUrlOnly).toBe(true);
    }
  });
});

describe('Stripe’s secrets', () => {
  it('are made once, with a value of their own, and stay when the stack goes', () => {
    const secrets = Object.values(resourcesOf(template, 'AWS::SecretsManager::Secret')).filter(
      ({ Properties }) => String(Properties.Name).includes('-stripe-'),
    );
    expect(secrets).toHaveLength(2);
    for (const { Properties, DeletionPolicy } of secrets) {
      expect(DeletionPolicy).toBe('Retain');
      // Any other value here makes CloudFormation write a new one over the vendor's at a deployment.
      expect(Properties.GenerateSecretString).toEqual({});
      expect(Properties.SecretString).toBeUndefined();
    }
  });

  it('may be the vendor’s own', () => {
    const outside = emptyStack();
    const own = templateOf({
      stripeKeySecret: Secret.fromSecretNameV2(outside, 'Key', 'my-key'),
      webhookSecret: Secret.fromSecretNameV2(outside, 'Webhook', 'my-webhook'),
    });
    const made = Object.values(resourcesOf(own, 'AWS::SecretsManager::Secret'));
    expect(made.map(({ Properties }) => Properties.Name)).toEqual([
      'wharfage-test-front',
      'wharfage-test-tokens',
    ]);
    const text = JSON.stringify(own.toJSON());
    expect(text).toContain('secret:my-key-??????');
    expect(text).toContain('secret:my-webhook-??????');
  });
});

describe('a stage', () => {
  it('is in every name', () => {
    const names = Object.values(deployed)
      .flatMap(({ Properties }) =>
        ['TableName', 'QueueName', 'FunctionName', 'RepositoryName', 'LogGroupName', 'Name'].map(
          (property) => Properties?.[property],
        ),
      )
      .filter((name) => typeof name === 'string');
    expect(names).toHaveLength(25);
    for (const name of names) expect(name).toMatch(/^(\/aws\/lambda\/)?wharfage-test(-|$)/);
  });

  it('tells the operator’s command where everything is', () => {
    const outputs = Object.entries(template.toJSON().Outputs as Record<string, { Value: unknown }>);
    expect(
      Object.fromEntries(
        outputs
          .filter(([name]) => !/^(Webhook|Registry)/.test(name) || name.endsWith('Arn'))
          .map(([name, { Value }]) => [name, textOf(deployed, Value)]),
      ),
    ).toEqual({
      Stage: 'test',
      Livemode: 'false',
      TableName: 'wharfage-test',
      CustomersQueueUrl: 'wharfage-test-customers.fifo',
      CustomersDeadLettersUrl: 'wharfage-test-customers-dead.fifo',
      PoliciesQueueUrl: 'wharfage-test-policies.fifo',
      PoliciesDeadLettersUrl: 'wharfage-test-policies-dead.fifo',
      StripeKeySecretArn: 'wharfage-test-stripe-key',
      WebhookSecretArn: 'wharfage-test-stripe-webhook',
      FrontSecretArn: 'wharfage-test-front',
      TokenSecretArn: 'wharfage-test-tokens',
      ProbeRepository: 'wharfage-test-probe',
    });
    expect(Object.keys(template.toJSON().Outputs)).toEqual(
      expect.arrayContaining(['WebhookUrl', 'RegistryUrl', 'RegistryDomainTarget']),
    );
    const asDescribed = outputs.map(([name, { Value }]) => ({
      OutputKey: name,
      OutputValue: name === 'WebhookUrl' ? 'https://example.com' : textOf(deployed, Value),
    }));
    expect(deploymentOfOutputs('wharfage-test', asDescribed)).toMatchObject({
      stage: 'test',
      tableName: 'wharfage-test',
    });
  });

  it('takes the vendor’s choices', () => {
    const chosen = templateOf({
      livemode: true,
      stripeAccount: 'acct_1',
      stripeReadsMaxPerMonth: 20_000,
      reservedConcurrency: 10,
    });
    chosen.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'wharfage-test-webhook',
      ReservedConcurrentExecutions: 10,
      Environment: { Variables: { STRIPE_ACCOUNT: 'acct_1', STRIPE_LIVEMODE: 'true' } },
    });
    chosen.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'wharfage-test-sweep',
      Environment: { Variables: { STRIPE_READS_MAX: '20000' } },
    });
  });

  it('with a bad name is refused before anything is made', () => {
    expect(() => stackOf({ stage: 'Test' })).toThrow('stage is "Test"');
  });
});
