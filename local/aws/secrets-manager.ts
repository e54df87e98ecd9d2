/**
 * AWS Secrets Manager on loopback. What it imitates, and where that is known from:
 * - CreateSecret: ResourceExistsException for a name in use, InvalidRequestException for one scheduled for deletion;
 *   the same ClientRequestToken with the same text is taken once [V: the SDK's model]
 * - deletion window of 7-30 days, 30 unless said; nothing in its window can be read or written; RestoreSecret ends it [V]
 * - ForceDeleteWithoutRecovery: not together with a window; a secret that is not there is no error; the name may stay
 *   busy for a while, because the real deletion is asynchronous [V] (`delayForcedDeletion`)
 * - PutSecretValue moves AWSCURRENT and AWSPREVIOUS; the same token with another text is refused [V]
 * - values of at most 65,536 bytes, a name's characters, paging, the name filter by prefix [V]
 * - an ARN wherever a name is taken [V]
 * Not imitated: SecretBinary, rotation, replication, partial ARNs, rates, versions without a stage.
 */
import type { EpochSeconds } from '../../functions/core/time.ts';
import { type Running, startJsonService } from './http.ts';
import { secretsOperations } from './secrets-operations.ts';
import {
  createSecret,
  invalidParameter,
  listSecrets,
  type StoredSecret,
  type Vault,
} from './secrets-store.ts';

/** Holds the secrets themselves: keep it where only its owner can read. */
export type SecretsState = { readonly secrets: readonly StoredSecret[] };

export type SecretsStandIn = Running & {
  /** Names only, never values; those in their deletion window are left out. */
  names(): readonly string[];
  /** ARN of an existing secret, for a function's environment. */
  arnOf(name: string): string | undefined;
  /** A forced deletion keeps the name busy this long. */
  delayForcedDeletion(seconds: number): void;
  snapshot(): SecretsState;
};

export type SecretsOptions = {
  readonly now: () => EpochSeconds;
  readonly port?: number;
  readonly state?: SecretsState;
  /** Name to text, made at the start unless they are there. */
  readonly secrets?: Readonly<Record<string, string>>;
};

export const startSecretsManager = async ({
  now,
  port = 0,
  state = { secrets: [] },
  secrets = {},
}: SecretsOptions): Promise<SecretsStandIn> => {
  const vault: Vault = {
    secrets: new Map(structuredClone(state.secrets).map((secret) => [secret.name, secret])),
    now,
    forcedDeletionSeconds: 0,
  };
  for (const [name, text] of Object.entries(secrets)) {
    if (!vault.secrets.has(name))
      createSecret(vault, name, { text, token: `initial-${name}`, tags: {} });
  }
  const running = await startJsonService(
    {
      name: 'secretsmanager',
      target: 'secretsmanager',
      version: '1.1',
      errorPrefix: '',
      missing: (name) => invalidParameter(`You must provide a value for the ${name} parameter.`),
      operations: secretsOperations(vault),
      now,
    },
    port,
  );
  const usable = () => listSecrets(vault).filter(({ deletion }) => deletion.kind === 'none');
  return {
    ...running,
    names: () => usable().map(({ name }) => name),
    arnOf: (wanted) => usable().find(({ name }) => name === wanted)?.arn,
    delayForcedDeletion: (seconds) => {
      vault.forcedDeletionSeconds = seconds;
    },
    snapshot: () => structuredClone({ secrets: listSecrets(vault) }),
  };
};
