import type { Catalog } from './catalog.ts';
import type { Customer, Window } from './customer.ts';
import { decide } from './decide.ts';
import { offerOf } from './offers.ts';
import type { EpochSeconds } from './time.ts';

/** The gateway, the AWS door, and the right to fill one's own cache through it. */
type Door = 'gateway' | 'aws' | 'cache';

export type Right = {
  readonly door: Door;
  readonly repository: string;
  readonly until: EpochSeconds;
};

/** What a right becomes under another catalog. */
export type RightChange = Right & { readonly before: EpochSeconds };

export type CatalogImpact = {
  readonly gains: readonly RightChange[];
  readonly losses: readonly RightChange[];
};

/**
 * What a catalog would change for one customer if everything in it were accepted, worked out from the
 * subscriptions as last read. 0 stands for a right that is not there.
 */
export const impactOf = (
  customer: Customer,
  { from, to }: { readonly from: Catalog; readonly to: Catalog },
  now: EpochSeconds,
): CatalogImpact => {
  const before = rightsUnder(from, customer, now);
  const after = rightsUnder(to, customer, now);
  const changes = [...new Map([...before, ...after])].map(([key, right]) => ({
    ...right,
    until: after.get(key)?.until ?? 0,
    before: before.get(key)?.until ?? 0,
  }));
  return {
    gains: changes.filter((change) => change.until > change.before),
    losses: changes.filter((change) => change.until < change.before),
  };
};

const rightsUnder = (
  catalog: Catalog,
  prior: Customer,
  now: EpochSeconds,
): ReadonlyMap<string, Right> => {
  const catalogs = { deployed: catalog, accepted: catalog };
  const facts = { kind: 'nothing' } as const;
  const { state } = decide({ prior, facts, grants: prior.grants, catalogs, now });
  return new Map(
    rightsOf(catalog, state).map((right) => [`${right.door} ${right.repository}`, right]),
  );
};

/** Every door to every repository that is open, until its latest end. */
export const rightsOf = (
  catalog: Catalog,
  { windows, accounts }: Pick<Customer, 'windows' | 'accounts'>,
): readonly Right[] => {
  const rights = new Map<string, Right>();
  for (const window of windows) {
    for (const right of rightsOfWindow(catalog, window, accounts)) {
      const key = `${right.door} ${right.repository}`;
      const before = rights.get(key)?.until ?? 0;
      rights.set(key, { ...right, until: Math.max(right.until, before) });
    }
  }
  return [...rights.values()];
};

const rightsOfWindow = (
  catalog: Catalog,
  { offerId, endsAt }: Window,
  accounts: readonly string[],
): readonly Right[] => {
  const offer = offerOf(catalog, offerId);
  if (offer === undefined) return [];
  const doors = DOORS[accounts.length === 0 ? 'none' : offer.awsAccounts];
  return offer.repositories.flatMap((repository) =>
    doors.map((door) => ({ door, repository, until: endsAt })),
  );
};

const DOORS = {
  none: ['gateway'],
  pull: ['gateway', 'aws'],
  pull_and_cache: ['gateway', 'aws', 'cache'],
} as const;
