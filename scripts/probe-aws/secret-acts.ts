import { randomUUID } from 'node:crypto';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { sealedSecrets } from '../../functions/adapters/sealed-secrets.ts';
import { attempt } from './attempt.ts';
import type { World } from './world.ts';

export const sealedOf = ({ clients, make }: World) =>
  sealedSecrets(clients.secrets, make.secretStage);

export const create = (
  { clients }: World,
  name: string,
  text: string,
  token: string = randomUUID(),
) =>
  attempt(() =>
    clients.secrets.send(
      new CreateSecretCommand({ Name: name, SecretString: text, ClientRequestToken: token }),
    ),
  );

export const scheduleDeletion = async ({ clients }: World, name: string): Promise<void> => {
  await clients.secrets.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
};
