import { describe, expect, it } from 'vitest';
import { type Resources, resourcesOf, templateOf, textOf } from '../support/template.ts';

type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

const listOf = <Entry>(value: Entry | readonly Entry[]): readonly Entry[] =>
  Array.isArray(value) ? value : [value as Entry];

const roleOf = (resources: Resources, functionName: string): string => {
  const fn = Object.values(resources).find(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' && Properties.FunctionName === functionName,
  );
  return textOf(resources, fn?.Properties.Role);
};

/** Every statement of every policy that is attached to the function's role. */
const statementsOf = (resources: Resources, functionName: string): readonly Statement[] => {
  const role = roleOf(resources, functionName);
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
    .filter(({ Properties }) =>
      listOf(Properties.Roles).some((one) => textOf(resources, one) === role),
    )
    .flatMap(
      ({ Properties }) =>
        (Properties.PolicyDocument as { readonly Statement: readonly Statement[] }).Statement,
    );
};

/** `resource` or `resource [partition]` → actions. */
const permissionsOf = (
  resources: Resources,
  functionName: string,
): Readonly<Record<string, readonly string[]>> => {
  const permissions: Record<string, readonly string[]> = {};
  for (const { Effect, Action, Resource, Condition } of statementsOf(resources, functionName)) {
    expect(Effect).toBe('Allow');
    const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
    for (const resource of listOf(Resource)) {
      const text = textOf(resources, resource).replace(
        /^arn:AWS::Partition:(\w+):AWS::Region:AWS::AccountId:/,
        '$1:',
      );
      const name = keys === undefined ? text : `${text} [${listOf(keys)}]`;
      permissions[name] = [...(permissions[name] ?? []), ...listOf(Action)].sort();
    }
  }
  return permissions;
};

const CONSUME = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];
const READ_SECRET = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const WRITE_POLICY = [
  'ecr:DeleteRepositoryPolicy',
  'ecr:GetRepositoryPolicy',
  'ecr:SetRepositoryPolicy',
];
const SERVE_IMAGES = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const LIST_IMAGES = ['ecr:BatchGetImage', 'ecr:DescribeImages'];
const FUNCTIONS = ['webhook', 'sync', 'sweep', 'apply-policy', 'gateway', 'index-release'] as const;

const template = templateOf();
const deployed = resourcesOf(template);

