import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, expect, it } from 'vitest';
import { secretReader } from '../../functions/adapters/secret-reader.ts';
import { recordingReport } from '../support/recordings.ts';
import { type ScriptedAws, scriptedAws } from '../support/scripted-aws.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:stripe';
let aws: ScriptedAws | undefined;
afterEach(async () => aws?.close());

/** A secret whose text is the number of reads; `world` says what time it is and whether reads fail. */
const numberedSecret = async () => {
  const world = { now: 1_780_000_000, isDown: false };
  const server = await scriptedAws((_call, index) =>
    world.isDown
      ? { error: 'AccessDeniedException' }
      : { body: { SecretString: `text ${index + 1}` } },
  );
  aws = server;
  const report = recordingReport();
  const client = new SecretsManagerClient(server.config);
  const read = secretReader({ client, clock: () => world.now, report }, ARN);
  return { world, read, report, calls: server.calls };
};

it('reads once in five minutes', async () => {
  const { world, read, calls } = await numberedSecret();
  expect(await read()).toBe('text 1');
  world.now += 299;
  expect(await read()).toBe('text 1');
  world.now += 1;
  expect(await read()).toBe('text 2');
  expect(calls).toStrictEqual([
    { operation: 'GetSecretValue', input: { SecretId: ARN } },
    { operation: 'GetSecretValue', input: { SecretId: ARN } },
  ]);
});

it('reads once for all who ask at the same time', async () => {
  const { read, calls } = await numberedSecret();
  expect(await Promise.all([read(), read(), read()])).toStrictEqual(['text 1', 'text 1', 'text 1']);
  expect(calls).toHaveLength(1);
});

it('serves the last value for a day while it cannot be read, asking once a minute', async () => {
  const { world, read, report, calls } = await numberedSecret();
  await read();
  world.isDown = true;
  world.now += 86_399;
  expect(await read()).toBe('text 1');
  expect(await read()).toBe('text 1');
  expect(calls).toHaveLength(2);
  expect(report.lines).toStrictEqual([
    {
      message: 'secret not refreshed',
      fields: {
        secretArn: ARN,
        ageSeconds: 86_399,
        errors: ['AccessDeniedException'],
        reason: undefined,
      },
    },
  ]);
  world.now += 60;
  await expect(read()).rejects.toThrow(`could not read the secret ${ARN}`);
});

it('reads again as soon as it can', async () => {
  const { world, read } = await numberedSecret();
  await read();
  world.isDown = true;
  world.now += 300;
  await read();
  world.isDown = false;
  world.now += 60;
  expect(await read()).toBe('text 3');
});

it('fails when it never read, and tries again at the next question', async () => {
  const { world, read } = await numberedSecret();
  world.isDown = true;
  await expect(read()).rejects.toThrow(`could not read the secret ${ARN}`);
  world.isDown = false;
  expect(await read()).toBe('text 2');
});

it('does not take a secret without text for an empty one', async () => {
  const server = await scriptedAws(() => ({ body: { SecretBinary: 'AAAA' } }));
  aws = server;
  const client = new SecretsManagerClient(server.config);
  const read = secretReader({ client, clock: () => 0, report: recordingReport() }, ARN);
  await expect(read()).rejects.toMatchObject({
    cause: { message: `the secret ${ARN} holds no text` },
  });
});
