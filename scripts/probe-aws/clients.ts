import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AWS_CONFIG } from '../../functions/adapters/aws-config.ts';
import { TAG_KEY } from './names.ts';

export type Clients = {
  readonly ecr: ECRClient;
  readonly sqs: SQSClient;
  readonly dynamo: DynamoDBClient;
  readonly secrets: SecretsManagerClient;
  readonly stacks: CloudFormationClient;
};

type Options = {
  readonly region: string;
  /** Throws when no further call may be made. */
  readonly beforeCall: () => void;
  /** Secrets that our adapters make carry it too. */
  readonly runId: string;
};

/** Clients as our functions have them: same time-outs, same attempts. */
export const openClients = ({ region, beforeCall, runId }: Options): Clients => {
  const config = { ...AWS_CONFIG, region };
  const clients = {
    ecr: new ECRClient(config),
    sqs: new SQSClient(config),
    dynamo: new DynamoDBClient(config),
    secrets: new SecretsManagerClient(config),
    stacks: new CloudFormationClient(config),
  };
  const counted = before(beforeCall);
  const first = { step: 'initialize', name: 'probeBudget' } as const;
  clients.ecr.middlewareStack.add(counted, first);
  clients.sqs.middlewareStack.add(counted, first);
  clients.dynamo.middlewareStack.add(counted, first);
  clients.secrets.middlewareStack.add(counted, first);
  clients.stacks.middlewareStack.add(counted, first);
  clients.secrets.middlewareStack.add(tagged(runId), { step: 'initialize', name: 'probeTag' });
  return clients;
};

export const closeClients = (clients: Clients): void => {
  for (const client of Object.values(clients)) client.destroy();
};

const before =
  (act: () => void) =>
  <Args, Output>(next: (args: Args) => Promise<Output>) =>
  async (args: Args): Promise<Output> => {
    act();
    return next(args);
  };

type Tags = readonly { readonly Key?: string; readonly Value?: string }[];

/** The only secrets' operation that sends a name and a text without an id is CreateSecret. */
const tagged =
  (runId: string) =>
  <Input extends object, Output>(next: (args: { input: Input }) => Promise<Output>) =>
  async (args: { input: Input }): Promise<Output> => {
    if (!('Name' in args.input)) return next(args);
    const tags: Tags = 'Tags' in args.input ? (args.input.Tags as Tags) : [];
    const Tags = [...tags, { Key: TAG_KEY, Value: runId }];
    return next({ ...args, input: { ...args.input, Tags } });
  };
