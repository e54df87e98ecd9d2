import type { RecordedCall } from './recording-proxy.ts';
import { type Resources, textOf } from './template.ts';

/** What IAM decides about: one action on one resource, and of the table the partitions that are named. */
export type Request = {
  readonly action: string;
  readonly resource: string;
  readonly partitions?: readonly string[];
};

type Key = { readonly pk: { readonly S: string } };
type Input = Readonly<Record<string, unknown>> & {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Key;
  readonly Item?: Key;
  readonly ExpressionAttributeValues?: { readonly ':pk'?: { readonly S: string } };
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Key[] }>>;
  readonly Tags?: unknown;
};

export const requestOf = ({ service, operation, input }: RecordedCall): readonly Request[] => {
  if (service === 'DynamoDB_20120810') return tableRequests(operation, input);
  if (service === 'AmazonSQS') {
    // A batch needs the permission of the single operation, and there is none of its own.
    const action = `sqs:${operation.replace('Batch', '')}`;
    return [{ action, resource: String(input.QueueUrl).split('/').at(-1) ?? '' }];
  }
  if (service === 'secretsmanager') {
    const resource = String(input.SecretId ?? input.Name).replace(
      /^arn:.*:secret:(.*)-\w{6}$/,
      '$1',
    );
    const operations = input.Tags === undefined ? [operation] : [operation, 'TagResource'];
    return operations.map((each) => ({ action: `secretsmanager:${each}`, resource }));
  }
  return [{ action: `ecr:${operation}`, resource: String(input.repositoryName) }];
};

const tableRequests = (operation: string, input: Input): readonly Request[] => {
  const action = `dynamodb:${operation}`;
  if (input.IndexName !== undefined) {
    return [{ action, resource: `${input.TableName}/index/${input.IndexName}` }];
  }
  if (input.RequestItems !== undefined) {
    return Object.entries(input.RequestItems).map(([resource, { Keys }]) => ({
      action,
      resource,
      partitions: Keys.map(({ pk }) => pk.S),
    }));
  }
  const partition = (input.Key ?? input.Item)?.pk.S ?? input.ExpressionAttributeValues?.[':pk']?.S;
  return [{ action, resource: input.TableName ?? '', partitions: [partition ?? ''] }];
};

type Statement = {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: {
    readonly 'ForAllValues:StringLike'?: { readonly 'dynamodb:LeadingKeys': readonly string[] };
  };
};

/** Whether some statement of the function's role allows the request. */
export const isGranted = (
  resources: Resources,
  functionName: string,
  { action, resource, partitions = [] }: Request,
): boolean =>
  statementsOf(resources, functionName).some(({ Action, Resource, Condition }) => {
    const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
    return (
      listOf(Action).includes(action) &&
      listOf(Resource).some((one) => isLike(nameOf(textOf(resources, one)), resource)) &&
      (keys === undefined ||
        partitions.every((partition) => listOf(keys).some((key) => isLike(key, partition))))
    );
  });

const statementsOf = (resources: Resources, functionName: string): readonly Statement[] => {
  const all = Object.values(resources);
  const role = all.find(({ Properties }) => Properties.FunctionName === functionName)?.Properties
    .Role;
  return all
    .filter(({ Type }) => /^AWS::IAM::(Managed)?Policy$/.test(Type))
    .filter(({ Properties }) =>
      listOf(Properties.Roles).some((one) => textOf(resources, one) === textOf(resources, role)),
    )
    .flatMap(
      ({ Properties }) =>
        (Properties.PolicyDocument as { readonly Statement: readonly Statement[] }).Statement,
    );
};

const nameOf = (arn: string): string => arn.replace(/^arn:.*:(?:repository\/|secret:)/, '');

const isLike = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`).test(text);

const listOf = <Entry>(value: Entry | readonly Entry[]): readonly Entry[] =>
  Array.isArray(value) ? value : [value as Entry];

const escaped = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
