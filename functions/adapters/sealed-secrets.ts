import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SealedSecrets } from '../ports.ts';

/** Where a credential's text waits until it is claimed: `wharfage/<stage>/<credentialId>`. */
export const sealedSecrets = (client: SecretsManagerClient, stage: string): SealedSecrets => {
  const nameOf = (credentialId: string): string => `wharfage/${stage}/${credentialId}`;
  return {
    sealSecret: async (credentialId, text) => {
      const name = nameOf(credentialId);
      try {
        const isCreated = await create(client, { name, stage, text });
        return isCreated ? text : await orRestored(client, name, () => read(client, name));
      } catch (cause) {
        throw new Error(`could not seal the secret ${name}`, { cause });
      }
    },
    findSecret: async (credentialId) => {
      const name = nameOf(credentialId);
      try {
        return await orRestored(client, name, () => read(client, name));
      } catch (cause) {
        if (cause instanceof ResourceNotFoundException) return undefined;
        throw new Error(`could not read the secret ${name}`, { cause });
      }
    },
    destroySecret: async (credentialId) => {
      const name = nameOf(credentialId);
      const destroy = async () =>
        client.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
      try {
        await orRestored(client, name, destroy);
      } catch (cause) {
        if (cause instanceof ResourceNotFoundException) return;
        throw new Error(`could not delete the secret ${name}`, { cause });
      }
    },
  };
};

/** False when the name is taken, by a secret or by one that is scheduled for deletion. */
const create = async (
  client: SecretsManagerClient,
  { name, stage, text }: { readonly name: string; readonly stage: string; readonly text: string },
): Promise<boolean> => {
  try {
    await client.send(
      new CreateSecretCommand({
        Name: name,
        SecretString: text,
        Description: 'A Wharfage pull credential that nobody has claimed yet',
        Tags: [{ Key: 'wharfage:stage', Value: stage }],
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ResourceExistsException || error instanceof InvalidRequestException) {
      return false;
    }
    throw error;
  }
};

const read = async (client: SecretsManagerClient, name: string): Promise<string> => {
  const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: name }));
  if (text === undefined) throw new Error(`the secret ${name} holds no text`);
  return text;
};

/**
 * Secrets Manager refuses every use of a secret that somebody scheduled for deletion. We delete
 * without a recovery window, so that was a hand in the console, and the customer still waits for it.
 */
const orRestored = async <Output>(
  client: SecretsManagerClient,
  name: string,
  use: () => Promise<Output>,
): Promise<Output> => {
  try {
    return await use();
  } catch (error) {
    if (!(error instanceof InvalidRequestException)) throw error;
    await client.send(new RestoreSecretCommand({ SecretId: name }));
    return await use();
  }
};
