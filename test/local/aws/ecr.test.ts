import {
  CreateRepositoryCommand,
  DeleteRepositoryPolicyCommand,
  DescribeRepositoriesCommand,
  GetRepositoryPolicyCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EcrStandIn, startEcr } from '../../../local/aws/ecr.ts';
import { THROTTLED } from '../../../local/aws/faults.ts';
import { ecrClient, stoppedClock } from './clients.ts';

const NOT_FOUND =
  "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'";
const INVALID =
  "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'";

let clock: ReturnType<typeof stoppedClock>;
let ecr: EcrStandIn;
let client: ReturnType<typeof ecrClient>;

beforeEach(async () => {
  clock = stoppedClock();
  ecr = await startEcr({ now: clock.now, repositories: ['acme/app', 'wharfage-test/probe'] });
  client = ecrClient(ecr.url);
});

afterEach(async () => {
  client.destroy();
  await ecr.close();
});

const statement = (part: object = {}) => ({
  Sid: 'WharfagetestLease20261130',
  Effect: 'Allow',
  Principal: { AWS: ['111111111111'] },
  Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  Condition: { DateLessThan: { 'aws:CurrentTime': '2026-11-30T00:00:00Z' } },
  ...part,
});
const policy = (...statements: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

const set = (policyText: string, repositoryName = 'acme/app') =>
  client.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
const get = async (repositoryName = 'acme/app') => {
  const { policyText = '' } = await client.send(new GetRepositoryPolicyCommand({ repositoryName }));
  return policyText;
};

describe('a repository policy', () => {
  it('reads back with root ARNs, lists of one as the one, and another order of keys and lists', async () => {
    await set(
      policy(statement(), statement({ Principal: { AWS: ['111111111111', '222222222222'] } })),
    );
    const text = await get();
    expect(JSON.parse(text)).toEqual({
      Version: '2012-10-17',
      Statement: [
        statement({
          Principal: {
            AWS: ['arn:aws:iam::222222222222:root', 'arn:aws:iam::111111111111:root'],
          },
          Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
        }),
        statement({
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
          Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
        }),
      ],
    });
    expect(text.indexOf('Statement')).toBeLessThan(text.indexOf('Version'));
  });

  it('is not there before it was set, nor after it was deleted', async () => {
    const absent = { name: 'RepositoryPolicyNotFoundException' };
    const remove = () =>
      client.send(new DeleteRepositoryPolicyCommand({ repositoryName: 'acme/app' }));
    await expect(get()).rejects.toMatchObject(absent);
    await expect(remove()).rejects.toMatchObject(absent);
    await set(policy(statement()));
    await expect(remove()).resolves.toHaveProperty('policyText');
    await expect(get()).rejects.toMatchObject(absent);
  });

  it('belongs to a repository that exists', async () => {
    const absent = { name: 'RepositoryNotFoundException' };
    await expect(get('acme/gone')).rejects.toMatchObject(absent);
    await expect(set(policy(statement()), 'acme/gone')).rejects.toMatchObject(absent);
  });

  it.each([
    [10_239, undefined],
    [10_240, undefined],
    [10_241, 'Member must have length less than or equal to 10240'],
  ])('of %i characters', async (length, refusal) => {
    const empty = policy(statement({ Sid: '' })).length;
    const text = policy(statement({ Sid: 'x'.repeat(length - empty) }));
    expect(text).toHaveLength(length);
    if (refusal === undefined) await expect(set(text)).resolves.toHaveProperty('registryId');
    else {
      await expect(set(text)).rejects.toMatchObject({
        name: 'InvalidParameterException',
        message: expect.stringContaining(refusal),
      });
    }
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['an unknown version', JSON.stringify({ Version: '2020-01-01', Statement: [statement()] })],
    ['an unknown element', JSON.stringify({ Statement: [statement()], Rules: [] })],
    ['no statement', policy()],
    ['a statement that is a text', JSON.stringify({ Statement: ['Allow'] })],
    ['no effect', policy(statement({ Effect: undefined }))],
    ['no principal', policy(statement({ Principal: undefined }))],
    ['an empty list of principals', policy(statement({ Principal: { AWS: [] } }))],
    ['an account of 11 digits', policy(statement({ Principal: { AWS: '11111111111' } }))],
    ['a star for root', policy(statement({ Principal: { AWS: 'arn:aws:iam::111111111111:*' } }))],
    ['a kind of principal there is not', policy(statement({ Principal: { User: 'x' } }))],
    ['GetAuthorizationToken', policy(statement({ Action: 'ecr:GetAuthorizationToken' }))],
    ['an action of S3', policy(statement({ Action: ['ecr:BatchGetImage', 's3:GetObject'] }))],
    ['no action', policy(statement({ Action: [] }))],
    ['a resource', policy(statement({ Resource: '*' }))],
    ['an unknown operator', policy(statement({ Condition: { StringIs: { a: 'b' } } }))],
    [
      'a date that is none',
      policy(statement({ Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } })),
    ],
  ])('with %s is refused as invalid', async (_name, text) => {
    await expect(set(text)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: INVALID,
    });
    expect(ecr.policies()['acme/app']).toBe('');
  });

  it.each([
    ['everybody', { Principal: '*' }],
    ['a service', { Principal: { Service: 'lambda.amazonaws.com' } }],
    ['a role', { Principal: { AWS: 'arn:aws:iam::111111111111:role/path/pull' } }],
    ['every action', { Action: 'ecr:*' }],
    ['a pattern of actions', { Action: 'ecr:Batch*' }],
    ['two conditions', { Condition: { StringEquals: { a: ['b', 'c'] }, Bool: { d: true } } }],
    ['a denial of all others', { Effect: 'Deny', Principal: undefined, NotPrincipal: '*' }],
  ])('may name %s', async (_name, part) => {
    await expect(set(policy(statement(part)))).resolves.toHaveProperty('policyText');
  });
});

