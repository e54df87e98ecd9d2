import { openingFor } from '../core/pull-access.ts';
import type { Descriptor } from '../core/pull-answer.ts';
import type { ReleaseReferrer } from '../core/release.ts';
import { type Ask, type Outcome, type PullDeps, type PullWorld, refused } from './pull-world.ts';

const PAGE_REFERRERS_MAX = 100;
/** Clients read 4 MiB at most; annotations may be long. */
const PAGE_CHARACTERS_MAX = 1_000_000;
const QUERIED_MAX = 1_000;
const QUERIES_MAX = 50;

/**
 * What points at a manifest: signatures, attestations, SBOMs. They carry the stamp of their subject,
 * so that a subject which is not open, or not there, has none.
 */
export const answerReferrers = async (
  { deps }: PullWorld,
  ask: Ask<'referrers'>,
): Promise<Outcome> => {
  const { repository, subject, artifactType } = ask.request;
  const state = await deps.releases.findIndexState(repository);
  if (state?.completeAt === undefined) return refused({ kind: 'referrers_incomplete' });
  const open = await openReferrers(deps, ask);
  const descriptors = pageOf(open.map(descriptorOf));
  const last = descriptors.at(-1);
  const hasMore = descriptors.length < open.length && last !== undefined;
  return {
    answer: {
      kind: 'referrers',
      repository,
      subject,
      descriptors,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(hasMore ? { next: { last: last.digest } } : {}),
    },
  };
};

/** One more than is answered, so that a next page is promised only when there is one. */
const openReferrers = async (
  { releases }: PullDeps,
  { access, request }: Ask<'referrers'>,
): Promise<readonly ReleaseReferrer[]> => {
  const { repository, subject, artifactType, last = '' } = request;
  const isAskedFor = (each: ReleaseReferrer): boolean =>
    artifactType === undefined || each.artifactType === artifactType;
  const open: ReleaseReferrer[] = [];
  let from = last;
  for (let query = 0; query < QUERIES_MAX; query += 1) {
    const page = await releases.listReferrers(repository, subject, from, QUERIED_MAX);
    const { referrers, isLast } = page;
    open.push(
      ...referrers.filter((each) => isAskedFor(each) && openingFor(access, each) !== undefined),
    );
    const lastRead = referrers.at(-1);
    if (isLast || lastRead === undefined || open.length > PAGE_REFERRERS_MAX) return open;
    from = lastRead.digest;
  }
  throw new Error(`${subject} has more than ${QUERIES_MAX * QUERIED_MAX} referrers`);
};

/** At least one, at most what fits. */
const pageOf = (descriptors: readonly Descriptor[]): readonly Descriptor[] => {
  let characters = 0;
  const tooMany = descriptors.findIndex((descriptor, index) => {
    characters += JSON.stringify(descriptor).length;
    return index >= PAGE_REFERRERS_MAX || (index > 0 && characters > PAGE_CHARACTERS_MAX);
  });
  return tooMany === -1 ? descriptors : descriptors.slice(0, tooMany);
};

const descriptorOf = (referrer: ReleaseReferrer): Descriptor => {
  const { mediaType, digest, sizeBytes, artifactType, annotations } = referrer;
  return {
    mediaType,
    digest,
    size: sizeBytes,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
};
