import type { ClientClass } from '../core/client-class.ts';
import { headerText } from '../core/header-text.ts';
import { isRepositoryName } from '../core/repository-name.ts';

/** Greedy: a component of a repository's name may be called `blobs`, so the last such word counts. */
const SCOPED = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//;
const ERROR_CHARACTERS_MAX = 1_024;

/**
 * One Bearer challenge, whose realm's path says where this client shows a denial. `error` is absent
 * for a first request. `lib/edge/viewer-request.js` answers the same to whoever sends no credential.
 */
export const challengeOf = (ask: {
  readonly origin: string;
  /** As sent: a name that needs decoding is none. */
  readonly rawPath: string;
  readonly clientClass: ClientClass;
  readonly error?: string;
}): string => {
  const { origin, rawPath, clientClass, error } = ask;
  const repository = SCOPED.exec(rawPath)?.[1];
  const isScoped = repository !== undefined && isRepositoryName(repository);
  return [
    `Bearer realm="${origin}/token/${clientClass}"`,
    `service="${hostOf(origin)}"`,
    ...(isScoped ? [`scope="repository:${repository}:pull"`] : []),
    ...(error === undefined ? [] : [`error="${headerText(error, ERROR_CHARACTERS_MAX)}"`]),
  ].join(',');
};

/** `registry.vendor.com` of `https://registry.vendor.com`, with its port. */
export const hostOf = (origin: string): string => origin.slice(origin.indexOf('//') + 2);
