import type { Catalog } from '../core/catalog.ts';
import { type Cursor, READS_PER_SYNC, withReads } from '../core/cursor.ts';
import { fingerprintOfSubscriptions } from '../core/listing.ts';
import { offerOfProduct } from '../core/offers.ts';
import type { Subscription } from '../core/subscription.ts';
import { DAY } from '../core/time.ts';
import type { DueEntry } from '../ports.ts';
import type { SweepDeps, SweepSettings } from './sweep.ts';
import { withCursor } from './with-cursor.ts';

type Deps = Pick<SweepDeps, 'billing' | 'due' | 'stage' | 'subjects' | 'report' | 'clock'>;

const EVERY_SECONDS = DAY;
const PAGES_MAX = 5_000;
const DIFFERENT_MAX = 1_000;

/**
 * Every live subscription against what is stored. This adopts an existing Stripe account at the
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
  const stored = await storedCustomers(deps);
  const { listed, pages } = await listCustomers(deps);
  const different = differencesOf(catalog, stored, listed);
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

const storedCustomers = async ({ due }: Deps): Promise<ReadonlyMap<string, DueEntry>> => {
  const stored = new Map<string, DueEntry>();
  for await (const entry of due.listAll()) stored.set(entry.customerId, entry);
  return stored;
};

const listCustomers = async ({
  billing,
}: Deps): Promise<{
  readonly listed: ReadonlyMap<string, readonly Subscription[]>;
  readonly pages: number;
}> => {
  const listed = new Map<string, Subscription[]>();
  let next: string | undefined;
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const answer = await billing.listSubscriptions(next);
    if (answer.kind === 'unavailable') {
      throw new Error(`Stripe's subscription list could not be read: ${answer.because}`);
    }
    for (const { customerId, subscription } of answer.subscriptions) {
      listed.set(customerId, [...(listed.get(customerId) ?? []), subscription]);
    }
    next = answer.next;
    if (next === undefined) return { listed, pages: page };
  }
  throw new Error(`Stripe's subscription list did not end within ${PAGES_MAX} pages`);
};

const differencesOf = (
  catalog: Catalog,
  stored: ReadonlyMap<string, DueEntry>,
  listed: ReadonlyMap<string, readonly Subscription[]>,
): readonly string[] => {
  const customerIds = [...new Set([...stored.keys(), ...listed.keys()])];
  return customerIds.filter((customerId) => {
    const entry = stored.get(customerId);
    const subscriptions = listed.get(customerId) ?? [];
    return entry === undefined
      ? subscriptions.some((subscription) => isCatalogued(catalog, subscription))
      : entry.fingerprint !== fingerprintOfSubscriptions(subscriptions);
  });
};

const isCatalogued = (catalog: Catalog, { items }: Subscription): boolean =>
  items.some(({ productId }) => offerOfProduct(catalog, productId) !== undefined);

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
