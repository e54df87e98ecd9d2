import { canOnlyGain } from '../core/catalog-change.ts';
import { freshCursor } from '../core/cursor.ts';
import { DAY } from '../core/time.ts';
import type { CatalogState, SaveOutcome } from '../ports.ts';
import type { SweepDeps, SweepSettings } from './sweep.ts';

type Deps = Pick<SweepDeps, 'stage' | 'due' | 'subjects' | 'report' | 'clock'>;

/**
 * Notices a deployed catalog that nobody has seen yet, or one newly accepted, and has every customer
 * decided again, now and a day later. A catalog under which nobody can lose anything needs no acceptance.
 */
export const sweepCatalog =
  (deps: Deps, { catalog, catalogHash }: SweepSettings) =>
  async (): Promise<void> => {
    const stored = await deps.stage.findCatalogState();
    const state = nextState(stored, { catalog, catalogHash });
    if (state !== stored && (await deps.stage.saveCatalogState(state)) === 'conflict') return;
    if (state.acceptedHash !== catalogHash) {
      deps.report.count('CatalogLossWaiting', {
        deployed: catalogHash,
        accepted: state.acceptedHash,
      });
    }
    const { queuedFor, queuedAt } = queueingOf(state);
    const now = deps.clock();
    if (queuedFor !== decisionOf(state)) {
      await redecideAll(deps, state, `${decisionOf(state)}@${now}`);
    } else if (queuedAt !== undefined && now >= queuedAt + REPEATED_AFTER_SECONDS) {
      await redecideAll(deps, state, decisionOf(state));
    }
  };

/** Messages that became dead letters meanwhile are not looked at again by any list: once more, then. */
const REPEATED_AFTER_SECONDS = DAY;

/** `<decision>@<when>` after the first time, `<decision>` after the second. */
const queueingOf = ({
  redecided,
}: CatalogState): { readonly queuedFor: string; readonly queuedAt: number | undefined } => {
  const at = redecided.indexOf('@');
  return at < 0
    ? { queuedFor: redecided, queuedAt: undefined }
    : { queuedFor: redecided.slice(0, at), queuedAt: Number(redecided.slice(at + 1)) };
};

const decisionOf = ({ deployedHash, acceptedHash }: CatalogState): string =>
  `${deployedHash}:${acceptedHash}`;

const nextState = (
  stored: CatalogState | undefined,
  { catalog, catalogHash }: Pick<SweepSettings, 'catalog' | 'catalogHash'>,
): CatalogState => {
  const deployed = { deployed: catalog, deployedHash: catalogHash };
  const agreed = { accepted: catalog, acceptedHash: catalogHash };
  if (stored === undefined) {
    // Nothing was promised before the first catalog, and nobody is stored who could be decided again.
    return { ...deployed, ...agreed, redecided: `${catalogHash}:${catalogHash}`, revision: 1 };
  }
  const isAccepted = canOnlyGain(stored.accepted, catalog);
  if (stored.deployedHash === catalogHash && (!isAccepted || stored.acceptedHash === catalogHash)) {
    return stored;
  }
  return {
    ...stored,
    ...deployed,
    ...(isAccepted ? agreed : {}),
    redecided: '',
    revision: stored.revision + 1,
  };
};

const SUBJECTS_AT_ONCE = 1_000;

const redecideAll = async (deps: Deps, state: CatalogState, redecided: string): Promise<void> => {
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    const customerIds = batch;
    batch = [];
    await deps.subjects.sendSubjects(
      customerIds.map((id) => ({
        kind: 'customer',
        id,
        because: 'catalog',
        occasion: `${id}:catalog:${state.revision}`,
      })),
    );
  };
  for await (const { customerId } of deps.due.listAll()) {
    batch.push(customerId);
    if (batch.length === SUBJECTS_AT_ONCE) await flush();
  }
  await flush();
  // A product that is new in the catalog may open for somebody we have no item of.
  if ((await listAgain(deps)) === 'conflict') return;
  await deps.stage.saveCatalogState({
    ...state,
    redecided,
    revision: state.revision + 1,
  });
};

const listAgain = async ({ stage }: Deps): Promise<SaveOutcome> => {
  const cursor = (await stage.findCursor('subscriptions')) ?? freshCursor('subscriptions');
  return stage.saveCursor({ ...cursor, doneAt: 0, revision: cursor.revision + 1 });
};
