import type { Catalog } from './catalog.ts';
import type { Customer, Window } from './customer.ts';
import { offerOf } from './offers.ts';
import type { EpochSeconds } from './time.ts';

/** The gateway, the AWS door, and the right to fill one's own cache through it. */
type Door = 'gateway' | 'aws' | 'cache';

export type Right = {
  readonly door: Door;
  readonly repository: string;
  readonly until: EpochSeconds;
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
