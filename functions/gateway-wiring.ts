import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { accessTokens } from './adapters/access-tokens.ts';
import { QUICK_AWS_CONFIG } from './adapters/aws-config.ts';
import { systemClock } from './adapters/clock.ts';
import { isHashOf } from './adapters/credential-hash.ts';
import { dynamoLedger } from './adapters/dynamo-ledger.ts';
import { dynamoMisses } from './adapters/dynamo-misses.ts';
import { dynamoPulls } from './adapters/dynamo-pulls.ts';
import { dynamoReleases } from './adapters/dynamo-releases.ts';
import { dynamoStage } from './adapters/dynamo-stage.ts';
import { dynamoTable } from './adapters/dynamo-table.ts';
import { ecrImages } from './adapters/ecr-images.ts';
import { frontSecret } from './adapters/front-secret.ts';
import { secretReader } from './adapters/secret-reader.ts';
import type { Catalog } from './core/catalog.ts';
import type { GatewayEnv } from './env.ts';
import type { GatewayDeps } from './http/gateway.ts';
import type { Report } from './ports.ts';
import { answerPull } from './usecases/answer-pull.ts';
import { currentCatalogs } from './usecases/current-catalogs.ts';
import { indexImage } from './usecases/index-image.ts';
import { issueAccessToken } from './usecases/issue-access-token.ts';

type Bundle = { readonly catalog: Catalog; readonly catalogHash: string };

/** The real far ends of the gateway. A client waits for each of them, so that all give up soon. */
export const wireGateway = (
  env: GatewayEnv,
  { catalog: deployed, catalogHash }: Bundle,
  report: Report,
): GatewayDeps => {
  const clock = systemClock;
  const secrets = { client: new SecretsManagerClient(QUICK_AWS_CONFIG), clock, report };
  const table = dynamoTable(new DynamoDBClient(QUICK_AWS_CONFIG), env.TABLE_NAME);
  const images = ecrImages(new ECRClient(QUICK_AWS_CONFIG));
  const tokens = accessTokens({ readSecret: secretReader(secrets, env.TOKEN_SECRET_ARN) });
  const releases = dynamoReleases(table);
  const shared = {
    pulls: dynamoPulls(table),
    ledger: dynamoLedger(table),
    catalogs: currentCatalogs({ stage: dynamoStage(table), clock }, deployed, catalogHash),
    clock,
    report,
  };
  const index = indexImage({ ...shared, releases, images });
  return {
    clock,
    report,
    tokens,
    isFront: frontSecret({ readSecret: secretReader(secrets, env.FRONT_SECRET_ARN) }),
    issue: issueAccessToken({ ...shared, tokens, isHashOf }),
    answer: answerPull(
      { ...shared, releases, images, misses: dynamoMisses(table), indexImage: index },
      { layerOrigin: env.LAYER_ORIGIN, noticeDays: Number(env.NOTICE_DAYS) },
    ),
  };
};
