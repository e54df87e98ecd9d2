import { CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';
import { prefixOf, TAG_KEY } from './names.ts';

export type Kind = 'repository' | 'queue' | 'table' | 'secret' | 'stack';
export type Made = { readonly kind: Kind; readonly name: string };

type Queue = { readonly url: string; readonly arn: string };

/** Every resource carries the run's tag from its first moment, and a name that begins with the run's prefix. */
export type Maker = {
  /** `wharfage-probe-<run>/<part>` */
  repository(part: string): Promise<string>;
  /** A FIFO queue with the attributes of ours, unless `attributes` says otherwise. */
  queue(part: string, attributes?: Readonly<Record<string, string>>): Promise<Queue>;
  /** The one table of the run. */
  table(): Promise<string>;
  /** The stage under which our adapter makes its secrets, and the full name of one of them. */
  readonly secretStage: string;
  secretName(part: string): string;
  /** A stack with one role, for CloudFormation deletes both together. */
  roleStack(part: string): Promise<{ readonly stack: string; readonly role: string }>;
};

type Deps = {
  readonly clients: Clients;
  readonly runId: string;
  /** Noted before it is made: what is made and not noted would stay for good. */
  readonly note: (made: Made) => void;
  readonly wait: (seconds: number) => Promise<void>;
};

const FIFO = {
  FifoQueue: 'true',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'messageGroup',
  FifoThroughputLimit: 'perMessageGroupId',
  SqsManagedSseEnabled: 'true',
};

export const maker = ({ clients, runId, note, wait }: Deps): Maker => {
  const prefix = prefixOf(runId);
  return {
    repository: async (part) => {
      const name = `${prefix}/${part}`;
      note({ kind: 'repository', name });
      const tags = [{ Key: TAG_KEY, Value: runId }];
      await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: name, tags }));
      return name;
    },
    queue: async (part, attributes = {}) => {
      const name = `${prefix}-${part}.fifo`;
      note({ kind: 'queue', name });
      const { QueueUrl: url = '' } = await clients.sqs.send(
        new CreateQueueCommand({
          QueueName: name,
          Attributes: { ...FIFO, ...attributes },
          tags: { [TAG_KEY]: runId },
        }),
      );
      // SQS asks for a second before a new queue is used.
      await wait(1);
      const { Attributes: shown } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
      );
      return { url, arn: shown?.QueueArn ?? '' };
    },
    table: async () => {
      note({ kind: 'table', name: prefix });
      await makeTable(clients, prefix, runId);
      await untilActive(clients, prefix, wait);
      return prefix;
    },
    secretStage: prefix,
    secretName: (part) => {
      const name = `wharfage/${prefix}/${part}`;
      note({ kind: 'secret', name });
      return name;
    },
    roleStack: async (part) => {
      const name = `${prefix}-${part}`;
      note({ kind: 'stack', name });
      await clients.stacks.send(
        new CreateStackCommand({
          StackName: name,
          TemplateBody: JSON.stringify(roleTemplate(name, runId)),
          Capabilities: ['CAPABILITY_NAMED_IAM'],
          Tags: [{ Key: TAG_KEY, Value: runId }],
          OnFailure: 'DELETE',
          TimeoutInMinutes: 5,
        }),
      );
      return { stack: name, role: name };
    },
  };
};

/** The keys and the sparse index of a stage's table. */
const tableInput = (tableName: string, runId: string): CreateTableCommandInput => ({
  TableName: tableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'dueShard', AttributeType: 'N' },
    { AttributeName: 'dueAt', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'dueShard', KeyType: 'HASH' },
        { AttributeName: 'dueAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['customerId'] },
    },
  ],
  Tags: [{ Key: TAG_KEY, Value: runId }],
});

/** The second probe that wants the table finds it there. */
const makeTable = async ({ dynamo }: Clients, name: string, runId: string): Promise<void> => {
  try {
    await dynamo.send(new CreateTableCommand(tableInput(name, runId)));
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceInUseException')) throw error;
  }
};

const LOOKS_MAX = 60;
const PAUSE_SECONDS = 2;

const untilActive = async (
  { dynamo }: Clients,
  tableName: string,
  wait: Deps['wait'],
): Promise<void> => {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const { Table: table } = await dynamo.send(new DescribeTableCommand({ TableName: tableName }));
    const states = [table?.TableStatus, table?.GlobalSecondaryIndexes?.[0]?.IndexStatus];
    if (states.every((state) => state === 'ACTIVE')) return;
    await wait(PAUSE_SECONDS);
  }
  throw new Error(`the table ${tableName} did not become ACTIVE`);
};

/** A role that nobody can assume and that may do nothing. */
const roleTemplate = (roleName: string, runId: string): object => ({
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: roleName,
        Tags: [{ Key: TAG_KEY, Value: runId }],
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
  },
});
