import type { RepositoryAccess } from '../core/pull-access.ts';
import type { ReleaseTag } from '../core/release.ts';
import { subjectOfTag } from '../core/subject-tag.ts';
import { rightTo } from '../core/tag-history.ts';
import { type Ask, type Outcome, type PullDeps, type PullWorld, refused } from './pull-world.ts';

/** Without `n`, and above it. */
const PAGE_TAGS_MAX = 1_000;
const QUERIED_MAX = 1_000;
const QUERIES_MAX = 50;

/** The tags that are open to this customer, in ASCII order, a page at a time. */
export const answerTags = async (
  { deps }: PullWorld,
  { request, access }: Ask<'tags'>,
): Promise<Outcome> => {
  const { repository, last = '' } = request;
  const state = await deps.releases.findIndexState(repository);
  if (state?.completeAt === undefined) return refused({ kind: 'index_incomplete' });
  const n = Math.min(request.n ?? PAGE_TAGS_MAX, PAGE_TAGS_MAX);
  const open = await openTags(deps, access, repository, { after: last, limit: n + 1 });
  const tags = open.slice(0, n);
  const lastTag = tags.at(-1);
  const hasMore = open.length > n && lastTag !== undefined;
  return {
    answer: {
      kind: 'tags',
      repository,
      tags,
      ...(hasMore ? { next: { n, last: lastTag } } : {}),
    },
  };
};

/** One more than is answered, so that a next page is promised only when there is one. */
const openTags = async (
  { releases }: PullDeps,
  access: RepositoryAccess,
  repository: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly string[]> => {
  const open: string[] = [];
  let from = after;
  for (let query = 0; query < QUERIES_MAX; query += 1) {
    const { tags, isLast } = await releases.listTags(repository, from, QUERIED_MAX);
    open.push(...tags.filter((tag) => isListed(access, tag)).map(({ tag }) => tag));
    const last = tags.at(-1);
    if (isLast || last === undefined || open.length >= limit) return open;
    from = last.tag;
  }
  throw new Error(`${repository} has more than ${QUERIES_MAX * QUERIED_MAX} tags`);
};

/** An archived one cannot be pulled: who picks a version from the list must not pick that. */
const isListed = (access: RepositoryAccess, tag: ReleaseTag): boolean =>
  !tag.isArchived &&
  tag.isMissing === undefined &&
  subjectOfTag(tag.tag) === undefined &&
  rightTo(access, tag) !== undefined;