describe('a principal that does not exist', () => {
  it('fails the whole write, names nobody, and leaves what was there', async () => {
    await set(policy(statement()));
    ecr.markDead('222222222222');
    const both = policy(statement({ Principal: { AWS: ['111111111111', '222222222222'] } }));
    await expect(set(both)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: NOT_FOUND,
    });
    expect(await get()).toContain('111111111111');
    ecr.markAlive('222222222222');
    await set(both);
    expect(await get()).toContain('222222222222');
  });

  it.each([
    ['a root ARN', 'arn:aws:iam::222222222222:root'],
    ['a role in a dead account', 'arn:aws:iam::222222222222:role/pull'],
    ['a unique id of a role', 'AROAEXAMPLEEXAMPLE123'],
    ['a unique id of a user', 'AIDAEXAMPLEEXAMPLE123'],
  ])('may be %s', async (_name, principal) => {
    ecr.markDead('222222222222');
    await expect(set(policy(statement({ Principal: { AWS: principal } })))).rejects.toThrow(
      NOT_FOUND,
    );
  });

  it('stays as its unique id when a role is deleted, and cannot be written back', async () => {
    const role = 'arn:aws:iam::222222222222:role/pull';
    await set(policy(statement({ Principal: { AWS: role } })));
    ecr.markDead(role);
    const text = await get();
    expect(JSON.parse(text).Statement[0].Principal.AWS).toMatch(/^AROA[0-9A-F]{17}$/);
    await expect(set(text)).rejects.toThrow(NOT_FOUND);
  });
});

describe('repositories', () => {
  const create = (repositoryName: string) =>
    client.send(new CreateRepositoryCommand({ repositoryName }));

  it('are made once', async () => {
    const { repository } = await create('acme/new_app.v2');
    expect(repository).toMatchObject({
      registryId: '000000000000',
      repositoryArn: 'arn:aws:ecr:us-east-1:000000000000:repository/acme/new_app.v2',
    });
    await expect(create('acme/new_app.v2')).rejects.toMatchObject({
      name: 'RepositoryAlreadyExistsException',
    });
  });

  it.each(['a', 'Acme', 'acme//app', '-acme', 'x'.repeat(257)])(
    'are not named %s',
    async (name) => {
      await expect(create(name)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    },
  );

  it('are listed by page, or by name', async () => {
    const page = (input: object) => client.send(new DescribeRepositoriesCommand(input));
    const first = await page({ maxResults: 1 });
    expect(first.repositories?.map((one) => one.repositoryName)).toEqual(['acme/app']);
    const second = await page({ maxResults: 1, nextToken: first.nextToken });
    expect(second.repositories?.map((one) => one.repositoryName)).toEqual(['wharfage-test/probe']);
    expect(second.nextToken).toBeUndefined();
    await expect(page({ repositoryNames: ['acme/app', 'acme/gone'] })).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
    });
  });
});

describe('the stand-in', () => {
  it('answers a read with what was in force before, while reads are stale', async () => {
    await set(policy(statement({ Sid: 'Old' })));
    clock.advance(100);
    await set(policy(statement({ Sid: 'New' })));
    ecr.setStaleness(30);
    clock.advance(29);
    expect(await get()).toContain('Old');
    clock.advance(1);
    expect(await get()).toContain('New');
  });

  it('reads nothing of a first policy while reads are stale', async () => {
    ecr.setStaleness(30);
    await set(policy(statement()));
    await expect(get()).rejects.toMatchObject({ name: 'RepositoryPolicyNotFoundException' });
  });

  it('lets somebody edit a policy by hand, and counts no call for it', async () => {
    ecr.editByHand('acme/app', policy(statement({ Sid: 'Mine' })));
    expect(ecr.policies()['acme/app']).toContain('Mine');
    ecr.editByHand('acme/app');
    expect(ecr.policies()).toEqual({ 'acme/app': '', 'wharfage-test/probe': '' });
    expect(ecr.calls()).toEqual({});
    expect(() => ecr.editByHand('acme/app', '{')).toThrow(INVALID);
  });

  it('counts calls by operation, and throttles when told to', async () => {
    ecr.fail('SetRepositoryPolicy', 1, THROTTLED);
    await expect(set(policy(statement()))).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 429 },
    });
    await set(policy(statement()));
    await get();
    expect(ecr.calls()).toEqual({ SetRepositoryPolicy: 2, GetRepositoryPolicy: 1 });
    ecr.resetCalls();
    expect(ecr.calls()).toEqual({});
  });

  it('goes on where a snapshot was taken', async () => {
    await set(policy(statement()));
    ecr.markDead('222222222222');
    const state = JSON.parse(JSON.stringify(ecr.snapshot()));
    await ecr.close();
    ecr = await startEcr({ now: clock.now, state, repositories: ['acme/app', 'acme/more'] });
    client = ecrClient(ecr.url);
    expect(await get()).toContain('111111111111');
    expect(Object.keys(ecr.policies())).toEqual(['acme/app', 'wharfage-test/probe', 'acme/more']);
    await expect(set(policy(statement({ Principal: { AWS: '222222222222' } })))).rejects.toThrow(
      NOT_FOUND,
    );
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(ecr.url).port);
    await expect(startEcr({ now: clock.now, port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}`,
    );
  });
});
