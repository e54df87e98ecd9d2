import type { Catalog } from '../core/catalog.ts';
import type { Catalogs } from '../core/members-of.ts';
import type { ReleaseTag } from '../core/release.ts';
import { isSold } from '../core/tag-rules.ts';
import type { ReleaseStore } from '../ports.ts';
import type { Finding } from './finding.ts';

export type ReleaseDiagnosisDeps = { readonly releases: Pick<ReleaseStore, 'listTags'> };

const PAGE = 1_000;
const PAGES_MAX = 1_000;
const NAMES_MAX = 20;

/** Tags of one repository that the catalogs sell and that ECR has archived: whoever asks for one is refused. */
export const diagnoseReleases =
  ({ releases }: ReleaseDiagnosisDeps, { deployed, accepted }: Catalogs) =>
  async (repository: string): Promise<readonly Finding[]> => {
    const archived: string[] = [];
    for await (const { tag, isArchived } of tagsOf(releases, repository)) {
      const isOffered = [deployed, accepted].some((catalog) => sells(catalog, repository, tag));
      if (isArchived && isOffered) archived.push(tag);
    }
    return archived.length === 0 ? [] : [findingOf(repository, archived)];
  };

async function* tagsOf(
  releases: ReleaseDiagnosisDeps['releases'],
  repository: string,
): AsyncGenerator<ReleaseTag> {
  let after = '';
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { tags, isLast } = await releases.listTags(repository, after, PAGE);
    yield* tags;
    const last = tags.at(-1);
    if (isLast || last === undefined) return;
    after = last.tag;
  }
  throw new Error(`the tags of ${repository} did not end within ${PAGES_MAX} pages`);
}

/** An offer without tag rules sells every tag. */
const sells = ({ offers }: Catalog, repository: string, tag: string): boolean =>
  Object.values(offers).some(
    ({ repositories, tags }) =>
      repositories.includes(repository) && (tags.length === 0 || isSold(tags, tag)),
  );

const findingOf = (repository: string, archived: readonly string[]): Finding => {
  const shown = archived.slice(0, NAMES_MAX).join(', ');
  const others = archived.length - NAMES_MAX;
  const more = others > 0 ? ` and ${others} more` : '';
  return {
    area: 'ecr',
    what: `${repository} sells what ECR has archived: ${shown}${more}`,
    cause: 'a lifecycle rule of the repository, or somebody, moved the images to the archive',
    mend: 'restore them in ECR, leave these tags out of the lifecycle rule, or sell them no longer',
  };
};
