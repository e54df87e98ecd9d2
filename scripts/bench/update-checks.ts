import { join } from 'node:path';
import type { RegistryWorld } from '../../test/support/registry-world.ts';
import { replayOf } from '../../test/support/replaying-dynamo.ts';
import { startGatewayProcess } from './gateway-process.ts';
import { type Ask, type Load, measureLoad } from './load.ts';
import { hasPrograms, runProgram } from './programs.ts';
import { type ReferenceAccess, startReferenceRegistry } from './reference-registry.ts';
import { printTable } from './table.ts';

const REPOSITORY = 'acme/app';
const TAG = '1.1.0';
const PATH = `/v2/${REPOSITORY}/manifests/${TAG}`;
const ACCEPT = 'application/vnd.oci.image.index.v1+json';

type Row = readonly [string, Load | undefined];

/** HEAD of a manifest by its tag, authorised: what every client that looks for a new version sends. */
export const benchUpdateChecks = async (world: RegistryWorld, folder: string): Promise<void> => {
  const rows: Row[] = [['the gateway', await ofGateway(world, folder)]];
  if (hasPrograms('docker-registry', 'docker-registry', 'skopeo')) {
    const data = await copyToReference(world, folder);
    for (const access of ['htpasswd', 'token', 'open'] as const) {
      rows.push([`docker-registry, ${access}`, await ofReference(folder, data, access)]);
    }
  }
  printTable(
    'Authorised update checks (HEAD of a manifest by its tag, 16 connections, 5 seconds each)',
    ['registry', 'per second', 'CPU ms per request'],
    rows.flatMap(([name, load]) =>
      load === undefined ? [] : [[name, load.perSecond.toFixed(0), load.cpuMs.toFixed(2)]],
    ),
  );
  console.log(
    '\nThe gateway’s time includes its bundle, the AWS SDK and the stand-in of the Function URL; its\nDynamoDB answers from memory in the process that makes the requests, so that neither time nor rate\nis DynamoDB’s. Not included: CloudFront. docker-registry serves from a folder.',
  );
};

const ofGateway = async (world: RegistryWorld, folder: string): Promise<Load> => {
  const customer = await world.customer();
  const token = await world.token(customer);
  const replay = await replayOf(world.system.farEnds.table.url);
  const gateway = await startGatewayProcess(folder, world.system.catalog, {
    AWS_ENDPOINT_URL_DYNAMODB: replay.url,
  });
  try {
    const ask: Ask = {
      url: `${gateway.url.replace(/\/$/, '')}${PATH}`,
      method: 'HEAD',
      headers: {
        authorization: `Bearer ${token}`,
        'user-agent': 'docker/28.5.2',
        'x-wharfage-origin': world.origin,
        'x-wharfage-front': world.system.farEnds.frontSecret,
      },
    };
    return await measureLoad(ask, 200, gateway.pid);
  } finally {
    await gateway.close();
    await replay.close();
  }
};

/** The same image, pushed once; the three servers share the folder. */
const copyToReference = async (world: RegistryWorld, folder: string): Promise<string> => {
  const data = join(folder, 'reference');
  const { username, secret } = await world.customer();
  const reference = await startReferenceRegistry(folder, data, 'open');
  try {
    await runProgram('skopeo', [
      '--insecure-policy',
      'copy',
      '--all',
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
      `--src-creds=${username}:${secret}`,
      `docker://${new URL(world.origin).host}/${REPOSITORY}:${TAG}`,
      `docker://${reference.host}/${REPOSITORY}:${TAG}`,
    ]);
    return data;
  } finally {
    await reference.close();
  }
};

const ofReference = async (
  folder: string,
  data: string,
  access: ReferenceAccess,
): Promise<Load | undefined> => {
  if (access === 'htpasswd' && !hasPrograms('docker-registry with htpasswd', 'htpasswd')) return;
  if (access === 'token' && !hasPrograms('docker-registry with token auth', 'openssl')) return;
  const registry = await startReferenceRegistry(folder, data, access);
  try {
    const authorization = registry.authorization(REPOSITORY);
    const ask: Ask = {
      url: `http://${registry.host}${PATH}`,
      method: 'HEAD',
      headers: { accept: ACCEPT, ...(authorization === undefined ? {} : { authorization }) },
    };
    return await measureLoad(ask, 200, registry.pid);
  } finally {
    await registry.close();
  }
};
