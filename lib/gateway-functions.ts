import { Aws, Duration } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import type { GatewayEnv, IndexReleaseEnv } from '../functions/env.ts';
import type { Parts, ReadableSecret } from './functions.ts';
import { nameOf } from './names.ts';
import { onImages, onItems } from './permissions.ts';
import { stageFunction } from './stage-function.ts';
import type { RegistryProps } from './wharfage-props.ts';

type GatewayParts = Pick<Parts, 'stage' | 'catalog' | 'logRetention' | 'table'> & {
  /** What may be served: the catalog's repositories, and retired ones, where rights may be left. */
  readonly products: readonly IRepository[];
};

/** Clients give a ping and a login 15 seconds; the calls within are given up long before. */
const GATEWAY_TIMEOUT = Duration.seconds(15);
/** A manifest of 4 MiB is in memory several times over, and memory is also processor share. */
const GATEWAY_MEMORY_MB = 1_024;
/** A whole listing of a repository; a tick begins none after ten minutes. */
const INDEX_TIMEOUT = Duration.minutes(15);
/** Measured: a listing of 100,000 images with half a million items takes 2.2 GB. An account may start with no more. */
const INDEX_MEMORY_MB = 3_008;
/** An event only says where to look. After an hour the listing has, or will soon have, looked everywhere. */
const EVENT_AGE_MAX = Duration.hours(1);
const NOTICE_DAYS = 7;

export const gatewayFunction = (
  scope: Construct,
  { products, ...parts }: GatewayParts,
  {
    frontSecret,
    tokenSecret,
    renewalUrl,
    registry: { noticeDays = NOTICE_DAYS, manifestHead = 'full', reservedConcurrency },
  }: {
    readonly frontSecret: ReadableSecret;
    readonly tokenSecret: ReadableSecret;
    readonly renewalUrl: string;
    readonly registry: RegistryProps;
  },
): NodejsFunction => {
  const { table, ...common } = parts;
  const gateway = stageFunction(scope, 'Gateway', {
    ...common,
    entry: 'gateway',
    description: 'answers docker pull, and decides each request',
    timeout: GATEWAY_TIMEOUT,
    memorySize: GATEWAY_MEMORY_MB,
    ...(reservedConcurrency === undefined
      ? {}
      : { reservedConcurrentExecutions: reservedConcurrency }),
    environment: {
      STAGE: parts.stage,
      TABLE_NAME: table.tableName,
      FRONT_SECRET_ARN: frontSecret.secretArn,
      TOKEN_SECRET_ARN: tokenSecret.secretArn,
      RENEWAL_URL: renewalUrl,
      NOTICE_DAYS: String(noticeDays),
      LAYER_ORIGIN: `https://*.${Aws.URL_SUFFIX}`,
      MANIFEST_HEAD: manifestHead,
    } satisfies GatewayEnv,
  });
  frontSecret.grantRead(gateway);
  tokenSecret.grantRead(gateway);
  // One statement: whoever and whatever a request is about is read together, in one round trip.
  gateway.addToRolePolicy(onItems(table, ['CUSTOMER#*', 'RELEASES#*'], 'BatchGetItem'));
  // A miss is indexed there and then; misses are counted and stale tags are claimed by updates.
  gateway.addToRolePolicy(onItems(table, 'RELEASES#*', ...INDEX_ACTIONS, 'UpdateItem'));
  gateway.addToRolePolicy(onItems(table, 'LEDGER#*', 'UpdateItem'));
  gateway.addToRolePolicy(onItems(table, 'STAGE', 'GetItem'));
  for (const statement of onImages(products, 'BatchGetImage', 'GetDownloadUrlForLayer')) {
    gateway.addToRolePolicy(statement);
  }
  return gateway;
};

/** Both functions write the index. */
const INDEX_ACTIONS = ['GetItem', 'Query', 'PutItem'] as const;

export const indexReleaseFunction = (
  scope: Construct,
  { products, ...parts }: GatewayParts,
): NodejsFunction => {
  const { table, ...common } = parts;
  const indexRelease = stageFunction(scope, 'IndexRelease', {
    ...common,
    entry: 'index-release',
    description: 'keeps what ECR holds in the release index',
    timeout: INDEX_TIMEOUT,
    memorySize: INDEX_MEMORY_MB,
    maxEventAge: EVENT_AGE_MAX,
    environment: { STAGE: parts.stage, TABLE_NAME: table.tableName } satisfies IndexReleaseEnv,
  });
  // What is gone is removed here only: here it is known whether it was archived.
  const actions = ['BatchGetItem', ...INDEX_ACTIONS, 'DeleteItem'] as const;
  indexRelease.addToRolePolicy(onItems(table, 'RELEASES#*', ...actions));
  indexRelease.addToRolePolicy(onItems(table, 'STAGE', 'GetItem'));
  for (const statement of onImages(products, 'BatchGetImage', 'DescribeImages')) {
    indexRelease.addToRolePolicy(statement);
  }
  const targets = [new LambdaFunction(indexRelease)];
  new Rule(scope, 'ReleaseEvents', {
    ruleName: nameOf(parts.stage, 'release-events'),
    description: 'Whatever happens to images. The names of 300 repositories would not fit here.',
    eventPattern: {
      source: ['aws.ecr'],
      detailType: [
        'ECR Image Action',
        'ECR Referrer Action',
        'ECR Pull Through Cache Action',
        'ECR Replication Action',
      ],
    },
    targets,
  });
  new Rule(scope, 'IndexSchedule', {
    ruleName: nameOf(parts.stage, 'index'),
    schedule: Schedule.expression('rate(5 minutes)'),
    targets,
  });
  return indexRelease;
};
