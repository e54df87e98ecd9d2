import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SecretsStandIn, startSecretsManager } from '../../../local/aws/secrets-manager.ts';
import { secretsClient, stoppedClock } from './clients.ts';

const DAY = 86_400;
const NAME = 'wharfage/test/cred1';

let clock: ReturnType<typeof stoppedClock>;
let vault: SecretsStandIn;
let client: ReturnType<typeof secretsClient>;

beforeEach(async () => {
  clock = stoppedClock();
  vault = await startSecretsManager({ now: clock.now, secrets: { 'stripe-key': 'rk_test_1' } });
  client = secretsClient(vault.url);
});

afterEach(async () => {
  client.destroy();
  await vault.close();
});

const create = (SecretString: string, part: object = {}) =>
  client.send(new CreateSecretCommand({ Name: NAME, SecretString, ...part }));
const put = (SecretString: string, part: object = {}) =>
  client.send(new PutSecretValueCommand({ SecretId: NAME, SecretString, ...part }));
const read = async (SecretId = NAME, part: object = {}) =>
  (await client.send(new GetSecretValueCommand({ SecretId, ...part }))).SecretString;
const remove = (part: object = {}) =>
  client.send(new DeleteSecretCommand({ SecretId: NAME, ...part }));
const restore = () => client.send(new RestoreSecretCommand({ SecretId: NAME }));

describe('a secret', () => {
  it('is read by name and by ARN', async () => {
    const { ARN } = await create('one');
    expect(await read()).toBe('one');
    expect(await read(ARN)).toBe('one');
    expect(vault.arnOf(NAME)).toBe(ARN);
  });

  it('is not found before it was made', async () => {
    await expect(read()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('without a value has none to read', async () => {
    await client.send(new CreateSecretCommand({ Name: NAME }));
    await expect(read()).rejects.toThrow('staging label: AWSCURRENT');
  });

  it('is made once: another attempt is told that it exists, a repetition is not', async () => {
    await create('one', { ClientRequestToken: 'a'.repeat(32) });
    await create('one', { ClientRequestToken: 'a'.repeat(32) });
    await expect(create('one')).rejects.toMatchObject({ name: 'ResourceExistsException' });
    expect(await read()).toBe('one');
  });

  it('keeps the previous value beside the current one', async () => {
    await create('one');
    await put('two');
    await put('three');
    expect(await read()).toBe('three');
    expect(await read(NAME, { VersionStage: 'AWSPREVIOUS' })).toBe('two');
    const { VersionIdsToStages = {} } = await client.send(
      new DescribeSecretCommand({ SecretId: NAME }),
    );
    expect(Object.values(VersionIdsToStages)).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
  });

  it('takes a version once, and refuses another text under its token', async () => {
    await create('one');
    await put('two', { ClientRequestToken: 'b'.repeat(32) });
    await put('two', { ClientRequestToken: 'b'.repeat(32) });
    expect(await read(NAME, { VersionStage: 'AWSPREVIOUS' })).toBe('one');
    await expect(put('three', { ClientRequestToken: 'b'.repeat(32) })).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
  });

  it('holds 65,536 bytes and not one more', async () => {
    await create('x'.repeat(65_536));
    await expect(put('x'.repeat(65_537))).rejects.toThrow('at most 65536 bytes');
  });

  it('shows the tags it was made with', async () => {
    await create('one', { Tags: [{ Key: 'wharfage:stage', Value: 'test' }] });
    const { Tags } = await client.send(new DescribeSecretCommand({ SecretId: NAME }));
    expect(Tags).toEqual([{ Key: 'wharfage:stage', Value: 'test' }]);
  });

  it('has no name with a space', async () => {
    await expect(create('one', { Name: 'a b' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('is never shown by the stand-in, only its name', async () => {
    await create('one');
    expect(vault.names()).toEqual(['stripe-key', NAME]);
  });
});

describe('the deletion window', () => {
  it('closes a secret to reading, writing and making again', async () => {
    await create('one');
    const { DeletionDate } = await remove();
    expect(DeletionDate).toEqual(new Date((1_800_000_000 + 30 * DAY) * 1_000));
    for (const attempt of [read, () => put('two'), () => create('two'), remove]) {
      await expect(attempt()).rejects.toMatchObject({ name: 'InvalidRequestException' });
    }
    await expect(create('two')).rejects.toThrow('already scheduled for deletion');
    expect(vault.names()).toEqual(['stripe-key']);
  });

  it('ends with a restore, and nothing is lost', async () => {
    await create('one');
    await remove({ RecoveryWindowInDays: 7 });
    clock.advance(7 * DAY - 1);
    await restore();
    clock.advance(DAY);
    expect(await read()).toBe('one');
  });

  it('ends with the secret gone', async () => {
    await create('one');
    await remove({ RecoveryWindowInDays: 7 });
    clock.advance(7 * DAY);
    await expect(restore()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await create('two');
    expect(await read()).toBe('two');
  });

  it.each([6, 31])('is never of %i days', async (RecoveryWindowInDays) => {
    await create('one');
    await expect(remove({ RecoveryWindowInDays })).rejects.toThrow('between 7 and 30 days');
    expect(await read()).toBe('one');
  });
});

describe('a forced deletion', () => {
  const force = () => remove({ ForceDeleteWithoutRecovery: true });

  it('frees the name at once', async () => {
    await create('one');
    await force();
    await expect(read()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await create('two');
    expect(await read()).toBe('two');
  });

  it('is no error for a secret that is not there, or is in its window', async () => {
    await expect(force()).resolves.toHaveProperty('DeletionDate');
    await create('one');
    await remove();
    await force();
    await create('two');
    expect(await read()).toBe('two');
  });

  it('may keep the name busy for a while, with no way back', async () => {
    vault.delayForcedDeletion(5);
    await create('one');
    await force();
    await expect(create('two')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(restore()).rejects.toMatchObject({ name: 'InvalidRequestException' });
    clock.advance(5);
    await create('two');
    expect(await read()).toBe('two');
  });

  it('does not go with a window', async () => {
    await create('one');
    await expect(
      remove({ ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 7 }),
    ).rejects.toThrow('in conjunction with');
    expect(await read()).toBe('one');
  });
});

describe('the list', () => {
  const list = async (input: object = {}) => {
    const { SecretList = [], NextToken } = await client.send(new ListSecretsCommand(input));
    return { names: SecretList.map(({ Name }) => Name), NextToken };
  };

  it('goes by page and by the beginning of the name', async () => {
    await create('one');
    const first = await list({ MaxResults: 1 });
    expect(first.names).toEqual(['stripe-key']);
    expect(await list({ MaxResults: 1, NextToken: first.NextToken })).toEqual({ names: [NAME] });
    const filtered = await list({ Filters: [{ Key: 'name', Values: ['wharfage/'] }] });
    expect(filtered.names).toEqual([NAME]);
  });

  it('shows what is being deleted only when asked', async () => {
    await create('one');
    await remove();
    expect((await list()).names).toEqual(['stripe-key']);
    expect((await list({ IncludePlannedDeletion: true })).names).toEqual(['stripe-key', NAME]);
  });
});

it('a snapshot goes on where it was taken, with the same ARNs', async () => {
  const { ARN } = await create('one');
  const state = JSON.parse(JSON.stringify(vault.snapshot()));
  await vault.close();
  vault = await startSecretsManager({ now: clock.now, state, secrets: { 'stripe-key': 'other' } });
  client = secretsClient(vault.url);
  expect(await read(ARN)).toBe('one');
  expect(await read('stripe-key')).toBe('rk_test_1');
});
