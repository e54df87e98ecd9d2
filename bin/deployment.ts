import {
  CloudFormationClient,
  DescribeStacksCommand,
  type Output,
} from '@aws-sdk/client-cloudformation';
import { AWS_CONFIG } from '../functions/adapters/aws-config.ts';

/** Where one stage's parts are. */
export type Deployment = {
  readonly stage: string;
  readonly livemode: boolean;
  readonly tableName: string;
  readonly customersQueueUrl: string;
  readonly policiesQueueUrl: string;
  readonly stripeKeySecretArn: string;
  readonly webhookSecretArn: string;
  /** The gateway's host; a stack that was last deployed before there was one has none. */
  readonly registry?: string;
};

const OUTPUTS = [
  'Stage',
  'Livemode',
  'TableName',
  'CustomersQueueUrl',
  'PoliciesQueueUrl',
  'StripeKeySecretArn',
  'WebhookSecretArn',
] as const;

/** A deployed stack tells where its parts are in its outputs. */
export const readStack = async (stackName: string): Promise<Deployment> =>
  deploymentOfOutputs(stackName, await outputsOf(stackName));

export const deploymentOfOutputs = (stackName: string, outputs: readonly Output[]): Deployment => {
  const values = new Map(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const missing = OUTPUTS.filter((name) => values.get(name) === undefined);
  if (missing.length > 0) {
    throw new Error(
      `stack ${stackName} has no output ${missing.join(', ')}: it is not a Wharfage stack, or it has to be deployed again`,
    );
  }
  const outputOf = (name: (typeof OUTPUTS)[number]): string => values.get(name) ?? '';
  const registryUrl = values.get('RegistryUrl');
  return {
    stage: outputOf('Stage'),
    livemode: outputOf('Livemode') === 'true',
    tableName: outputOf('TableName'),
    customersQueueUrl: outputOf('CustomersQueueUrl'),
    policiesQueueUrl: outputOf('PoliciesQueueUrl'),
    stripeKeySecretArn: outputOf('StripeKeySecretArn'),
    webhookSecretArn: outputOf('WebhookSecretArn'),
    ...(registryUrl === undefined ? {} : { registry: new URL(registryUrl).host }),
  };
};

const outputsOf = async (stackName: string): Promise<readonly Output[]> => {
  try {
    const client = new CloudFormationClient(AWS_CONFIG);
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks?.[0]?.Outputs ?? [];
  } catch (cause) {
    throw new Error(
      `the stack ${stackName} could not be read: check --stage, --stack, --region and your AWS credentials`,
      { cause },
    );
  }
};

/** `arn:<partition>:secretsmanager:<region>:<account>:…` names the stage's place in AWS. */
export const placeInAws = (
  arn: string,
): { readonly partition: string; readonly ecrHost: string } => {
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { partition, ecrHost: `${account}.dkr.ecr.${region}.${suffix}` };
};
