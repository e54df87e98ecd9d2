import { isListingUnderWay } from '../core/index-due.ts';
import { changedReleases, goneReleases } from '../core/listing-changes.ts';
import type { IndexState } from '../core/release.ts';
import type { StampRules } from '../core/release-graph.ts';
import { planReleases } from '../core/release-plan.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { Clock, ImageSource, ReleaseStore } from '../ports.ts';
import { stampRulesOf } from './index-deps.ts';
import { type LookDeps, lookAtImage } from './look-at-image.ts';
import { removeGone } from './remove-gone.ts';
import { surveyRepository } from './survey-repository.ts';
import { writeListing } from './write-listing.ts';

export type ListingDeps = LookDeps & {
  readonly releases: ReleaseStore;
  readonly images: ImageSource;
  readonly clock: Clock;
};

/**
 * Makes the index of one repository agree with ECR, whatever events were lost. One at a time: the
 * state says since when. A failure removes nothing, and what is written by then is right.
 */
export const indexRepository =
  (deps: ListingDeps) =>
  async (repository: string): Promise<'listed' | 'under_way'> => {
    const now = deps.clock();
    const state = await deps.releases.findIndexState(repository);
    if (isListingUnderWay(state, now)) return 'under_way';
    const rules = stampRulesOf(await deps.catalogs(), repository);
    const own = { ...released(state, repository), startedAt: now };
    if ((await deps.releases.saveIndexState(own)) === 'conflict') return 'under_way';
    let next = released(own, repository);
    try {
      const isMixed = await list(deps, repository, rules, now);
      const { rulesHash: _, ...done } = { ...next, completeAt: now };
      // What is not stamped by these rules alone is listed again at the next tick.
      next = isMixed ? done : { ...done, rulesHash: rules.rulesHash };
    } finally {
      await deps.releases.saveIndexState(next);
    }
    return 'listed';
  };

/** The next revision, with nobody at it. */
const released = (state: IndexState | undefined, repository: string): IndexState => {
  const { startedAt: _, ...rest } = state ?? { repository, revision: 0 };
  return { ...rest, revision: rest.revision + 1 };
};

const list = async (
  deps: ListingDeps,
  repository: string,
  rules: StampRules,
  now: EpochSeconds,
): Promise<boolean> => {
  const survey = await surveyRepository(deps, repository, rules, now);
  const { stored, listed, knowledge } = survey;
  const stages = planReleases(repository, knowledge, rules);
  const changed = changedReleases(stored, stages);
  const { contested, isMixed } = await writeListing(deps, repository, stored, changed);
  // ECR answers with nothing, too, where it knows no such repository: no evidence of a deletion.
  const gone =
    listed.size === 0 ? NOTHING : goneReleases(stored, stages, (digest) => listed.has(digest));
  const reappeared = await removeGone(deps, repository, survey, gone);
  for (const reference of [...contested, ...reappeared]) {
    await lookAtImage(deps)(repository, reference, deps.clock());
  }
  deps.report.log('repository listed', {
    repository,
    images: listed.size,
    written: changed.flat().length,
    removed: gone.tags.length + gone.manifests.flat().length + gone.others.length,
    contested: contested.length + reappeared.length,
  });
  return isMixed;
};

const NOTHING = { tags: [], manifests: [], others: [] } as const;
