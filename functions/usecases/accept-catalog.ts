import type { StageStore } from '../ports.ts';

type Deps = { readonly stage: StageStore };

export type AcceptOutcome =
  | { readonly kind: 'accepted' | 'accepted_before' }
  | { readonly kind: 'nothing_deployed' }
  /** Only what is deployed can be accepted. */
  | { readonly kind: 'not_deployed'; readonly deployedHash: string };

const ATTEMPTS_MAX = 5;

/** The vendor agrees to the losses of the deployed catalog: the next sweep decides everybody again. */
export const acceptCatalog =
  (deps: Deps) =>
  async (hash: string): Promise<AcceptOutcome> => {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const outcome = await accept(deps, hash);
      if (outcome !== 'conflict') return outcome;
    }
    throw new Error(`the catalog state was written by others ${ATTEMPTS_MAX} times in a row`);
  };

const accept = async ({ stage }: Deps, hash: string): Promise<AcceptOutcome | 'conflict'> => {
  const state = await stage.findCatalogState();
  if (state === undefined) return { kind: 'nothing_deployed' };
  const { deployed, deployedHash, acceptedHash, revision } = state;
  if (deployedHash !== hash) return { kind: 'not_deployed', deployedHash };
  if (acceptedHash === hash) return { kind: 'accepted_before' };
  const next = { ...state, accepted: deployed, acceptedHash: hash, redecided: '' };
  const outcome = await stage.saveCatalogState({ ...next, revision: revision + 1 });
  return outcome === 'saved' ? { kind: 'accepted' } : 'conflict';
};
