import type {
  ReleaseBlob,
  ReleaseItem,
  ReleaseManifest,
  ReleaseReferrer,
  ReleaseTag,
} from '../core/release.ts';
import { type Item, inputOf, pagesOf, type Table } from './dynamo-table.ts';
import { releaseOf } from './release-item.ts';
import { indexStateKey } from './table-keys.ts';

/** A megabyte each: room for the 100,000 images that ECR allows in a repository. */
const LISTING_PAGES_MAX = 10_000;
/** Longer than any tag and any digest, and with the prefix shorter than a sort key may be. */
const AFTER_CHARACTERS_MAX = 256;

type Field = Exclude<
  keyof ReleaseTag | keyof ReleaseManifest | keyof ReleaseBlob | keyof ReleaseReferrer,
  'body'
>;

/** Everything but the manifests' bytes, and the sort key; a field that is forgotten does not compile. */
const FIELDS = Object.keys({
  annotations: true,
  artifactType: true,
  blobs: true,
  checkedAt: true,
  children: true,
  digest: true,
  firstPushedAt: true,
  history: true,
  isArchived: true,
  isMissing: true,
  kind: true,
  mediaType: true,
  opens: true,
  repository: true,
  revision: true,
  rulesHash: true,
  sizeBytes: true,
  subject: true,
  tag: true,
  tags: true,
} satisfies Record<Field, true>);
const PROJECTION = ['sk', ...FIELDS].map((field) => `#${field}`).join(', ');

const queryOf = (expression: string, values: Item) => ({
  KeyConditionExpression: expression,
  ProjectionExpression: PROJECTION,
  ...inputOf(`${expression} ${PROJECTION}`, { expression, values }),
  ConsistentRead: true,
});

export async function* listReleases(table: Table, repository: string): AsyncGenerator<ReleaseItem> {
  const { pk, sk } = indexStateKey(repository);
  const query = queryOf('#pk = :pk', { ':pk': pk });
  for await (const page of pagesOf(table, query, LISTING_PAGES_MAX)) {
    yield* page.filter((item) => item.sk !== sk).map(releaseOf);
  }
}

type Range = { readonly prefix: string; readonly after: string; readonly limit: number };

/** One more than asked for tells whether there are more. */
export const listReleasesAfter = async (
  table: Table,
  repository: string,
  { prefix, after, limit }: Range,
): Promise<{ readonly items: readonly ReleaseItem[]; readonly isLast: boolean }> => {
  const query = {
    ...queryOf('#pk = :pk AND #sk BETWEEN :from AND :to', {
      ':pk': indexStateKey(repository).pk,
      // The least text that is greater than `after`.
      ':from': `${prefix}${after.slice(0, AFTER_CHARACTERS_MAX)}\u0000`,
      ':to': endOf(prefix),
    }),
    Limit: limit + 1,
  };
  const items: Item[] = [];
  for await (const page of pagesOf(table, query)) {
    items.push(...page);
    if (items.length > limit) break;
  }
  return { items: items.slice(0, limit).map(releaseOf), isLast: items.length <= limit };
};

/** `$` follows `#`, with which every prefix ends: greater than all keys below it, and itself none. */
const endOf = (prefix: string): string => `${prefix.slice(0, -1)}$`;
