import { knownDigestsOf, rangeOf } from './pull-headers.ts';
import { parseReferrersQuery, parseTagsQuery } from './pull-query.ts';
import type { PullRequest } from './pull-request.ts';
import type { Refusal } from './refusal.ts';
import type { Reference } from './release.ts';
import { isRepositoryName, NAME_CHARACTERS_MAX } from './repository-name.ts';

/** What came over the wire, nothing of it decoded yet. */
type RawPull = {
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
};

export type ParsedPull =
  | { readonly kind: 'asked'; readonly request: PullRequest }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const PATH_CHARACTERS_MAX = 4_096;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/**
 * The one place where a path is read: what comes out names the repository that is authorised and the
 * repository that is served. A path is decoded once, piece by piece, so that nothing decoded can
 * become a slash, a step upwards or something to decode again.
 */
export const parsePull = (raw: RawPull, host: string): ParsedPull => {
  const { method, rawPath } = raw;
  if (method !== 'GET' && method !== 'HEAD') {
    return refused({ kind: 'method_refused', method, allow: 'GET, HEAD' });
  }
  if (rawPath === '/v2' || rawPath === '/v2/') return { kind: 'asked', request: { kind: 'ping' } };
  if (!rawPath.startsWith('/v2/')) return refused({ kind: 'no_such_route' });
  const pieces =
    rawPath.length > PATH_CHARACTERS_MAX ? undefined : piecesOf(rawPath.slice('/v2/'.length));
  return pieces === undefined
    ? refused({ kind: 'invalid_name', text: rawPath.slice('/v2/'.length) })
    : parseRoute(raw, pieces, host);
};

const piecesOf = (path: string): readonly string[] | undefined => {
  const pieces = path.split('/').map(decodeOnce);
  return pieces.every((piece) => piece !== undefined) ? pieces : undefined;
};

const decodeOnce = (piece: string): string | undefined => {
  try {
    const decoded = decodeURIComponent(piece);
    return decoded === '' || decoded === '.' || decoded === '..' || /[/%\\]/.test(decoded)
      ? undefined
      : decoded;
  } catch {
    // URIError: an escape that is cut short, or not UTF-8.
    return undefined;
  }
};

/** From the right, since a component of the name may be called `blobs`, and a reference has no slash. */
const parseRoute = (raw: RawPull, pieces: readonly string[], host: string): ParsedPull => {
  const [word = '', last = ''] = pieces.slice(-2);
  if (pieces.length < 3 || !isRoute(word, last)) return refused({ kind: 'no_such_route' });
  const repository = pieces.slice(0, -2).join('/');
  if (!isRepositoryName(repository) || `${host}/${repository}`.length > NAME_CHARACTERS_MAX) {
    return refused({ kind: 'invalid_name', text: repository });
  }
  return PARSE_ROUTE[word](raw, repository, last);
};

const isRoute = (word: string, last: string): word is keyof typeof PARSE_ROUTE =>
  Object.hasOwn(PARSE_ROUTE, word) && (word !== 'tags' || last === 'list');

const parseManifest = (raw: RawPull, repository: string, text: string): ParsedPull => {
  const reference = parseReference(text);
  if (reference.kind === 'refused') return reference;
  return {
    kind: 'asked',
    request: {
      kind: 'manifest',
      repository,
      reference,
      isHead: raw.method === 'HEAD',
      knownDigests: knownDigestsOf(raw.headers['if-none-match']),
    },
  };
};

type Refused = Extract<ParsedPull, { kind: 'refused' }>;

const parseReference = (text: string): Reference | Refused => {
  if (TAG.test(text)) return { kind: 'tag', tag: text };
  if (!text.includes(':')) return refused({ kind: 'invalid_reference', text });
  switch (digestKindOf(text)) {
    case 'sha256':
      return { kind: 'digest', digest: text };
    case 'other':
      return refused({ kind: 'unknown_manifest', reference: text });
    default:
      return refused({ kind: 'invalid_digest', text });
  }
};

const parseBlob = (raw: RawPull, repository: string, digest: string): ParsedPull => {
  const kind = digestKindOf(digest);
  if (kind === 'malformed') return refused({ kind: 'invalid_digest', text: digest });
  if (kind === 'other') return refused({ kind: 'unknown_blob', digest });
  const range = rangeOf(raw.headers.range);
  const isHead = raw.method === 'HEAD';
  return {
    kind: 'asked',
    request: {
      kind: 'blob',
      repository,
      digest,
      isHead,
      ...(range === undefined ? {} : { range }),
    },
  };
};

const parseTags = (raw: RawPull, repository: string): ParsedPull => {
  const page = parseTagsQuery(raw.rawQuery);
  return page.kind === 'refused'
    ? page
    : { kind: 'asked', request: { kind: 'tags', repository, ...page.page } };
};

/** A digest of an algorithm that nobody pushes has no referrers, and that is an answer. */
const parseReferrers = (raw: RawPull, repository: string, subject: string): ParsedPull => {
  if (digestKindOf(subject) === 'malformed') {
    return refused({ kind: 'invalid_digest', text: subject });
  }
  const query = parseReferrersQuery(raw.rawQuery);
  return query.kind === 'refused'
    ? query
    : { kind: 'asked', request: { kind: 'referrers', repository, subject, ...query.page } };
};

const PARSE_ROUTE = {
  manifests: parseManifest,
  blobs: parseBlob,
  tags: parseTags,
  referrers: parseReferrers,
} as const;

const DIGEST_CHARACTERS_MAX = 256;
const DIGEST = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):[a-zA-Z0-9=_-]+$/;
const SHA256 = /^sha256:[0-9a-f]{64}$/;
const SHA512 = /^sha512:[0-9a-f]{128}$/;

/** ECR knows sha256 only: a digest of another algorithm is well formed, and never there. */
const digestKindOf = (text: string): 'sha256' | 'other' | 'malformed' => {
  if (SHA256.test(text)) return 'sha256';
  const algorithm = text.length > DIGEST_CHARACTERS_MAX ? undefined : DIGEST.exec(text)?.[1];
  if (algorithm === undefined || algorithm === 'sha256') return 'malformed';
  return algorithm === 'sha512' && !SHA512.test(text) ? 'malformed' : 'other';
};

const refused = (refusal: Refusal): Refused => ({ kind: 'refused', refusal });
