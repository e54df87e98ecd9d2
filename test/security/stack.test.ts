import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Resources, resourcesOf, templateOf, textOf } from '../support/template.ts';

type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Principal?: unknown;
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

const template = templateOf();
const all = resourcesOf(template);

const statementsIn = (value: unknown): readonly Statement[] => {
  if (typeof value !== 'object' || value === null) return [];
  if ('Statement' in value && Array.isArray(value.Statement)) return value.Statement;
  return Object.values(value).flatMap(statementsIn);
};

const actionsOf = ({ Action }: Statement): readonly string[] => [Action].flat();
const resourcesIn = ({ Resource }: Statement): readonly string[] =>
  [Resource].flat().map((one) => textOf(all, one));

const policiesOf = (functionName: string): readonly Statement[] => {
  const fn = Object.values(all).find(({ Properties }) => Properties.FunctionName === functionName);
  const role = textOf(all, fn?.Properties.Role);
  return Object.values(all)
    .filter(({ Type }) => /^AWS::IAM::(?:Managed)?Policy$/.test(Type))
    .filter(({ Properties }) => [Properties.Roles].flat().some((one) => textOf(all, one) === role))
    .flatMap(({ Properties }) => statementsIn(Properties.PolicyDocument));
};

const ofType = (type: string, from: Resources = all) =>
  Object.values(from).filter(({ Type }) => Type === type);

describe('T40: one function that is flooded', () => {
  it('T40: starves no other: each door and each queue has its own, and each queue a ceiling', () => {
    const names = ofType('AWS::Lambda::Function').map(({ Properties }) => Properties.FunctionName);
    expect(names.toSorted()).toEqual([
      'wharfage-test-apply-policy',
      'wharfage-test-gateway',
      'wharfage-test-index-release',
      'wharfage-test-sweep',
      'wharfage-test-sync',
      'wharfage-test-webhook',
    ]);
    const urls = ofType('AWS::Lambda::Url').map(({ Properties }) =>
      textOf(all, Properties.TargetFunctionArn),
    );
    expect(urls.toSorted()).toEqual(['wharfage-test-gateway', 'wharfage-test-webhook']);
    for (const { Properties } of ofType('AWS::Lambda::EventSourceMapping')) {
      const { ScalingConfig } = Properties as { ScalingConfig?: { MaximumConcurrency?: number } };
      expect(ScalingConfig?.MaximumConcurrency).toBeLessThanOrEqual(10);
    }
  });

  it('T40: and its concurrency can be set apart', () => {
    const reserved = resourcesOf(templateOf({ registry: { reservedConcurrency: 20 } }));
    const [gateway] = ofType('AWS::Lambda::Function', reserved).filter(
      ({ Properties }) => Properties.FunctionName === 'wharfage-test-gateway',
    );
    expect(gateway?.Properties.ReservedConcurrentExecutions).toBe(20);
  });
});

it('T41: no function may push, delete or list images, create repositories or act with a wildcard', () => {
  const statements = ofType('AWS::IAM::Policy')
    .concat(ofType('AWS::IAM::ManagedPolicy'))
    .flatMap(({ Properties }) => statementsIn(Properties.PolicyDocument));
  const actions = [...new Set(statements.flatMap(actionsOf))];
  expect(actions.length).toBeGreaterThan(20);
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  expect(actions.filter((action) => action.startsWith('ecr:')).toSorted()).toEqual([
    'ecr:BatchGetImage',
    'ecr:DeleteRepositoryPolicy',
    'ecr:DescribeImages',
    'ecr:GetDownloadUrlForLayer',
    'ecr:GetRepositoryPolicy',
    'ecr:SetRepositoryPolicy',
  ]);
});

