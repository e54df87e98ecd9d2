import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, expect, it } from 'vitest';
import { sealedSecrets } from '../../functions/adapters/sealed-secrets.ts';
import { type Answer, type ScriptedAws, scriptedAws } from '../support/scripted-aws.ts';

let aws: ScriptedAws | undefined;
afterEach(async () => aws?.close());

/** Answers each operation with the next of its answers, and the last one from then on. */
const secretsThat = async (script: Readonly<Record<string, readonly Answer[]>>) => {
  const asked: Record<string, number> = {};
  aws = await scriptedAws(({ operation }) => {
    const answers = script[operation] ?? [];
    const nth = asked[operation] ?? 0;
    asked[operation] = nth + 1;
    return answers[nth] ?? answers.at(-1) ?? { error: 'UnexpectedCall' };
  });
  return { secrets: sealedSecrets(new SecretsManagerClient(aws.config), 'live'), aws };
};
const taken: Answer = { error: 'ResourceExistsException' };
const scheduled: Answer = { error: 'InvalidRequestException', text: 'scheduled for deletion' };
const missing: Answer = { error: 'ResourceNotFoundException' };
const done: Answer = { body: {} };
const holding = (text: string): Answer => ({ body: { SecretString: text } });

it('seals a new secret in one call, under the stage and tagged with it', async () => {
  const { secrets, aws: server } = await secretsThat({ CreateSecret: [done] });
  expect(await secrets.sealSecret('Ab3dEf6hIj9k', 'text')).toBe('text');
  expect(server.calls).toMatchObject([
    {
      operation: 'CreateSecret',
      input: {
        Name: 'wharfage/live/Ab3dEf6hIj9k',
        SecretString: 'text',
        Tags: [{ Key: 'wharfage:stage', Value: 'live' }],
      },
    },
  ]);
});

it('answers what an earlier attempt sealed', async () => {
  const { secrets } = await secretsThat({
    CreateSecret: [taken],
    GetSecretValue: [holding('old')],
  });
  expect(await secrets.sealSecret('Ab3dEf6hIj9k', 'new')).toBe('old');
});

it('restores a secret that is scheduled for deletion, and answers what is in it', async () => {
  const { secrets, aws: server } = await secretsThat({
    CreateSecret: [scheduled],
    GetSecretValue: [scheduled, holding('old')],
    RestoreSecret: [done],
  });
  expect(await secrets.sealSecret('Ab3dEf6hIj9k', 'new')).toBe('old');
  expect(server.operations()).toStrictEqual([
    'CreateSecret',
    'GetSecretValue',
    'RestoreSecret',
    'GetSecretValue',
  ]);
});

it.each([
  ['what is sealed', [holding('text')], 'text'],
  ['nothing where there is nothing', [missing], undefined],
  ['what is scheduled for deletion', [scheduled, holding('text')], 'text'],
] as const)('finds %s', async (_what, answers, text) => {
  const { secrets } = await secretsThat({ GetSecretValue: answers, RestoreSecret: [done] });
  expect(await secrets.findSecret('Ab3dEf6hIj9k')).toBe(text);
});

it.each([
  ['a secret', [done], ['DeleteSecret']],
  ['one that is gone', [missing], ['DeleteSecret']],
  [
    'one that is scheduled for deletion',
    [scheduled, done],
    ['DeleteSecret', 'RestoreSecret', 'DeleteSecret'],
  ],
] as const)('destroys %s at once', async (_what, answers, operations) => {
  const { secrets, aws: server } = await secretsThat({
    DeleteSecret: answers,
    RestoreSecret: [done],
  });
  await secrets.destroySecret('Ab3dEf6hIj9k');
  expect(server.operations()).toStrictEqual(operations);
  expect(server.calls[0]?.input).toStrictEqual({
    SecretId: 'wharfage/live/Ab3dEf6hIj9k',
    ForceDeleteWithoutRecovery: true,
  });
});

it.each([
  ['seal', 'could not seal the secret wharfage/live/Ab3dEf6hIj9k'],
  ['find', 'could not read the secret wharfage/live/Ab3dEf6hIj9k'],
  ['destroy', 'could not delete the secret wharfage/live/Ab3dEf6hIj9k'],
] as const)('says that it could not %s, without the text', async (verb, message) => {
  const { secrets } = await secretsThat({});
  const attempts = {
    seal: async () => secrets.sealSecret('Ab3dEf6hIj9k', 'hidden'),
    find: async () => secrets.findSecret('Ab3dEf6hIj9k'),
    destroy: async () => secrets.destroySecret('Ab3dEf6hIj9k'),
  };
  await expect(attempts[verb]()).rejects.toMatchObject({ message, cause: expect.any(Error) });
});

it('does not take a secret without text for an empty one', async () => {
  const { secrets } = await secretsThat({ GetSecretValue: [done] });
  await expect(secrets.findSecret('Ab3dEf6hIj9k')).rejects.toThrow('could not read the secret');
});
