import { errorFields } from '../core/error-fields.ts';
import { isListingDue, isListingUnderWay } from '../core/index-due.ts';
import { parseReleaseEvent, type ReleaseEvent } from '../core/parse-release-event.ts';
import type { IndexState } from '../core/release.ts';
import { nameOfReference } from '../core/release-keys.ts';
import { MINUTE } from '../core/time.ts';
import { stampRulesOf } from './index-deps.ts';
import { indexRepository, type ListingDeps } from './index-repository.ts';
import { lookAtImage } from './look-at-image.ts';
import { repositoriesOf } from './sweep-repositories.ts';

/** Of the fifteen that a function lives: a listing that has begun can still end. */
const BEGIN_SECONDS = 10 * MINUTE;

/**
 * ECR's events and the clock. An event says where to look, never what is true: it may be lost, late,
 * double, or overtaken by the next one. With all of them lost the listings still get everything right.
 */
export const indexRelease =
  (deps: ListingDeps) =>
  async (event: unknown): Promise<void> => {
    const parsed = parseReleaseEvent(event);
    switch (parsed.kind) {
      case 'tick':
        return tick(deps);
      case 'images':
        return lookAtImages(deps, parsed);
      default:
        deps.report.log('event ignored', { because: parsed.because });
    }
  };

const lookAtImages = async (
  deps: ListingDeps,
  { repository, references }: Extract<ReleaseEvent, { kind: 'images' }>,
): Promise<void> => {
  const { deployed, accepted } = await deps.catalogs();
  if (!repositoriesOf(deployed, accepted).includes(repository)) return;
  for (const reference of references) {
    const looked = await lookAtImage(deps)(repository, reference, deps.clock());
    deps.report.log('image looked at', { repository, ...nameOfReference(reference), looked });
  }
};

const tick = async (deps: ListingDeps): Promise<void> => {
  const { clock, report } = deps;
  const began = clock();
  for (const repository of await dueRepositories(deps)) {
    if (clock() >= began + BEGIN_SECONDS) break;
    try {
      await indexRepository(deps)(repository);
    } catch (cause) {
      report.count('IndexFailed', { repository, ...errorFields(cause) });
    }
  }
  report.count('IndexCompleted', {});
};

/** The longest unlisted first, so that none waits for ever behind the others. */
const dueRepositories = async ({
  catalogs,
  releases,
  clock,
}: ListingDeps): Promise<readonly string[]> => {
  const both = await catalogs();
  const found: { readonly repository: string; readonly state: IndexState | undefined }[] = [];
  for (const repository of repositoriesOf(both.deployed, both.accepted)) {
    found.push({ repository, state: await releases.findIndexState(repository) });
  }
  return found
    .filter(
      ({ repository, state }) =>
        isListingDue(state, stampRulesOf(both, repository).rulesHash, clock()) &&
        !isListingUnderWay(state, clock()),
    )
    .sort((a, b) => (a.state?.completeAt ?? 0) - (b.state?.completeAt ?? 0))
    .map(({ repository }) => repository);
};
