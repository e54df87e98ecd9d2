import { fileURLToPath } from 'node:url';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import {
  LogLevel,
  NodejsFunction,
  type NodejsFunctionProps,
  OutputFormat,
} from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Catalog } from '../functions/core/catalog.ts';
import { nameOf } from './names.ts';

export interface StageFunctionProps
  extends Pick<
    NodejsFunctionProps,
    'environment' | 'reservedConcurrentExecutions' | 'retryAttempts' | 'maxEventAge'
  > {
  /** Name of the entry file in functions/, without `.ts`. */
  readonly entry: string;
  readonly stage: string;
  readonly description: string;
  readonly catalog: Catalog;
  readonly logRetention: RetentionDays;
  readonly timeout: Duration;
  readonly memorySize: number;
}

/**
 * One entry file as a Lambda function, with its own role. The role starts with nothing but writing
 * to its own log: no managed policy, which could log anywhere.
 */
export const stageFunction = (
  scope: Construct,
  id: string,
  { entry, stage, catalog, logRetention, ...props }: StageFunctionProps,
): NodejsFunction => {
  const functionName = nameOf(stage, entry);
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: logRetention,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `Wharfage ${stage}: ${props.description}`,
  });
  logGroup.grantWrite(role);
  return new NodejsFunction(scope, id, {
    ...props,
    functionName,
    role,
    logGroup,
    entry: fileURLToPath(new URL(`../functions/${entry}.ts`, import.meta.url)),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    bundling: {
      format: OutputFormat.ESM,
      target: 'node24',
      mainFields: ['module', 'main'],
      minify: true,
      logLevel: LogLevel.WARNING,
      // The SDK is pinned with the rest of the code: the runtime's own changes without a deploy.
      bundleAwsSDK: true,
      define: { WHARFAGE_CATALOG: JSON.stringify(catalog) },
    },
  });
};