describe('a function may do this and nothing else', () => {
  it.each([
    [
      'webhook',
      {
        '/aws/lambda/wharfage-test-webhook': LOG,
        'wharfage-test-stripe-webhook': READ_SECRET,
        'wharfage-test-customers.fifo': ['sqs:SendMessage'],
      },
    ],
    [
      'sync',
      {
        '/aws/lambda/wharfage-test-sync': LOG,
        'wharfage-test-stripe-key': READ_SECRET,
        'wharfage-test-customers.fifo': [...CONSUME, 'sqs:SendMessage'],
        'wharfage-test-policies.fifo': ['sqs:SendMessage'],
        'wharfage-test [CUSTOMER#*]': [
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:Query',
          'dynamodb:UpdateItem',
        ],
        'wharfage-test [MEMBERS#*]': ['dynamodb:PutItem'],
        'wharfage-test [STAGE]': [
          'dynamodb:BatchGetItem',
          'dynamodb:GetItem',
          'dynamodb:UpdateItem',
        ],
        'secretsmanager:secret:wharfage/test/*': [
          'secretsmanager:CreateSecret',
          'secretsmanager:DeleteSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:RestoreSecret',
          'secretsmanager:TagResource',
        ],
      },
    ],
    [
      'sweep',
      {
        '/aws/lambda/wharfage-test-sweep': LOG,
        'wharfage-test-stripe-key': READ_SECRET,
        'wharfage-test-customers.fifo': ['sqs:SendMessage'],
        'wharfage-test-policies.fifo': ['sqs:SendMessage'],
        'wharfage-test/index/due': ['dynamodb:Query'],
        'wharfage-test [CUSTOMER#*]': ['dynamodb:GetItem'],
        'wharfage-test [MEMBERS#*]': ['dynamodb:Query'],
        'wharfage-test [STAGE]': ['dynamodb:GetItem', 'dynamodb:PutItem'],
      },
    ],
    [
      'apply-policy',
      {
        '/aws/lambda/wharfage-test-apply-policy': LOG,
        'wharfage-test-policies.fifo': CONSUME,
        'wharfage-test [MEMBERS#*]': ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
        'wharfage-test [STAGE]': ['dynamodb:GetItem'],
        'wharfage-test-probe': WRITE_POLICY,
        'ecr:repository/acme/agent': WRITE_POLICY,
        'ecr:repository/acme/app': WRITE_POLICY,
      },
    ],
    [
      'gateway',
      {
        '/aws/lambda/wharfage-test-gateway': LOG,
        'wharfage-test-front': READ_SECRET,
        'wharfage-test-tokens': READ_SECRET,
        'wharfage-test [CUSTOMER#*,RELEASES#*]': ['dynamodb:BatchGetItem'],
        'wharfage-test [RELEASES#*]': [
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:Query',
          'dynamodb:UpdateItem',
        ],
        'wharfage-test [LEDGER#*]': ['dynamodb:UpdateItem'],
        'wharfage-test [STAGE]': ['dynamodb:GetItem'],
        'ecr:repository/acme/agent': SERVE_IMAGES,
        'ecr:repository/acme/app': SERVE_IMAGES,
      },
    ],
    [
      'index-release',
      {
        '/aws/lambda/wharfage-test-index-release': LOG,
        'wharfage-test [RELEASES#*]': [
          'dynamodb:BatchGetItem',
          'dynamodb:DeleteItem',
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:Query',
        ],
        'wharfage-test [STAGE]': ['dynamodb:GetItem'],
        'ecr:repository/acme/agent': LIST_IMAGES,
        'ecr:repository/acme/app': LIST_IMAGES,
      },
    ],
  ])('%s', (name, permissions) => {
    expect(permissionsOf(deployed, `wharfage-test-${name}`)).toEqual(permissions);
  });

  it('a request that names no partition is refused, not let through by ForAllValues', () => {
    const conditions = FUNCTIONS.flatMap((name) => statementsOf(deployed, `wharfage-test-${name}`))
      .filter(({ Action }) => listOf(Action).some((action) => action.startsWith('dynamodb:')))
      .filter(({ Resource }) => textOf(deployed, Resource) === 'wharfage-test')
      .map(({ Condition }) => Condition?.Null);
    expect(conditions).toHaveLength(14);
    for (const condition of conditions) {
      expect(condition).toEqual({ 'dynamodb:LeadingKeys': 'false' });
    }
  });

  it.each([
    // Whoever decides about a customer, and whoever counts, cannot be the same.
    ['CUSTOMER#', ['sync']],
    ['MEMBERS#', ['sync', 'apply-policy']],
    ['LEDGER#', ['gateway']],
    ['RELEASES#', ['gateway', 'index-release']],
    ['STAGE', ['sync', 'sweep']],
  ])('only these write what begins with %s: %j', (prefix, writers) => {
    const writes = FUNCTIONS.filter((name) =>
      Object.entries(permissionsOf(deployed, `wharfage-test-${name}`)).some(
        ([resource, actions]) =>
          (resource.includes(`[${prefix}`) || resource.includes(`,${prefix}`)) &&
          actions.some((action) => /^dynamodb:(Put|Update|Delete)Item$/.test(action)),
      ),
    );
    expect(writes).toEqual(writers);
  });

  it('and none of them deletes a customer, a member or a count', () => {
    const deletes = FUNCTIONS.flatMap((name) =>
      Object.entries(permissionsOf(deployed, `wharfage-test-${name}`)),
    ).filter(([, actions]) => actions.includes('dynamodb:DeleteItem'));
    expect(deletes.map(([resource]) => resource)).toEqual(['wharfage-test [RELEASES#*]']);
  });

  it('one role for each function, and no managed policy that AWS may widen', () => {
    const roles = Object.values(resourcesOf(template, 'AWS::IAM::Role'));
    expect(roles).toHaveLength(FUNCTIONS.length);
    for (const { Properties } of roles) expect(Properties.ManagedPolicyArns).toBeUndefined();
  });

  it('the sealed credentials of a stage are not its other secrets, nor those of another stage', () => {
    const pattern = /^wharfage\/test\/.*$/;
    const names = Object.values(resourcesOf(template, 'AWS::SecretsManager::Secret')).map(
      ({ Properties }) => String(Properties.Name),
    );
    expect(names).toHaveLength(4);
    expect(names.filter((name) => pattern.test(name))).toEqual([]);
    expect(pattern.test('wharfage/test2/abc')).toBe(false);
  });
});

