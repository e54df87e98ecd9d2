import { randomBytes } from 'node:crypto';
import { DAY, type EpochSeconds } from '../../functions/core/time.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './account.ts';
import { ServiceError } from './service-error.ts';

type SecretVersion = {
  readonly versionId: string;
  readonly text: string;
  readonly createdAt: EpochSeconds;
  stages: readonly string[];
};

export type StoredSecret = {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: EpochSeconds;
  readonly tags: Readonly<Record<string, string>>;
  /** Oldest first; at most one is AWSCURRENT and one AWSPREVIOUS, others are forgotten. */
  versions: readonly SecretVersion[];
  deletion:
    | { readonly kind: 'none' }
    | { readonly kind: 'scheduled'; readonly at: EpochSeconds }
    | { readonly kind: 'forced'; readonly at: EpochSeconds };
};

export type Vault = {
  readonly secrets: Map<string, StoredSecret>;
  readonly now: () => EpochSeconds;
  /** How long a forced deletion keeps the name busy. */
  forcedDeletionSeconds: number;
};

export type NewSecret = {
  readonly text: string | undefined;
  readonly token: string;
  readonly tags: Readonly<Record<string, string>>;
};

const NAME = /^[A-Za-z0-9/_+=.@-]{1,512}$/;
const VALUE_BYTES_MAX = 65_536;
const WINDOW_DAYS = [7, 30] as const;

export const invalidParameter = (message: string): ServiceError =>
  new ServiceError('InvalidParameterException', message);

const invalidRequest = (message: string): ServiceError =>
  new ServiceError('InvalidRequestException', message);

export const createSecret = (vault: Vault, name: string, wanted: NewSecret): StoredSecret => {
  if (!NAME.test(name)) {
    throw invalidParameter(
      `Invalid name ${name}. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!`,
    );
  }
  const existing = lookUp(vault, name);
  if (existing !== undefined && existing.deletion.kind !== 'none') {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (existing !== undefined) {
    const same = existing.versions.find(({ versionId }) => versionId === wanted.token);
    if (same !== undefined && same.text === wanted.text) return existing;
    throw new ServiceError(
      'ResourceExistsException',
      `The operation failed because the secret ${name} already exists.`,
    );
  }
  const secret: StoredSecret = {
    name,
    arn: `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT}:secret:${name}-${suffix()}`,
    createdAt: vault.now(),
    tags: wanted.tags,
    versions: [],
    deletion: { kind: 'none' },
  };
  if (wanted.text !== undefined) addVersion(vault, secret, { ...wanted, text: wanted.text });
  vault.secrets.set(name, secret);
  return secret;
};

/** By name or whole ARN; `undefined` also when its deletion window has ended. */
export const findSecret = (vault: Vault, id: string): StoredSecret => {
  const secret = lookUp(vault, id);
  if (secret !== undefined) return secret;
  throw new ServiceError(
    'ResourceNotFoundException',
    "Secrets Manager can't find the specified secret.",
  );
};

/** One that is being deleted is neither read nor written. */
export const findUsable = (vault: Vault, id: string): StoredSecret => {
  const secret = findSecret(vault, id);
  if (secret.deletion.kind === 'none') return secret;
  throw invalidRequest(
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
};

/** The same token with the same text again changes nothing. */
export const addVersion = (
  { now }: Vault,
  secret: StoredSecret,
  { text, token }: { readonly text: string; readonly token: string },
): void => {
  if (Buffer.byteLength(text) > VALUE_BYTES_MAX) {
    throw invalidParameter(`SecretString holds at most ${VALUE_BYTES_MAX} bytes`);
  }
  const same = secret.versions.find(({ versionId }) => versionId === token);
  if (same?.text === text) return;
  if (same !== undefined) {
    throw new ServiceError(
      'ResourceExistsException',
      `A resource with the ID ${token} already exists, and its value cannot be changed.`,
    );
  }
  const previous = secret.versions
    .filter(({ stages }) => stages.includes('AWSCURRENT'))
    .map((version) => ({ ...version, stages: ['AWSPREVIOUS'] }));
  const current = { versionId: token, text, createdAt: now(), stages: ['AWSCURRENT'] };
  secret.versions = [...previous, current];
};

/** Forced deletion answers alike whether the secret was there or not, so that it can be repeated. */
export const forceDelete = (vault: Vault, id: string): void => {
  const secret = lookUp(vault, id);
  if (secret === undefined) return;
  secret.deletion = { kind: 'forced', at: vault.now() + vault.forcedDeletionSeconds };
};

export const scheduleDeletion = (vault: Vault, secret: StoredSecret, days: number): void => {
  const [min, max] = WINDOW_DAYS;
  if (!Number.isInteger(days) || days < min || days > max) {
    throw invalidParameter(
      `RecoveryWindowInDays value must be between ${min} and ${max} days (inclusive), got ${days}.`,
    );
  }
  secret.deletion = { kind: 'scheduled', at: vault.now() + days * DAY };
};

export const restoreSecret = (secret: StoredSecret): void => {
  if (secret.deletion.kind === 'forced') {
    throw invalidRequest("You can't restore a secret that is deleted without recovery.");
  }
  secret.deletion = { kind: 'none' };
};

/** What has not reached the end of its deletion. */
export const listSecrets = (vault: Vault): readonly StoredSecret[] =>
  [...vault.secrets.keys()]
    .sort()
    .map((name) => lookUp(vault, name))
    .filter((secret) => secret !== undefined);

const lookUp = ({ secrets, now }: Vault, id: string): StoredSecret | undefined => {
  const secret = [...secrets.values()].find(({ name, arn }) => id === name || id === arn);
  if (secret === undefined || secret.deletion.kind === 'none' || now() < secret.deletion.at) {
    return secret;
  }
  secrets.delete(secret.name);
  return undefined;
};

const suffix = (): string => randomBytes(3).toString('hex');
