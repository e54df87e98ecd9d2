import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { AWS_CONFIG } from './adapters/aws-config.ts';
import { systemClock as clock } from './adapters/clock.ts';
import { dynamoReleases } from './adapters/dynamo-releases.ts';
import { dynamoStage } from './adapters/dynamo-stage.ts';
import { dynamoTable } from './adapters/dynamo-table.ts';
import { ecrImages } from './adapters/ecr-images.ts';
import { emfReport } from './adapters/emf-report.ts';
import { catalog, catalogHash } from './catalog.ts';
import { type IndexReleaseEnv, readEnv } from './env.ts';
import { currentCatalogs } from './usecases/current-catalogs.ts';
import { indexRelease } from './usecases/index-release.ts';

const env: IndexReleaseEnv = readEnv(process.env, 'STAGE', 'TABLE_NAME');
const report = emfReport(env.STAGE, clock);
const table = dynamoTable(new DynamoDBClient(AWS_CONFIG), env.TABLE_NAME);
const releases = dynamoReleases(table);
const images = ecrImages(new ECRClient(AWS_CONFIG));
const catalogs = currentCatalogs({ stage: dynamoStage(table), clock }, catalog, catalogHash);
const index = indexRelease({ releases, images, catalogs, report, clock });

export const handler = async (event: unknown): Promise<void> => index(event);
