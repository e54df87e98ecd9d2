import type { Cursor } from '../core/cursor.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import type { CatalogState, Clock, StageStore } from '../ports.ts';
import type { Finding } from './finding.ts';

export type CatalogDeps = { readonly stage: StageStore; readonly clock: Clock };

/** Every 15 minutes; four times as long while it spares Stripe reads, and one tick more. */
const EVENTS_LATE_SECONDS = HOUR + 5 * MINUTE;

/** The catalog of this checkout, the deployed one and the accepted one, and whether a sweep runs at all. */
export const diagnoseCatalog =
  ({ stage, clock }: CatalogDeps) =>
  async (checkoutHash: string): Promise<readonly Finding[]> => {
    const state = await stage.findCatalogState();
    if (state === undefined) {
      return [
        {
          area: 'sweep',
          what: 'no sweep has ever run in this stage',
          cause: 'the stack was deployed in the last minutes, or its sweep function fails',
          mend: 'wait 5 minutes; then read the log of the sweep function',
        },
      ];
    }
    const cursor = await stage.findCursor('events');
    return [...catalogFindings(state, checkoutHash), ...sweepFindings(cursor, clock())];
  };

const catalogFindings = (
  { deployedHash, acceptedHash, redecided }: CatalogState,
  checkoutHash: string,
): readonly Finding[] => {
  const findings: Finding[] = [];
  if (checkoutHash !== deployedHash) {
    findings.push({
      area: 'catalog',
      what: `bin/catalog.ts here is ${checkoutHash}, deployed is ${deployedHash}`,
      cause: 'it was changed and not deployed, or this checkout is not the deployed one',
      mend: 'wharfage plan, then cdk deploy',
    });
  }
  if (acceptedHash !== deployedHash) {
    findings.push({
      area: 'catalog',
      what: `the deployed catalog ${deployedHash} is not accepted; losses wait`,
      cause: 'the deployed catalog gives less than the accepted one to somebody',
      mend: `wharfage plan, then wharfage plan --accept ${deployedHash}`,
    });
  }
  if (!`${redecided}@`.startsWith(`${deployedHash}:${acceptedHash}@`)) {
    findings.push({
      area: 'catalog',
      what: 'not everybody has been decided again under the present catalogs',
      cause: 'the catalog was deployed or accepted in the last minutes',
      mend: 'wait for the next sweep, at most 5 minutes',
    });
  }
  return findings;
};

const sweepFindings = (cursor: Cursor | undefined, now: number): readonly Finding[] => {
  const doneAt = cursor?.doneAt ?? 0;
  if (now - doneAt <= EVENTS_LATE_SECONDS) return [];
  return [
    {
      area: 'sweep',
      what:
        doneAt === 0
          ? "Stripe's events have never been listed"
          : `Stripe's events were last listed ${Math.floor((now - doneAt) / MINUTE)} minutes ago`,
      cause: 'the sweep does not run, or Stripe refuses the list of events',
      mend: 'read the log of the sweep function; check that the restricted key may read events',
    },
  ];
};
