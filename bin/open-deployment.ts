import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AWS_CONFIG } from '../functions/adapters/aws-config.ts';
import { dynamoLedger } from '../functions/adapters/dynamo-ledger.ts';
import { dynamoReleases } from '../functions/adapters/dynamo-releases.ts';
import { dynamoStage } from '../functions/adapters/dynamo-stage.ts';
import { dynamoTable } from '../functions/adapters/dynamo-table.ts';
import { ecrPolicies } from '../functions/adapters/ecr-policies.ts';
import { secretReader } from '../functions/adapters/secret-reader.ts';
import type { Catalog } from '../functions/core/catalog.ts';
import { catalogHash } from '../functions/core/catalog-hash.ts';
import type { CatalogParse } from '../functions/core/parse-catalog.ts';
import type { Report } from '../functions/ports.ts';
import { wire } from '../functions/wiring.ts';
import { movableClock } from '../local/clock.ts';
import { type Deps, UsageError } from './command.ts';
import { type Deployment, placeInAws, readStack } from './deployment.ts';
import { deploymentOfLocal, enterLocal, readLocalDeployment } from './local-deployment.ts';

/** Which deployment to work on. */
export type Target = {
  readonly stackName: string;
  readonly region: string | undefined;
  readonly isLocal: boolean;
  /** Another table than the deployment's: one that was just restored. */
  readonly tableName: string | undefined;
};

/** What a command prints is its result: the log lines and metrics of what it runs are Lambda's business. */
const quiet: Report = { log: () => {}, count: () => {} };

/**
 * Connects the use cases to a deployed stage, or to the system that `npm start` runs. Customers are
 * decided by the catalog that is deployed, whatever this checkout says.
 */
export const openDeployment = async (target: Target, checkout: CatalogParse): Promise<Deps> => {
  // The SDK's notice about Node's version would stand before every result.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const found = target.isLocal ? openLocal() : await openStack(target);
  const deployment = { ...found, tableName: target.tableName ?? found.tableName };
  const stage = dynamoStage(dynamoTable(new DynamoDBClient(AWS_CONFIG), deployment.tableName));
  const state = await orHint(target, stage.findCatalogState());
  if (state !== undefined) return wireStage(deployment, state.deployed, state.deployedHash);
  if (checkout.kind === 'invalid') {
    throw new UsageError(`bin/catalog.ts is not valid:\n${checkout.problems.join('\n')}`);
  }
  return wireStage(deployment, checkout.catalog, catalogHash(checkout.catalog));
};

const openLocal = (): Deployment => {
  const local = readLocalDeployment();
  enterLocal(process.env, local);
  movableClock(local.clockOffsetSeconds).install();
  return deploymentOfLocal(local);
};

/** The first thing that is read: what stands in the way here stands in the way of everything. */
const orHint = async <Value>({ isLocal }: Target, read: Promise<Value>): Promise<Value> => {
  try {
    return await read;
  } catch (cause) {
    const hint = isLocal
      ? 'the local system does not answer: is it running (npm start)?'
      : 'the table could not be read: check its name and what your AWS credentials allow';
    throw new Error(hint, { cause });
  }
};

const openStack = async ({ stackName, region }: Target): Promise<Deployment> => {
  if (region !== undefined) process.env.AWS_REGION = region;
  return readStack(stackName);
};

const wireStage = (deployment: Deployment, catalog: Catalog, hash: string): Deps => {
  const { stage, livemode, tableName, registry, webhookSecretArn: arn } = deployment;
  const env = {
    STAGE: stage,
    STRIPE_LIVEMODE: String(livemode),
    STRIPE_KEY_SECRET_ARN: deployment.stripeKeySecretArn,
    TABLE_NAME: tableName,
    CUSTOMERS_QUEUE_URL: deployment.customersQueueUrl,
    POLICIES_QUEUE_URL: deployment.policiesQueueUrl,
    STRIPE_API_BASE: process.env.STRIPE_API_BASE,
  };
  const wired = wire(env, { catalog, catalogHash: hash }, quiet);
  const secrets = new SecretsManagerClient(AWS_CONFIG);
  const table = dynamoTable(new DynamoDBClient(AWS_CONFIG), tableName);
  return {
    ...wired,
    ledger: dynamoLedger(table),
    releases: dynamoReleases(table),
    repositories: ecrPolicies(new ECRClient(AWS_CONFIG)),
    readWebhookSecret: secretReader({ client: secrets, clock: wired.clock, report: quiet }, arn),
    listSealed: () => listSealed(secrets, stage),
    place: {
      stage,
      livemode,
      tableName,
      ...placeInAws(arn),
      ...(registry === undefined ? {} : { registry }),
    },
  };
};

const PAGES_MAX = 1_000;

/** The last part of each name `wharfage/<stage>/<credentialId>`. */
const listSealed = async (
  client: SecretsManagerClient,
  stage: string,
): Promise<readonly string[]> => {
  const prefix = `wharfage/${stage}/`;
  const ids: string[] = [];
  let next: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { SecretList = [], NextToken } = await client.send(
      new ListSecretsCommand({
        Filters: [{ Key: 'name', Values: [prefix] }],
        MaxResults: 100,
        NextToken: next,
      }),
    );
    // The filter is a search by prefix; our names are looked at again all the same.
    const names = SecretList.flatMap(({ Name }) => Name ?? []);
    ids.push(
      ...names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)),
    );
    if (NextToken === undefined) return ids;
    next = NextToken;
  }
  throw new Error(`the list of sealed secrets did not end within ${PAGES_MAX} pages`);
};
