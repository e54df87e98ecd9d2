import type { Catalog } from './catalog.ts';
import { givesAll } from './catalog-change.ts';
import {
  type Customer,
  MANUAL,
  type ManualGrant,
  type StoredSubscription,
  type Window,
} from './customer.ts';
import type { Catalogs } from './members-of.ts';
import { offerOf } from './offers.ts';
import { type Verdict, verdictOf } from './subscription-windows.ts';
import type { EpochSeconds } from './time.ts';

/** What access is worked out from. */
export type View = {
  /** The customer as stored: only its windows are looked at. */
  readonly prior: Pick<Customer, 'windows'>;
  /** Live ones. */
  readonly subscriptions: readonly StoredSubscription[];
  /** Ids of those that a complete list from Stripe did not show: that is no evidence of an end. */
  readonly unlisted: ReadonlySet<string>;
  /** Stripe was not asked, or told nothing: what the breaker holds stays. */
  readonly isIgnorant: boolean;
  readonly grants: readonly ManualGrant[];
};

/** Everything that is open for one customer, over all subscriptions and manual grants. */
export const openingOf = (
  { deployed, accepted }: Catalogs,
  view: View,
  now: EpochSeconds,
): Verdict => {
  const current = openingUnder(deployed, 'deployed', view, now);
  if (deployed === accepted) return { ...current, windows: sorted(current.windows) };
  const held = heldForCatalog({ deployed, accepted }, view, current, now);
  const owed = stillOpen(view.prior.windows, now).filter(isOwed);
  const windows = current.windows.map(
    (window): Window =>
      owed.some((before) => isSame(before, window)) ? window : { ...window, isNew: true },
  );
  return { windows: sorted([...windows, ...held]), withheld: current.withheld };
};

const isOwed = ({ isNew }: Window): boolean => isNew === undefined;

const openingUnder = (
  catalog: Catalog,
  role: keyof Catalogs,
  view: View,
  now: EpochSeconds,
): Verdict => {
  const { prior, subscriptions, unlisted, isIgnorant, grants } = view;
  const carried = heldUnder(catalog, role, prior.windows);
  const verdicts = subscriptions.map((subscription): Verdict => {
    const held = carried.filter(({ source }) => source === subscription.subscriptionId);
    return unlisted.has(subscription.subscriptionId)
      ? { windows: stillOpen(held, now).map(notListed), withheld: [] }
      : verdictOf(catalog, subscription, held, now);
  });
  const windows = [...verdicts.flatMap((each) => each.windows), ...manual(catalog, grants, now)];
  const held = prior.windows.filter(
    (window) =>
      isIgnorant && window.held === 'breaker' && !windows.some((other) => isSame(window, other)),
  );
  return {
    windows: [...windows, ...stillOpen(held, now)],
    withheld: verdicts.flatMap((each) => each.withheld),
  };
};

/**
 * One window an offer: the accepted catalog goes on from what it holds, the deployed one from its own,
 * and neither from an offer that it does not have. What only the breaker keeps open has ended, and
 * `past_due` must not take it up again.
 */
const heldUnder = (
  catalog: Catalog,
  role: keyof Catalogs,
  windows: readonly Window[],
): readonly Window[] => {
  const isForeign = ({ held }: Window): boolean => (held === 'catalog') !== (role === 'accepted');
  const known = windows.filter(
    ({ held, offerId }) => held !== 'breaker' && offerOf(catalog, offerId) !== undefined,
  );
  return known.filter(
    (window) =>
      !isForeign(window) || known.every((other) => other === window || !isSame(other, window)),
  );
};

const notListed = ({ held: _held, ...window }: Window): Window => ({
  ...window,
  because: 'not_listed',
});

const manual = (
  catalog: Catalog,
  grants: readonly ManualGrant[],
  now: EpochSeconds,
): readonly Window[] =>
  grants
    .filter(({ offerId, until }) => until > now && offerOf(catalog, offerId) !== undefined)
    .map(({ offerId, startsAt, until }) => ({
      offerId,
      source: MANUAL,
      startsAt,
      endsAt: until,
      because: 'manual',
    }));

/** What the accepted catalog still gives to those who had it, beyond what the deployed one gives. */
const heldForCatalog = (
  { deployed, accepted }: Catalogs,
  view: View,
  current: Verdict,
  now: EpochSeconds,
): readonly Window[] =>
  openingUnder(accepted, 'accepted', view, now)
    .windows.filter(
      (window) =>
        window.held === undefined &&
        stillOpen(view.prior.windows, now).some(
          (before) => isOwed(before) && isSame(before, window),
        ) &&
        !current.windows.some(
          (other) =>
            isSame(window, other) &&
            other.endsAt >= window.endsAt &&
            givesAll(offerOf(deployed, window.offerId), offerOf(accepted, window.offerId)),
        ),
    )
    .map((window) => ({ ...window, held: 'catalog' }));

const isSame = (one: Window, other: Window): boolean =>
  one.offerId === other.offerId && one.source === other.source;

const stillOpen = (windows: readonly Window[], now: EpochSeconds): readonly Window[] =>
  windows.filter(({ endsAt }) => endsAt > now);

/** In one order, so that equal access has equal text. */
export const sorted = (windows: readonly Window[]): readonly Window[] => {
  const key = ({ offerId, source, held }: Window): string => `${offerId} ${source} ${held ?? ''}`;
  return [...windows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
};
