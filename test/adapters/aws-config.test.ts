import { ECRClient, GetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { afterEach, expect, it } from 'vitest';
import { AWS_CONFIG } from '../../functions/adapters/aws-config.ts';
import { type ScriptedAws, scriptedAws } from '../support/scripted-aws.ts';

let aws: ScriptedAws | undefined;
afterEach(async () => aws?.close());

const { requestTimeout, socketTimeout } = AWS_CONFIG.requestHandler;

it.each([
  ['silence', { requestTimeout: requestTimeout / 60 }],
  ['half', { socketTimeout: socketTimeout / 60 }],
] as const)('does not wait for ever for an answer of %s', async (answer, sooner) => {
  const server = await scriptedAws(() => answer);
  aws = server;
  const later = { requestTimeout: 60_000, socketTimeout: 60_000 };
  const requestHandler = { ...AWS_CONFIG.requestHandler, ...later, ...sooner };
  const client = new ECRClient({ ...server.config, maxAttempts: 1, requestHandler });
  const asking = client.send(new GetRepositoryPolicyCommand({ repositoryName: 'acme/app' }));
  await expect(asking).rejects.toThrow();
});

it('gives up after the third attempt', async () => {
  const server = await scriptedAws(() => ({ error: 'ServerException', status: 500 }));
  aws = server;
  const client = new ECRClient(server.config);
  const asking = client.send(new GetRepositoryPolicyCommand({ repositoryName: 'acme/app' }));
  await expect(asking).rejects.toMatchObject({ name: 'ServerException' });
  expect(server.calls).toHaveLength(3);
});
