import type { Catalog } from '../core/catalog.ts';
import { type Cursor, READS_PER_SYNC, withReads } from '../core/cursor.ts';
import { fingerprintOfListed, NOT_LISTED } from '../core/listing.ts';
import { DAY } from '../core/time.ts';
import type { DueEntry } from '../ports.ts';
import { isCatalogued, listStored, listSubscribers, type Subscribers } from './list-subscribers.ts';
import type { SweepDeps, SweepSettings } from './sweep.ts';
import { withCursor } from './with-cursor.ts';

type Deps = Pick<SweepDeps, 'billing' | 'due' | 'stage' | 'subjects' | 'report' | 'clock'>;

const EVERY_SECONDS = DAY;
const DIFFERENT_MAX = 1_000;

/**
 * Every live subscription, and its customer's AWS accounts, against what is stored. This adopts an existing Stripe account at the
 * first tick after the first deployment, and finds what no event was ever generated for.
 */
export const sweepSubscriptions =
  (deps: Deps, settings: SweepSettings) => async (): Promise<void> =>
    withCursor(deps, settings, { name: 'subscriptions', usualPeriod: EVERY_SECONDS }, (cursor) =>
      compareAll(deps, settings, cursor),
    );

const compareAll = async (
  deps: Deps,
  { catalog }: SweepSettings,
  cursor: Cursor,
): Promise<Cursor> => {
  const now = deps.clock();
  const stored = await listStored(deps.due);
  let pages = 0;
  const listing = await listSubscribers(deps)(() => {
    pages += 1;
  });
  if (listing.kind === 'unavailable') {
    throw new Error(`Stripe's subscription list could not be read: ${listing.because}`);
  }
  const different = differencesOf(catalog, stored, listing.subscribers);
  await deps.subjects.sendSubjects(
    different.map((id) => ({
      kind: 'customer',
      id,
      because: 'listing',
      occasion: `${id}:listing:${cursor.startedAt}`,
    })),
  );
  reportRepeated(deps, cursor, different);
  // Those found now count already: they are about to be granted what they pay for.
  const customersWithAccess =
    [...stored.values()].filter(({ accessUntil }) => accessUntil > now).length +
    different.filter((customerId) => !stored.has(customerId)).length;
  const reads = pages + READS_PER_SYNC * different.length;
  const seen = different.slice(0, DIFFERENT_MAX);
  return withReads({ ...cursor, customersWithAccess, seen }, reads, now);
};

const differencesOf = (
  catalog: Catalog,
  stored: ReadonlyMap<string, DueEntry>,
  listed: Subscribers,
): readonly string[] => {
  const customerIds = [...new Set([...stored.keys(), ...listed.keys()])];
  return customerIds.filter((customerId) => {
    const entry = stored.get(customerId);
    const shown = listed.get(customerId) ?? NOT_LISTED;
    return entry === undefined
      ? isCatalogued([catalog], shown.subscriptions)
      : entry.fingerprint !== fingerprintOfListed(shown);
  });
};

/** Different yesterday and today again: a sync does not mend it, so somebody has to look. */
const reportRepeated = ({ report }: Deps, { seen }: Cursor, different: readonly string[]): void => {
  const before = new Set(seen);
  const again = different.filter((customerId) => before.has(customerId));
  if (again.length > 0) {
    report.count(
      'DriftRepeated',
      { what: 'customers', customers: again.slice(0, 20) },
      again.length,
    );
  }
};
