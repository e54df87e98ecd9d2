import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/aws/account.ts';
import { memoryBlobs } from '../../../local/aws/blobs.ts';
import { type EcrStandIn, startEcr } from '../../../local/aws/ecr.ts';
import { type SecretsStandIn, startSecretsManager } from '../../../local/aws/secrets-manager.ts';
import { startSqs } from '../../../local/aws/sqs.ts';
import { startTable } from '../../../local/aws/table.ts';
import { type Storage, startStorage } from '../../../local/storage.ts';
import { dynamoActs, ecrActs, sqsActs } from './acts.ts';
import { type Front, startFront } from './front.ts';
import { type Stacks, startStacks } from './stacks.ts';

/** The account that no probe may find, in the options’ default. */
export const DEAD_ACCOUNT = '000000000001';

/** An AWS account on this machine: the stand-ins, with what only a probe asks of AWS before them. */
export type FakeAccount = {
  readonly ecr: EcrStandIn;
  readonly storage: Storage;
  readonly secrets: SecretsStandIn;
  readonly fronts: Readonly<Record<'ecr' | 'sqs' | 'dynamo' | 'secrets', Front>>;
  readonly stacks: Stacks;
  /** Where the SDK finds the services, and credentials that nobody checks. */
  readonly env: Readonly<Record<string, string>>;
  readonly now: () => number;
  advance(seconds: number): void;
  /** Names of everything that is there. */
  resources(): Promise<readonly string[]>;
  close(): Promise<void>;
};

const TABLE = 'somebody-elses-table';

export const startFakeAccount = async (): Promise<FakeAccount> => {
  let ahead = 0;
  const now = (): number => Math.floor(Date.now() / 1_000) + Math.floor(ahead);
  const kept = { repositories: new Map(), queues: new Map(), stacks: new Map() };
  const blobs = memoryBlobs();
  const storage = await startStorage({ now, blobs });
  const ecr = await startEcr({ now, blobs, layerUrl: storage.layerUrl });
  ecr.markDead(DEAD_ACCOUNT);
  const sqs = await startSqs({ now });
  const secrets = await startSecretsManager({ now });
  const table = await startTable({ tableName: TABLE });
  const fronts = {
    ecr: await startFront({ upstream: ecr.url, acts: ecrActs(ecr, kept.repositories) }),
    sqs: await startFront({ upstream: sqs.url, acts: sqsActs(kept.queues) }),
    dynamo: await startFront({ upstream: table.url, acts: dynamoActs() }),
    secrets: await startFront({ upstream: secrets.url, acts: {} }),
  };
  const stacks = await startStacks({
    kept: kept.stacks,
    onDelete: (stack) => ecr.markDead(`arn:aws:iam::000000000000:role/${stack}`),
  });
  return {
    ...{ ecr, storage, secrets, fronts, stacks, now },
    env: {
      AWS_ENDPOINT_URL_ECR: fronts.ecr.url,
      AWS_ENDPOINT_URL_SQS: fronts.sqs.url,
      AWS_ENDPOINT_URL_DYNAMODB: fronts.dynamo.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: fronts.secrets.url,
      AWS_ENDPOINT_URL_CLOUDFORMATION: stacks.url,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_REGION: LOCAL_REGION,
    },
    advance: (seconds) => {
      ahead += seconds;
    },
    resources: async () => [
      ...kept.repositories.keys(),
      ...kept.queues.keys(),
      ...kept.stacks.keys(),
      ...secrets.names(),
      ...(await tablesAt(table.url)).filter((name) => name !== TABLE),
    ],
    close: async () => {
      const all = [...Object.values(fronts), stacks, ecr, sqs, secrets, table, storage];
      for (const each of all) await each.close();
    },
  };
};

const tablesAt = async (url: string): Promise<readonly string[]> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.ListTables',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20261121/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-date': '20261121T000000Z',
    },
    body: '{}',
  });
  return ((await response.json()) as { readonly TableNames: readonly string[] }).TableNames;
};
