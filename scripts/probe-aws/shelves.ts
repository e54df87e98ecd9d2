import {
  DeleteStackCommand,
  DescribeStacksCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ecr';
import type { Clients } from './clients.ts';
import { queueShelf, secretShelf } from './more-shelves.ts';
import { runInName, TAG_KEY } from './names.ts';
import { GONE, listPages, orAbsent, ownerIn, type Shelf } from './shelf.ts';

const isOurs = (name: string): boolean => runInName(name) !== undefined;

/** Every kind that a run may have made. Stacks only where rights to them are to be expected. */
export const shelvesOf = (clients: Clients, withIam: boolean): readonly Shelf[] => [
  repositoryShelf(clients),
  queueShelf(clients),
  tableShelf(clients),
  secretShelf(clients),
  ...(withIam ? [stackShelf(clients)] : []),
];

const repositoryShelf = ({ ecr }: Clients): Shelf => ({
  kind: 'repository',
  list: () =>
    listPages(isOurs, async (nextToken) => {
      const { repositories = [], nextToken: next } = await ecr.send(
        new DescribeRepositoriesCommand({ maxResults: 1_000, nextToken }),
      );
      return { names: repositories.map(({ repositoryName = '' }) => repositoryName), next };
    }),
  ownerOf: (name) =>
    orAbsent(
      ['RepositoryNotFoundException'],
      async () => {
        const { repositories = [] } = await ecr.send(
          new DescribeRepositoriesCommand({ repositoryNames: [name] }),
        );
        const { tags = [] } = await ecr.send(
          new ListTagsForResourceCommand({ resourceArn: repositories[0]?.repositoryArn }),
        );
        return ownerIn(tags.find(({ Key }) => Key === TAG_KEY)?.Value);
      },
      GONE,
    ),
  remove: async (name) => {
    const command = new DeleteRepositoryCommand({ repositoryName: name, force: true });
    await orAbsent(['RepositoryNotFoundException'], () => ecr.send(command), undefined);
  },
});

const tableShelf = ({ dynamo }: Clients): Shelf => ({
  kind: 'table',
  list: () =>
    listPages(isOurs, async (ExclusiveStartTableName) => {
      const { TableNames = [], LastEvaluatedTableName: next } = await dynamo.send(
        new ListTablesCommand({ ExclusiveStartTableName }),
      );
      return { names: TableNames, next };
    }),
  ownerOf: (name) =>
    orAbsent(
      ['ResourceNotFoundException'],
      async () => {
        const { Table: table } = await dynamo.send(new DescribeTableCommand({ TableName: name }));
        if (table?.TableStatus === 'DELETING') return GONE;
        const { Tags = [] } = await dynamo.send(
          new ListTagsOfResourceCommand({ ResourceArn: table?.TableArn }),
        );
        return ownerIn(Tags.find(({ Key }) => Key === TAG_KEY)?.Value);
      },
      GONE,
    ),
  remove: async (name) => {
    const command = new DeleteTableCommand({ TableName: name });
    await orAbsent(['ResourceNotFoundException'], () => dynamo.send(command), undefined);
  },
});

const stackShelf = ({ stacks }: Clients): Shelf => ({
  kind: 'stack',
  isSlow: true,
  list: () =>
    listPages(isOurs, async (NextToken) => {
      const { StackSummaries = [], NextToken: next } = await stacks.send(
        new ListStacksCommand({ NextToken }),
      );
      const standing = StackSummaries.filter(({ StackStatus }) => StackStatus !== DELETED);
      return { names: standing.map(({ StackName = '' }) => StackName), next };
    }),
  ownerOf: async (name) => {
    const stack = await findStack({ stacks }, name);
    if (stack === undefined || stack.StackStatus === DELETED) return GONE;
    return ownerIn(stack.Tags?.find(({ Key }) => Key === TAG_KEY)?.Value);
  },
  remove: async (name) => {
    await stacks.send(new DeleteStackCommand({ StackName: name }));
  },
});

export const DELETED = 'DELETE_COMPLETE';

/** CloudFormation says of a stack that is gone, by its name, that the request is wrong. */
export const findStack = async ({ stacks }: Pick<Clients, 'stacks'>, name: string) => {
  try {
    const { Stacks = [] } = await stacks.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks[0];
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return undefined;
    throw error;
  }
};
