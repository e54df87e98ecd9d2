import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DUE_INDEX, type StageTable } from './customer-table.ts';
import { sealedSecretPattern } from './names.ts';

/** The table's partitions, the boundary that IAM can see. */
export type Partition = 'CUSTOMER#*' | 'MEMBERS#*' | 'RELEASES#*' | 'LEDGER#*' | 'STAGE';

/**
 * Some actions on the items of these kinds of partitions; a request that names items of two kinds
 * needs both in one statement. `ForAllValues` alone is true for a request
 * that names no partition at all; `Null` refuses that.
 */
export const onItems = (
  table: StageTable,
  partitions: Partition | readonly Partition[],
  ...actions: readonly DynamoAction[]
): PolicyStatement =>
  new PolicyStatement({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [table.tableArn],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [partitions].flat() },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });

type DynamoAction = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/**
 * For a query of an index LeadingKeys is the index's own key, here a shard number that says nothing
 * about whose items they are. The limits are the index's ARN, which opens nothing of the table
 * itself, and the few attributes that are projected.
 */
export const onDueIndex = (table: StageTable): PolicyStatement =>
  new PolicyStatement({
    actions: ['dynamodb:Query'],
    resources: [`${table.tableArn}/index/${DUE_INDEX}`],
  });

/** Sending only: SendMessageBatch needs no other action. */
export const sendTo = (...queues: readonly IQueue[]): PolicyStatement =>
  new PolicyStatement({
    actions: ['sqs:SendMessage'],
    resources: queues.map(({ queueArn }) => queueArn),
  });

/** So many that the longest names stay below the 6,144 characters of a managed policy. */
const REPOSITORIES_PER_STATEMENT = 15;

/** The whole policy of these repositories, and nothing else of them: no image, no list. */
export const onPolicies = (repositories: readonly IRepository[]): readonly PolicyStatement[] =>
  onRepositories(repositories, [
    'ecr:GetRepositoryPolicy',
    'ecr:SetRepositoryPolicy',
    'ecr:DeleteRepositoryPolicy',
  ]);

/** Reading these repositories' images, and never their policy. */
export const onImages = (
  repositories: readonly IRepository[],
  ...actions: readonly ImageAction[]
): readonly PolicyStatement[] =>
  onRepositories(
    repositories,
    actions.map((action) => `ecr:${action}`),
  );

type ImageAction = 'BatchGetImage' | 'DescribeImages' | 'GetDownloadUrlForLayer';

/** CDK spreads a long list over several policies, but only whole statements. */
const onRepositories = (
  repositories: readonly IRepository[],
  actions: readonly string[],
): readonly PolicyStatement[] =>
  Array.from(
    { length: Math.ceil(repositories.length / REPOSITORIES_PER_STATEMENT) },
    (_, index) =>
      new PolicyStatement({
        actions: [...actions],
        resources: repositories
          .slice(index * REPOSITORIES_PER_STATEMENT, (index + 1) * REPOSITORIES_PER_STATEMENT)
          .map(({ repositoryArn }) => repositoryArn),
      }),
  );

/** Pull credentials that wait to be claimed; their names are chosen at run time. */
export const onSealedSecrets = (scope: Construct, stage: string): PolicyStatement =>
  new PolicyStatement({
    actions: [
      'secretsmanager:CreateSecret',
      'secretsmanager:GetSecretValue',
      'secretsmanager:DeleteSecret',
      'secretsmanager:RestoreSecret',
      'secretsmanager:TagResource',
    ],
    resources: [
      Stack.of(scope).formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: sealedSecretPattern(stage),
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
  });
