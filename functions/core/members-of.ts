import type { Catalog } from './catalog.ts';
import { MANUAL, type Members, NO_MEMBERS, type Window } from './customer.ts';
import { offerOf } from './offers.ts';
import { type EpochSeconds, isOpen } from './time.ts';

/** Which catalogs windows are read with: a window held for the catalog's sake needs the accepted one. */
export type Catalogs = { readonly deployed: Catalog; readonly accepted: Catalog };

/** Who may pull at the AWS door, until when. */
export const membersOf = (
  catalogs: Catalogs,
  windows: readonly Window[],
  accounts: readonly string[],
  now: EpochSeconds,
): Members => {
  const untils = new Map<string, EpochSeconds>();
  for (const window of windows.filter((candidate) => hasBegun(candidate, now))) {
    for (const repository of openToAccounts(catalogs, window)) {
      untils.set(repository, Math.max(untils.get(repository) ?? 0, window.endsAt));
    }
  }
  if (accounts.length === 0 || untils.size === 0) return NO_MEMBERS;
  return { accounts, untils: Object.fromEntries([...untils].sort(([a], [b]) => (a < b ? -1 : 1))) };
};

/** A subscription that Stripe shows has begun: if it seems to begin later, our clock is behind Stripe's. */
const hasBegun = (window: Window, now: EpochSeconds): boolean =>
  window.source === MANUAL ? isOpen(window, now) : now < window.endsAt;

type Hold = NonNullable<Window['held']> | 'nothing';

/** What the breaker holds may have been held for the catalog's sake before: nothing of it may close. */
const READ_WITH = {
  nothing: ['deployed'],
  catalog: ['accepted'],
  breaker: ['deployed', 'accepted'],
} as const satisfies Record<Hold, readonly (keyof Catalogs)[]>;

export const rolesOf = ({ held }: Pick<Window, 'held'>): readonly (keyof Catalogs)[] =>
  READ_WITH[held ?? 'nothing'];

const openToAccounts = (catalogs: Catalogs, window: Window): readonly string[] =>
  rolesOf(window).flatMap((role) => {
    const { offerId } = window;
    const offer = offerOf(catalogs[role], offerId);
    return offer === undefined || offer.awsAccounts === 'none' ? [] : offer.repositories;
  });

/** Every member that must be written so that the table shows `desired`, given what was `projected`. */
export const memberChanges = (
  projected: Members,
  desired: Members,
): readonly {
  readonly repository: string;
  readonly account: string;
  readonly until: EpochSeconds;
}[] => {
  const accounts = new Set([...projected.accounts, ...desired.accounts]);
  const repositories = new Set([...Object.keys(projected.untils), ...Object.keys(desired.untils)]);
  return [...repositories].flatMap((repository) =>
    [...accounts].flatMap((account) => {
      const until = untilOf(desired, repository, account);
      return until === untilOf(projected, repository, account)
        ? []
        : [{ repository, account, until }];
    }),
  );
};

/** When one account's right to one repository ends; 0 when it has none. */
export const untilOf = (
  { accounts, untils }: Members,
  repository: string,
  account: string,
): EpochSeconds =>
  accounts.includes(account) ? (new Map(Object.entries(untils)).get(repository) ?? 0) : 0;
