import type { Catalog } from '../core/catalog.ts';
import type { Catalogs } from '../core/members-of.ts';
import { type EpochSeconds, MINUTE } from '../core/time.ts';
import type { Clock, StageStore } from '../ports.ts';

/**
 * The deployed catalog and the one the vendor accepted: the same object when they agree. Read again
 * each minute while they differ, and never once they agree: a later deployment starts new processes.
 */
export const currentCatalogs = (
  { stage, clock }: { readonly stage: Pick<StageStore, 'findCatalogState'>; readonly clock: Clock },
  deployed: Catalog,
  deployedHash: string,
): (() => Promise<Catalogs>) => {
  let known: { readonly catalogs: Catalogs; readonly until: EpochSeconds } | undefined;
  return async () => {
    if (known !== undefined && clock() < known.until) return known.catalogs;
    const state = await stage.findCatalogState();
    const isAgreed = state === undefined || state.acceptedHash === deployedHash;
    const catalogs = { deployed, accepted: isAgreed ? deployed : state.accepted };
    known = { catalogs, until: isAgreed ? Number.MAX_SAFE_INTEGER : clock() + MINUTE };
    return catalogs;
  };
};
