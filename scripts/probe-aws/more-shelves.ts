import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  ListSecretsCommand,
  RestoreSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
} from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';
import { NAME_PREFIX, runInName, SECRET_PREFIX, TAG_KEY } from './names.ts';
import { GONE, listPages, orAbsent, ownerIn, type Shelf } from './shelf.ts';

const isOurs = (name: string): boolean => runInName(name) !== undefined;

const NO_QUEUE = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

export const queueShelf = ({ sqs }: Clients): Shelf => {
  const urlOf = async (name: string): Promise<string> =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? '';
  return {
    kind: 'queue',
    list: () =>
      listPages(isOurs, async (NextToken) => {
        const { QueueUrls = [], NextToken: next } = await sqs.send(
          new ListQueuesCommand({ QueueNamePrefix: NAME_PREFIX, MaxResults: 1_000, NextToken }),
        );
        return { names: QueueUrls.map((url) => url.split('/').at(-1) ?? ''), next };
      }),
    ownerOf: (name) =>
      orAbsent(
        NO_QUEUE,
        async () => {
          const QueueUrl = await urlOf(name);
          const { Tags = {} } = await sqs.send(new ListQueueTagsCommand({ QueueUrl }));
          return ownerIn(Tags[TAG_KEY]);
        },
        GONE,
      ),
    remove: async (name) => {
      const act = async () => sqs.send(new DeleteQueueCommand({ QueueUrl: await urlOf(name) }));
      await orAbsent(NO_QUEUE, act, undefined);
    },
  };
};

const NO_SECRET = ['ResourceNotFoundException'];

export const secretShelf = ({ secrets }: Clients): Shelf => ({
  kind: 'secret',
  list: () =>
    listPages(isOurs, async (NextToken) => {
      const { SecretList = [], NextToken: next } = await secrets.send(
        new ListSecretsCommand({
          MaxResults: 100,
          NextToken,
          IncludePlannedDeletion: true,
          Filters: [{ Key: 'name', Values: [SECRET_PREFIX] }],
        }),
      );
      return { names: SecretList.map(({ Name: name = '' }) => name), next };
    }),
  ownerOf: (name) =>
    orAbsent(
      NO_SECRET,
      async () => {
        const { Tags = [] } = await secrets.send(new DescribeSecretCommand({ SecretId: name }));
        return ownerIn(Tags.find(({ Key }) => Key === TAG_KEY)?.Value);
      },
      GONE,
    ),
  remove: async (name) => {
    const destroy = () =>
      secrets.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
    // One that is scheduled for deletion may refuse to be deleted at once.
    const scheduled = await orAbsent(
      ['InvalidRequestException'],
      () => orAbsent(NO_SECRET, destroy, undefined),
      'scheduled' as const,
    );
    if (scheduled !== 'scheduled') return;
    await secrets.send(new RestoreSecretCommand({ SecretId: name }));
    await destroy();
  },
});
