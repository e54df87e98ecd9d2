import { digestOf } from '../../../local/aws/blobs.ts';
import type { EcrStandIn } from '../../../local/aws/ecr.ts';
import { type Act, type Answer, done, type Input, refusal } from './front.ts';

type Tags = Readonly<Record<string, string>>;

/** Names that exist, with their tags; what was deleted is hidden from the stand-in's callers. */
export type Kept = Map<string, Tags>;

const textIn = (input: Input, name: string): string => String(input[name] ?? '');

const tagsIn = (list: unknown): Tags =>
  Object.fromEntries(
    ((list ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]),
  );

const listOf = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const noRepository = (name: string): Answer =>
  refusal('RepositoryNotFoundException', `The repository with name '${name}' does not exist`);

/** ECR's management and uploads; the stand-in has what our functions ask for. */
export const ecrActs = (ecr: EcrStandIn, kept: Kept): Readonly<Record<string, Act>> => {
  const uploaded: Buffer[] = [];
  const hiding: Act = async (input, forward) => {
    const name = textIn(input, 'repositoryName');
    return kept.has(name) ? forward(input) : noRepository(name);
  };
  return {
    ...Object.fromEntries(
      ['SetRepositoryPolicy', 'GetRepositoryPolicy', 'DeleteRepositoryPolicy'].map((name) => [
        name,
        hiding,
      ]),
    ),
    DescribeRegistry: () => done({ registryId: '000000000000' }),
    CreateRepository: async ({ tags, ...input }, forward) => {
      const answer = await forward(input);
      if (answer.status === 200) kept.set(textIn(input, 'repositoryName'), tagsIn(tags));
      return answer;
    },
    DescribeRepositories: async (input, forward) => {
      const [wanted] = (input.repositoryNames ?? []) as string[];
      if (wanted !== undefined && !kept.has(wanted)) return noRepository(wanted);
      const { status, body } = await forward(input);
      const { repositories = [], ...rest } = body as {
        repositories?: { repositoryName: string }[];
      };
      const shown = repositories.filter(({ repositoryName }) => kept.has(repositoryName));
      return { status, body: { ...rest, repositories: shown } };
    },
    DeleteRepository: (input) => {
      const name = textIn(input, 'repositoryName');
      return kept.delete(name) ? done({}) : noRepository(name);
    },
    ListTagsForResource: (input) => {
      const name = textIn(input, 'resourceArn').split(':repository/').at(-1) ?? '';
      return done({ tags: listOf(kept.get(name) ?? {}) });
    },
    InitiateLayerUpload: () => done({ uploadId: 'upload', partSize: 10_485_760 }),
    UploadLayerPart: (input) => {
      uploaded.push(Buffer.from(textIn(input, 'layerPartBlob'), 'base64'));
      return done({ uploadId: 'upload' });
    },
    CompleteLayerUpload: (input) => {
      const [digest] = (input.layerDigests ?? []) as string[];
      const isThere = uploaded.some((bytes) => digestOf(bytes) === digest);
      return isThere ? done({ layerDigest: digest }) : refusal('InvalidLayerException');
    },
    PutImage: async (input) => {
      const manifest = Buffer.from(textIn(input, 'imageManifest'));
      const digest = await ecr.pushImage(textIn(input, 'repositoryName'), {
        manifest,
        mediaType: textIn(input, 'imageManifestMediaType'),
        blobs: uploaded,
        tags: [textIn(input, 'imageTag')],
      });
      return done({ image: { imageId: { imageDigest: digest } } });
    },
    UpdateImageStorageClass: (input) => {
      const { imageDigest = '' } = input.imageId as { imageDigest?: string };
      ecr.setArchived(textIn(input, 'repositoryName'), imageDigest, true);
      return done({ imageStatus: 'ARCHIVED' });
    },
  };
};

const queueOf = (input: Input): string => textIn(input, 'QueueUrl').split('/').at(-1) ?? '';
const noQueue = refusal(
  'com.amazonaws.sqs#QueueDoesNotExist',
  'The specified queue does not exist.',
);

/** SQS's management; receives do not wait, since nobody else sends. */
export const sqsActs = (kept: Kept): Readonly<Record<string, Act>> => ({
  CreateQueue: async ({ tags, ...input }, forward) => {
    const answer = await forward(input);
    if (answer.status === 200) kept.set(textIn(input, 'QueueName'), (tags ?? {}) as Tags);
    return answer;
  },
  GetQueueUrl: (input, forward) =>
    kept.has(textIn(input, 'QueueName')) ? forward(input) : noQueue,
  DeleteQueue: (input) => (kept.delete(queueOf(input)) ? done() : noQueue),
  ListQueues: (input) =>
    done({
      QueueUrls: [...kept.keys()]
        .filter((name) => name.startsWith(textIn(input, 'QueueNamePrefix')))
        .map((name) => `http://sqs/000000000000/${name}`),
    }),
  ListQueueTags: (input) => done({ Tags: kept.get(queueOf(input)) ?? {} }),
  ReceiveMessage: (input, forward) => forward({ ...input, WaitTimeSeconds: 0 }),
});

/** dynalite makes tables without the tags that they are given. */
export const dynamoActs = (): Readonly<Record<string, Act>> => {
  const kept: Kept = new Map();
  return {
    CreateTable: ({ Tags, ...input }, forward) => {
      kept.set(textIn(input, 'TableName'), tagsIn(Tags));
      return forward(input);
    },
    ListTagsOfResource: (input) => {
      const name = textIn(input, 'ResourceArn').split(':table/').at(-1) ?? '';
      return done({ Tags: listOf(kept.get(name) ?? {}) });
    },
  };
};
