import { ECRClient } from '@aws-sdk/client-ecr';
import { afterEach, expect, it } from 'vitest';
import { ecrPolicies } from '../../functions/adapters/ecr-policies.ts';
import { type Answer, type ScriptedAws, scriptedAws } from '../support/scripted-aws.ts';

let aws: ScriptedAws | undefined;
afterEach(async () => aws?.close());

const ecrThat = async (answer: Answer) => {
  aws = await scriptedAws(() => answer);
  return { ecr: ecrPolicies(new ECRClient(aws.config)), calls: aws.calls };
};
const refusal = (constraint: string): Answer => ({
  error: 'InvalidParameterException',
  text: `Invalid parameter at 'PolicyText' failed to satisfy constraint: '${constraint}'`,
});

it('reads a policy in one call', async () => {
  const { ecr, calls } = await ecrThat({ body: { policyText: '{"Version":"2012-10-17"}' } });
  expect(await ecr.findPolicy('acme/app')).toStrictEqual({
    kind: 'found',
    text: '{"Version":"2012-10-17"}',
  });
  expect(calls).toStrictEqual([
    { operation: 'GetRepositoryPolicy', input: { repositoryName: 'acme/app' } },
  ]);
});

it.each([
  ['RepositoryPolicyNotFoundException', 'none'],
  ['RepositoryNotFoundException', 'no_repository'],
])('reads %s as %s', async (error, kind) => {
  const { ecr } = await ecrThat({ error });
  expect(await ecr.findPolicy('acme/app')).toStrictEqual({ kind });
});

it('sets a policy in one call, without force', async () => {
  const { ecr, calls } = await ecrThat({ body: {} });
  expect(await ecr.setPolicy('acme/app', '{}')).toStrictEqual({ kind: 'set' });
  expect(calls).toStrictEqual([
    {
      operation: 'SetRepositoryPolicy',
      input: { repositoryName: 'acme/app', policyText: '{}' },
    },
  ]);
});

it.each([
  ['Principal not found', 'principal_not_found'],
  ['Invalid repository policy provided', 'invalid_policy'],
])('answers a refusal for %s, after one call', async (constraint, because) => {
  const { ecr, calls } = await ecrThat(refusal(constraint));
  expect(await ecr.setPolicy('acme/app', '{}')).toStrictEqual({ kind: 'refused', because });
  expect(calls).toHaveLength(1);
});

it('says when there is no repository to set a policy on', async () => {
  const { ecr } = await ecrThat({ error: 'RepositoryNotFoundException' });
  expect(await ecr.setPolicy('acme/app', '{}')).toStrictEqual({ kind: 'no_repository' });
});

it.each(['RepositoryPolicyNotFoundException', 'RepositoryNotFoundException'])(
  'takes %s for a policy that is deleted',
  async (error) => {
    const { ecr, calls } = await ecrThat({ error });
    await ecr.deletePolicy('acme/app');
    expect(calls).toStrictEqual([
      { operation: 'DeleteRepositoryPolicy', input: { repositoryName: 'acme/app' } },
    ]);
  },
);

it.each([
  ['read', refusal('something new'), 'could not read the policy of acme/app'],
  ['read', { body: {} }, 'could not read the policy of acme/app'],
  ['set', refusal('something new'), 'could not set the policy of acme/app'],
  ['set', { error: 'AccessDeniedException' }, 'could not set the policy of acme/app'],
  ['delete', { error: 'AccessDeniedException' }, 'could not delete the policy of acme/app'],
] as const)('cannot %s when ECR answers %o', async (verb, answer, message) => {
  const { ecr } = await ecrThat(answer);
  const attempts = {
    read: async () => ecr.findPolicy('acme/app'),
    set: async () => ecr.setPolicy('acme/app', '{}'),
    delete: async () => ecr.deletePolicy('acme/app'),
  };
  await expect(attempts[verb]()).rejects.toMatchObject({ message, cause: expect.any(Error) });
});
