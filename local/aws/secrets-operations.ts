import { randomUUID } from 'node:crypto';
import type { Fields } from './fields.ts';
import type { Operation } from './http.ts';
import {
  addVersion,
  createSecret,
  findSecret,
  findUsable,
  forceDelete,
  invalidParameter,
  listSecrets,
  restoreSecret,
  type StoredSecret,
  scheduleDeletion,
  type Vault,
} from './secrets-store.ts';
import { ServiceError } from './service-error.ts';

const WINDOW_DAYS_USUAL = 30;
const PAGE_MAX = 100;

export const secretsOperations = (vault: Vault): Readonly<Record<string, Operation>> => ({
  CreateSecret: {
    takes: ['Name', 'Description', 'SecretString', 'ClientRequestToken', 'Tags'],
    run: (fields) => {
      const tags = fields.objects('Tags').map((tag) => [tag.text('Key'), tag.text('Value')]);
      const secret = createSecret(vault, fields.text('Name'), {
        text: fields.findText('SecretString'),
        token: tokenOf(fields),
        tags: Object.fromEntries(tags),
      });
      return { ...idOf(secret), ...currentVersionId(secret) };
    },
  },
  GetSecretValue: {
    takes: ['SecretId', 'VersionId', 'VersionStage'],
    run: (fields) => secretValueOf(findUsable(vault, fields.text('SecretId')), fields),
  },
  PutSecretValue: {
    takes: ['SecretId', 'SecretString', 'ClientRequestToken'],
    run: (fields) => {
      const secret = findUsable(vault, fields.text('SecretId'));
      addVersion(vault, secret, { text: fields.text('SecretString'), token: tokenOf(fields) });
      return { ...idOf(secret), ...currentVersionId(secret), VersionStages: ['AWSCURRENT'] };
    },
  },
  DeleteSecret: {
    takes: ['SecretId', 'RecoveryWindowInDays', 'ForceDeleteWithoutRecovery'],
    run: (fields) => remove(vault, fields),
  },
  RestoreSecret: {
    takes: ['SecretId'],
    run: (fields) => {
      const secret = findSecret(vault, fields.text('SecretId'));
      restoreSecret(secret);
      return idOf(secret);
    },
  },
  DescribeSecret: {
    takes: ['SecretId'],
    run: (fields) => {
      const secret = findSecret(vault, fields.text('SecretId'));
      const stages = secret.versions.map((version) => [version.versionId, version.stages]);
      return { ...descriptionOf(secret), VersionIdsToStages: Object.fromEntries(stages) };
    },
  },
  ListSecrets: {
    takes: ['MaxResults', 'NextToken', 'Filters', 'IncludePlannedDeletion'],
    run: (fields) => list(vault, fields),
  },
});

const tokenOf = (fields: Fields): string => fields.findText('ClientRequestToken') ?? randomUUID();

const idOf = ({ arn, name }: StoredSecret): object => ({ ARN: arn, Name: name });

const currentVersionId = ({ versions }: StoredSecret): object => {
  const current = versions.at(-1);
  return current === undefined ? {} : { VersionId: current.versionId };
};

const descriptionOf = (secret: StoredSecret): object => ({
  ...idOf(secret),
  CreatedDate: secret.createdAt,
  Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })),
  ...(secret.deletion.kind === 'none' ? {} : { DeletedDate: secret.deletion.at }),
});

const secretValueOf = (secret: StoredSecret, fields: Fields): object => {
  const versionId = fields.findText('VersionId');
  const stage = fields.findText('VersionStage') ?? 'AWSCURRENT';
  const version = secret.versions.find((one) =>
    versionId === undefined ? one.stages.includes(stage) : one.versionId === versionId,
  );
  if (version === undefined) {
    throw new ServiceError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${
        versionId === undefined ? `staging label: ${stage}` : `VersionId: ${versionId}`
      }`,
    );
  }
  return {
    ...idOf(secret),
    VersionId: version.versionId,
    SecretString: version.text,
    VersionStages: version.stages,
    CreatedDate: version.createdAt,
  };
};

const remove = (vault: Vault, fields: Fields): object => {
  const id = fields.text('SecretId');
  const days = fields.findNumber('RecoveryWindowInDays');
  if (fields.findFlag('ForceDeleteWithoutRecovery') !== true) {
    const secret = findUsable(vault, id);
    scheduleDeletion(vault, secret, days ?? WINDOW_DAYS_USUAL);
    return { ...descriptionOf(secret), DeletionDate: deletionAt(secret) };
  }
  if (days !== undefined) {
    throw invalidParameter(
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  forceDelete(vault, id);
  return { Name: id, DeletionDate: vault.now() };
};

const deletionAt = ({ deletion }: StoredSecret): number =>
  deletion.kind === 'none' ? 0 : deletion.at;

/** The filter `name` matches the beginning, as the service does. */
const list = (vault: Vault, fields: Fields): object => {
  const size = fields.findNumber('MaxResults') ?? PAGE_MAX;
  if (size < 1 || size > PAGE_MAX) {
    throw invalidParameter(`MaxResults must be from 1 to ${PAGE_MAX}, got ${size}`);
  }
  const prefixes = fields.objects('Filters').flatMap((filter) => {
    const key = filter.text('Key');
    if (key !== 'name') throw invalidParameter(`this stand-in filters by name, not by ${key}`);
    return filter.texts('Values');
  });
  const after = fields.findText('NextToken') ?? '';
  const wanted = listSecrets(vault).filter(
    ({ name, deletion }) =>
      (deletion.kind === 'none' || fields.findFlag('IncludePlannedDeletion') === true) &&
      (prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix))) &&
      name > after,
  );
  const page = wanted.slice(0, size);
  return {
    SecretList: page.map(descriptionOf),
    ...(wanted.length > size ? { NextToken: page.at(-1)?.name } : {}),
  };
};
