import { isRepositoryName } from './repository-name.ts';

const SCOPES_MAX = 100;
const TYPE = /^repository(?:\([a-z0-9]+\))?$/;

/**
 * The repositories that a client names when it asks for a token, each once: `type:name:actions`,
 * several to a text, the name between the first colon and the last. What else it asks for (other
 * types, pushing) grants nothing, and no scope is kept in the token: who sends thousands of them
 * loses nothing by those that are not read.
 */
export const repositoriesOf = (scopes: readonly string[]): readonly string[] => {
  const repositories = new Set<string>();
  for (const text of scopes.slice(0, SCOPES_MAX)) {
    for (const scope of text.split(/\s+/, SCOPES_MAX)) {
      const repository = repositoryOf(scope);
      if (repository !== undefined) repositories.add(repository);
      if (repositories.size === SCOPES_MAX) return [...repositories];
    }
  }
  return [...repositories];
};

const repositoryOf = (scope: string): string | undefined => {
  const first = scope.indexOf(':');
  const last = scope.lastIndexOf(':');
  if (first === last || !TYPE.test(scope.slice(0, first))) return undefined;
  const name = scope.slice(first + 1, last);
  return isRepositoryName(name) ? name : undefined;
};
