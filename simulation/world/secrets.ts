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
import { sealedSecrets } from '../../functions/adapters/sealed-secrets.ts';
import type { SealedSecrets } from '../../functions/ports.ts';
import {
  createSecret,
  findSecret,
  findUsable,
  forceDelete,
  restoreSecret,
  scheduleDeletion,
  type Vault,
} from '../../local/aws/secrets-store.ts';
import { ServiceError } from '../../local/aws/service-error.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Process } from '../kernel/process.ts';
import type { Wire } from '../kernel/wire.ts';

/*
 * Secrets Manager as the local stand-in imitates it (local/aws/secrets-store.ts, which lists its
 * sources), behind the real adapter: so that a process can die between any two of its calls.
 */

export type SimSecrets = {
  readonly vault: Vault;
  /** The port as one process sees it. */
  portFor(process: Process): SealedSecrets;
  /** A hand in the console: the secret is kept for a week and refuses every use. */
  scheduleDeletion(credentialId: string): void;
};

const STAGE = 'sim';
const WINDOW_DAYS = 7;

export const simSecrets = (kernel: Kernel, wire: Wire): SimSecrets => {
  const vault: Vault = {
    secrets: new Map(),
    now: () => Math.floor(kernel.now()),
    forcedDeletionSeconds: 0,
  };
  return {
    vault,
    portFor: (process) => sealedSecrets(clientFor(wire, process, vault), STAGE),
    scheduleDeletion: (credentialId) => {
      const name = `wharfage/${STAGE}/${credentialId}`;
      if (isThere(vault, name)) scheduleDeletion(vault, findSecret(vault, name), WINDOW_DAYS);
    },
  };
};

/** As any request finds it: what was deleted for good does not come back. */
const isThere = (vault: Vault, name: string): boolean => {
  try {
    return findSecret(vault, name) !== undefined;
  } catch (error) {
    if (error instanceof ServiceError) return false;
    throw error;
  }
};

/** The one method of the SDK's client that the adapter uses. */
const clientFor = (wire: Wire, process: Process, vault: Vault): SecretsManagerClient => {
  const send = (command: object): Promise<unknown> => {
    const { name, operation, act } = actOf(wire, vault, command);
    const about = { service: 'secretsmanager', operation, key: name } as const;
    return wire.call(process, about, () => asSdk(act));
  };
  return { send } as unknown as SecretsManagerClient;
};

type Act = { readonly name: string; readonly operation: string; readonly act: () => unknown };

const actOf = (wire: Wire, vault: Vault, command: object): Act => {
  if (command instanceof CreateSecretCommand) {
    const { Name: name = '', SecretString: text = '' } = command.input;
    // Every request has a token of its own, as the SDK makes them.
    const wanted = { text, token: String(wire.calls()), tags: {} };
    return { name, operation: 'CreateSecret', act: () => createSecret(vault, name, wanted) };
  }
  if (command instanceof GetSecretValueCommand) {
    const name = command.input.SecretId ?? '';
    const read = () => ({ SecretString: findUsable(vault, name).versions.at(-1)?.text });
    return { name, operation: 'GetSecretValue', act: read };
  }
  if (command instanceof DeleteSecretCommand) {
    const name = command.input.SecretId ?? '';
    return { name, operation: 'DeleteSecret', act: () => forceDelete(vault, name) };
  }
  if (command instanceof RestoreSecretCommand) {
    const name = command.input.SecretId ?? '';
    const restore = () => restoreSecret(findSecret(vault, name));
    return { name, operation: 'RestoreSecret', act: restore };
  }
  throw new Error(`the virtual Secrets Manager does not know ${command.constructor.name}`);
};

const EXCEPTIONS = {
  InvalidRequestException,
  ResourceExistsException,
  ResourceNotFoundException,
} as const;

const asSdk = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const name = Object.keys(EXCEPTIONS).find((each) => each === error.code);
    if (name === undefined) throw error;
    const Exception = EXCEPTIONS[name as keyof typeof EXCEPTIONS];
    const cause = { cause: error };
    throw Object.assign(new Exception({ message: error.message, $metadata: {} }), cause);
  }
};
