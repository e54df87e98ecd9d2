import type { EpochSeconds } from '../../functions/core/time.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './account.ts';
import { acceptPolicy, type PolicyDocument, renderPolicy } from './ecr-policy.ts';
import type { Fields } from './fields.ts';
import type { Operation } from './http.ts';
import { ServiceError } from './service-error.ts';

/** What the policy was from `at` on; `null` for none. */
type PolicyVersion = { readonly at: EpochSeconds; readonly document: PolicyDocument | null };

export type Repository = {
  readonly name: string;
  readonly createdAt: EpochSeconds;
  /** Oldest first, for stale reads; the last one is in force. */
  versions: readonly PolicyVersion[];
};

export type Registry = {
  readonly repositories: Map<string, Repository>;
  readonly dead: Set<string>;
  /** How old an answer of GetRepositoryPolicy may be. */
  staleSeconds: number;
  readonly now: () => EpochSeconds;
};

const NAME =
  /^(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const NAMES_MAX = 100;
const PAGE_MAX = 1_000;
const PAGE_USUAL = 100;
const VERSIONS_MAX = 50;

export const ecrOperations = (registry: Registry): Readonly<Record<string, Operation>> => ({
  SetRepositoryPolicy: {
    takes: ['registryId', 'repositoryName', 'policyText', 'force'],
    run: (fields) => {
      const repository = repositoryOf(registry, fields);
      const policyText = fields.text('policyText');
      putPolicy(registry, repository, acceptPolicy(policyText, registry.dead));
      return { ...idOf(repository), policyText };
    },
  },
  GetRepositoryPolicy: {
    takes: ['registryId', 'repositoryName'],
    run: (fields) => {
      const repository = repositoryOf(registry, fields);
      const document = readPolicy(repository, registry.now() - registry.staleSeconds);
      if (document === null) throw noPolicy(repository);
      return { ...idOf(repository), policyText: renderPolicy(document) };
    },
  },
  DeleteRepositoryPolicy: {
    takes: ['registryId', 'repositoryName'],
    run: (fields) => {
      const repository = repositoryOf(registry, fields);
      const document = currentPolicy(repository);
      if (document === null) throw noPolicy(repository);
      putPolicy(registry, repository, null);
      return { ...idOf(repository), policyText: renderPolicy(document) };
    },
  },
  CreateRepository: {
    takes: ['registryId', 'repositoryName'],
    run: (fields) => {
      const name = fields.text('repositoryName');
      return { repository: descriptionOf(createRepository(registry, name)) };
    },
  },
  DescribeRepositories: {
    takes: ['registryId', 'repositoryNames', 'maxResults', 'nextToken'],
    run: (fields) => describe(registry, fields),
  },
});

export const createRepository = (registry: Registry, name: string): Repository => {
  if (!NAME.test(name)) {
    throw new ServiceError(
      'InvalidParameterException',
      `Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression ${NAME.source}', got '${name}'`,
    );
  }
  if (registry.repositories.has(name)) {
    throw new ServiceError(
      'RepositoryAlreadyExistsException',
      `The repository with name '${name}' already exists in the registry with id '${LOCAL_ACCOUNT}'`,
    );
  }
  const createdAt = registry.now();
  const repository = { name, createdAt, versions: [{ at: createdAt, document: null }] };
  registry.repositories.set(name, repository);
  return repository;
};

export const findRepository = ({ repositories }: Registry, name: string): Repository => {
  const repository = repositories.get(name);
  if (repository !== undefined) return repository;
  throw new ServiceError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${LOCAL_ACCOUNT}'`,
  );
};

/** The last writer wins, silently: there is no version to compare. */
export const putPolicy = (
  { now }: Registry,
  repository: Repository,
  document: PolicyDocument | null,
): void => {
  repository.versions = [...repository.versions, { at: now(), document }].slice(-VERSIONS_MAX);
};

export const currentPolicy = ({ versions }: Repository): PolicyDocument | null =>
  versions.at(-1)?.document ?? null;

const readPolicy = ({ versions }: Repository, at: EpochSeconds): PolicyDocument | null =>
  (versions.findLast((version) => version.at <= at) ?? versions[0])?.document ?? null;

const repositoryOf = (registry: Registry, fields: Fields): Repository => {
  checkRegistry(fields);
  return findRepository(registry, fields.text('repositoryName'));
};

const checkRegistry = (fields: Fields): void => {
  const id = fields.findText('registryId') ?? LOCAL_ACCOUNT;
  if (id === LOCAL_ACCOUNT) return;
  throw new ServiceError('RegistryNotFoundException', `no registry ${id}, only ${LOCAL_ACCOUNT}`);
};

const idOf = ({ name }: Repository): object => ({
  registryId: LOCAL_ACCOUNT,
  repositoryName: name,
});

const noPolicy = ({ name }: Repository): ServiceError =>
  new ServiceError(
    'RepositoryPolicyNotFoundException',
    `Repository policy does not exist for the repository with name '${name}' in the registry with id '${LOCAL_ACCOUNT}'`,
  );

const descriptionOf = (repository: Repository): object => ({
  ...idOf(repository),
  repositoryArn: `arn:aws:ecr:${LOCAL_REGION}:${LOCAL_ACCOUNT}:repository/${repository.name}`,
  repositoryUri: `${LOCAL_ACCOUNT}.dkr.ecr.${LOCAL_REGION}.amazonaws.com/${repository.name}`,
  createdAt: repository.createdAt,
});

const describe = (registry: Registry, fields: Fields): object => {
  checkRegistry(fields);
  const names = fields.texts('repositoryNames');
  if (names.length > NAMES_MAX) throw tooMany('repositoryNames', names.length, NAMES_MAX);
  if (names.length > 0) {
    return { repositories: names.map((name) => descriptionOf(findRepository(registry, name))) };
  }
  const size = fields.findNumber('maxResults') ?? PAGE_USUAL;
  if (size < 1 || size > PAGE_MAX) throw tooMany('maxResults', size, PAGE_MAX);
  const all = [...registry.repositories.keys()].sort();
  const after = fields.findText('nextToken') ?? '';
  const page = all.filter((name) => name > after).slice(0, size);
  const last = page.at(-1);
  return {
    repositories: page.map((name) => descriptionOf(findRepository(registry, name))),
    ...(last === undefined || last === all.at(-1) ? {} : { nextToken: last }),
  };
};

const tooMany = (name: string, value: number, max: number): ServiceError =>
  new ServiceError(
    'InvalidParameterException',
    `Invalid parameter at '${name}' failed to satisfy constraint: 'must be from 1 to ${max}', got ${value}`,
  );
