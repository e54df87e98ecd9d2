import type { Catalogs } from '../core/members-of.ts';
import type { StampRules } from '../core/release-graph.ts';
import { opensOf, rulesHashOf } from '../core/tag-rules.ts';
import type { ImageSource, ReleaseStore, Report } from '../ports.ts';

export type IndexDeps = {
  readonly releases: Pick<ReleaseStore, 'readReleases' | 'saveReleases' | 'listReferrers'>;
  readonly images: Pick<ImageSource, 'readImages'>;
  /** Both catalogs: tags are stamped for the accepted one too where it differs. */
  readonly catalogs: () => Promise<Catalogs>;
  readonly report: Report;
};

export const stampRulesOf = (catalogs: Catalogs, repository: string): StampRules => ({
  rulesHash: rulesHashOf(catalogs, repository),
  opensOf: (tag, at) => opensOf(catalogs, repository, tag, at),
});
