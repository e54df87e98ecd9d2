import type { Catalog } from '../core/catalog.ts';
import { MINUTE } from '../core/time.ts';
import type { SweepDeps, SweepSettings } from './sweep.ts';

const TICK_SECONDS = 5 * MINUTE;

/** Every repository that either catalog names, at every tick: constant work, whatever happened. */
export const sweepRepositories =
  (
    { stage, policies, clock }: Pick<SweepDeps, 'stage' | 'policies' | 'clock'>,
    { catalog }: Pick<SweepSettings, 'catalog'>,
  ) =>
  async (): Promise<void> => {
    const tick = Math.floor(clock() / TICK_SECONDS);
    const accepted = (await stage.findCatalogState())?.accepted ?? catalog;
    await policies.sendPolicies(
      repositoriesOf(catalog, accepted).map((repository) => ({
        repository,
        occasion: `${repository}:sweep:${tick}`,
      })),
    );
  };

export const repositoriesOf = (...catalogs: readonly Catalog[]): readonly string[] => [
  ...new Set(
    catalogs.flatMap(({ offers }) =>
      Object.values(offers).flatMap(({ repositories }) => repositories),
    ),
  ),
];