describe('repositories that are no longer sold', () => {
  it.each(['apply-policy', 'gateway', 'index-release'])(
    'are open to %s while customers are left',
    (name) => {
      const retired = resourcesOf(templateOf({ retiredRepositories: ['acme/old', 'acme/app'] }));
      const repositories = Object.keys(permissionsOf(retired, `wharfage-test-${name}`)).filter(
        (resource) => resource.startsWith('ecr:'),
      );
      expect(repositories).toEqual([
        'ecr:repository/acme/agent',
        'ecr:repository/acme/app',
        'ecr:repository/acme/old',
      ]);
    },
  );
});

describe('the policies of repositories', () => {
  it('are in no template: a deployment would overwrite what the functions wrote', () => {
    const repositories = Object.values(resourcesOf(template, 'AWS::ECR::Repository'));
    expect(repositories.map(({ Properties }) => Properties.RepositoryName)).toEqual([
      'wharfage-test-probe',
    ]);
    expect(repositories[0]?.Properties.RepositoryPolicyText).toBeUndefined();
  });

  it('may be 300, spread over policies that keep IAM’s limits of length and of number', () => {
    const offers = Object.fromEntries(
      [0, 1, 2].map((offer) => [
        `offer${offer}`,
        {
          products: [`prod_${offer}`],
          repositories: Array.from({ length: 100 }, (_, index) => `acme/product-${offer}-${index}`),
          graceDays: 14,
          awsAccounts: 'pull',
          tags: [],
          afterEnd: 'deny',
        } as const,
      ]),
    );
    const many = resourcesOf(
      templateOf({
        catalog: {
          offers,
          onDispute: 'ignore',
          onFullRefund: 'ignore',
          onPauseCollection: 'keep',
          trustSendInvoice: false,
        },
      }),
    );
    const policies = Object.values(many).filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy');
    for (const name of ['apply-policy', 'gateway', 'index-release']) {
      const permissions = permissionsOf(many, `wharfage-test-${name}`);
      const repositories = Object.keys(permissions).filter((one) => one.startsWith('ecr:'));
      expect(repositories).toHaveLength(300);
      const role = roleOf(many, `wharfage-test-${name}`);
      const own = policies.filter(({ Properties }) =>
        listOf(Properties.Roles).some((one) => textOf(many, one) === role),
      );
      expect(own).not.toEqual([]);
      expect(own.length).toBeLessThanOrEqual(10);
    }
    for (const { Properties } of policies) {
      const { Statement } = Properties.PolicyDocument as {
        readonly Statement: readonly Statement[];
      };
      const text = JSON.stringify(
        Statement.map((statement) => ({
          ...statement,
          Resource: listOf(statement.Resource).map((one) => textOf(many, one)),
        })),
      );
      expect(text.length).toBeLessThan(6_144);
    }
  });
});