it('T42: the gateway could be talked into nothing but reading the images that are sold', () => {
  const own = policiesOf('wharfage-test-gateway');
  const registry = own.filter((one) => actionsOf(one).some((action) => action.startsWith('ecr:')));
  const repositories = registry
    .flatMap(resourcesIn)
    .map((arn) => arn.replace(/^.*:repository\//, ''));
  expect(new Set(repositories)).toEqual(new Set(['acme/agent', 'acme/app']));
  const secrets = own
    .filter((one) => actionsOf(one).some((action) => action.startsWith('secretsmanager:')))
    .flatMap(resourcesIn);
  expect(secrets.toSorted()).toEqual(['wharfage-test-front', 'wharfage-test-tokens']);
  expect(
    own.flatMap(actionsOf).filter((action) => /^(?:sqs|sts|iam|kms|lambda):/.test(action)),
  ).toEqual([]);
});

describe('T43: nothing that is deployed', () => {
  it('T43: lets everybody in without a condition, but CloudFront’s and Stripe’s two addresses', () => {
    const open = Object.values(all)
      .flatMap(({ Type, Properties }) =>
        statementsIn(Properties).map((statement) => ({ Type, statement })),
      )
      .filter(({ statement }) => JSON.stringify(statement.Principal ?? '').includes('"*"'))
      .filter(({ statement }) => statement.Effect === 'Allow' && statement.Condition === undefined);
    expect(open).toEqual([]);
    const permissions = ofType('AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties.Principal === '*',
    );
    const opened = permissions.map(({ Properties }) => textOf(all, Properties.FunctionName));
    expect([...new Set(opened)].toSorted()).toEqual([
      'wharfage-test-gateway',
      'wharfage-test-webhook',
    ]);
  });
});

describe('T44: what others wrote', () => {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
  const { dependencies, devDependencies } = read('package.json') as Record<
    'dependencies' | 'devDependencies',
    Readonly<Record<string, string>>
  >;
  const { packages } = read('package-lock.json') as {
    readonly packages: Readonly<
      Record<
        string,
        { readonly integrity?: string; readonly dev?: boolean; readonly inBundle?: boolean }
      >
    >;
  };

  it('T44: that goes into a function is this and no more', () => {
    const folder = new URL('../../functions/', import.meta.url);
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(new URL(path, folder), 'utf8'));
    const names = sources.flatMap((source) =>
      [...source.matchAll(/^import (?!type )[^;]*? from '((?:@[\w-]+\/)?[\w-]+)/gm)].map(
        ([, name]) => name,
      ),
    );
    expect([...new Set(names)].toSorted()).toEqual([
      '@aws-sdk/client-dynamodb',
      '@aws-sdk/client-ecr',
      '@aws-sdk/client-secrets-manager',
      '@aws-sdk/client-sqs',
      '@aws-sdk/lib-dynamodb',
      'node',
      'semver',
      'stripe',
    ]);
  });

  it('T44: is named in one exact version', () => {
    const versions = Object.values({ ...dependencies, ...devDependencies });
    expect(versions.length).toBeGreaterThan(20);
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('T44: is installed only with the content that was locked', () => {
    const inProduction = Object.entries(packages).filter(
      ([path, { dev }]) => path !== '' && dev !== true,
    );
    expect(inProduction.length).toBeGreaterThan(20);
    const unlocked = inProduction.filter(([, { integrity }]) => integrity === undefined);
    expect(unlocked.map(([path]) => path)).toEqual([]);
  });
});

it('T45: the stack makes no role for people: the operator’s command has what its user has', () => {
  const roles = ofType('AWS::IAM::Role');
  const services = roles.flatMap(({ Properties }) =>
    statementsIn(Properties.AssumeRolePolicyDocument).map(({ Principal }) => Principal),
  );
  expect(roles.length).toBeGreaterThan(0);
  expect([...new Set(services.map((one) => JSON.stringify(one)))]).toEqual([
    '{"Service":"lambda.amazonaws.com"}',
  ]);
  const users = ['AWS::IAM::User', 'AWS::IAM::Group', 'AWS::IAM::AccessKey'].flatMap((type) =>
    ofType(type),
  );
  expect(users).toEqual([]);
});
