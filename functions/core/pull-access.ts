import type { Customer, Window, WithheldReason } from './customer.ts';
import { keptOf } from './kept-time.ts';
import { type Catalogs, rolesOf } from './members-of.ts';
import { offerOf } from './offers.ts';
import type { Stamp } from './release.ts';
import { isSameCover, rulesIn } from './tag-cover.ts';
import { openKeyOf, rulesHashOf } from './tag-rules.ts';
import { type EpochSeconds, isOpen } from './time.ts';

/**
 * `whole`: everything in the repository. Otherwise what is stamped with one of these keys; `key@hash`
 * means the key of a stamp with that `rulesHash` only.
 */
type Covers = 'whole' | readonly string[];

/** One right of a customer's to a repository, now. */
export type Opening = {
  readonly offerId: string;
  /** The subscription id, or `manual`. */
  readonly source: string;
  readonly endsAt: EpochSeconds | 'never';
  readonly covers: Covers;
  /** Set when the offer has ended and keeps what was pushed before. */
  readonly pushedBefore?: EpochSeconds;
};

/** The end that a refusal names. */
export type Lapse = {
  readonly offerId: string;
  readonly because: WithheldReason;
  readonly endedAt: EpochSeconds;
};

/** What of one repository an offer opened until then. */
type RepositoryLapse = Lapse & { readonly covers: Covers };

/** Neither an opening nor a lapse: this customer never had it, and must not learn that it exists. */
export type RepositoryAccess = {
  readonly openings: readonly Opening[];
  /** This customer once had more of it than now. */
  readonly lapses: readonly RepositoryLapse[];
};

type Holder = Pick<Customer, 'windows' | 'withheld' | 'paidTimes'>;

/** What a customer may pull of one repository, decided against the clock: nothing else need have run. */
export const accessTo = (
  customer: Holder,
  catalogs: Catalogs,
  repository: string,
  now: EpochSeconds,
): RepositoryAccess => {
  const openings = claimsOf(customer, catalogs, now).flatMap(({ role, ...claim }): Opening[] => {
    const covers = coversOf(catalogs, role, claim.offerId, repository);
    return covers === undefined ? [] : [{ ...claim, covers }];
  });
  const lapses = lapsesOf(customer, now).flatMap((lapse): RepositoryLapse[] => {
    const covers = oneOf(
      coversOf(catalogs, 'deployed', lapse.offerId, repository),
      coversOf(catalogs, 'accepted', lapse.offerId, repository),
    );
    return covers === undefined ? [] : [{ ...lapse, covers }];
  });
  return { openings, lapses };
};

/** For whoever asks without naming a repository. A lapse is told when nothing at all is open. */
export const accountAccessOf = (
  customer: Holder,
  catalogs: Catalogs,
  now: EpochSeconds,
): { readonly isOpen: boolean; readonly lapse?: Lapse } => {
  const isAnyOpen = claimsOf(customer, catalogs, now).some(
    ({ role, offerId }) => offerOf(catalogs[role], offerId) !== undefined,
  );
  return isAnyOpen ? { isOpen: true } : { isOpen: false, ...lastOf(lapsesOf(customer, now)) };
};

/** Of the openings that reach an item the one that ends last. */
export const openingFor = (
  { openings }: Pick<RepositoryAccess, 'openings'>,
  stamp: Stamp,
): Opening | undefined => {
  const matching = openings.filter(({ covers, pushedBefore = Number.POSITIVE_INFINITY }) => {
    const at = reachedAt(covers, stamp);
    return at !== undefined && at < pushedBefore;
  });
  return matching.reduce<Opening | undefined>(
    (one, other) => (one === undefined || endOf(other) > endOf(one) ? other : one),
    undefined,
  );
};

/**
 * The last end to tell of, for an item that is not open. Who has nothing of the repository any more is
 * told for everything, there or not. Who still has some of it is told only for what was theirs: of
 * anything else a lapse would say that it exists, and that they had it.
 */
export const lapseFor = (
  { openings, lapses }: RepositoryAccess,
  stamp?: Stamp,
): Lapse | undefined => {
  const told = lapses.filter(
    ({ covers }) =>
      openings.length === 0 || (stamp !== undefined && reachedAt(covers, stamp) !== undefined),
  );
  return lastOf(told.map(({ covers: _covers, ...lapse }) => lapse)).lapse;
};

/** A right to one offer, read with one of the catalogs. */
type Claim = Omit<Opening, 'covers'> & { readonly role: keyof Catalogs };

const claimsOf = (customer: Holder, catalogs: Catalogs, now: EpochSeconds): readonly Claim[] => [
  ...customer.windows
    .filter((window) => isOpen(window, now))
    .flatMap(({ offerId, source, endsAt, ...window }) =>
      rolesHere(catalogs, window).map((role) => ({ role, offerId, source, endsAt })),
    ),
  ...keptOf(customer, catalogs, now),
];

/**
 * A new catalog is here at once, and customers are decided again over minutes: until then a window
 * does not say what the vendor has yet to agree to. So whatever the accepted catalog owes for it stays.
 */
const rolesHere = (
  { deployed, accepted }: Catalogs,
  window: Pick<Window, 'held' | 'isNew'>,
): readonly (keyof Catalogs)[] => {
  const isOwed = window.held === undefined && window.isNew === undefined;
  return isOwed && deployed !== accepted ? ['deployed', 'accepted'] : rolesOf(window);
};

/**
 * Items carry the open keys of the catalogs that they were stamped under, and a catalog is deployed
 * and accepted in an instant. So until everything is stamped again:
 * – What the deployed catalog gives goes by the offer's own key, whichever rule that stood for when it
 *   was written: nobody is shut out because the index has not caught up.
 * – What only the accepted catalog gives goes by the accepted rule's key where the two rules differ.
 *   An item stamped before the change does not have it; the offer's own key then stood for the
 *   accepted rule if the stamp was made from the accepted catalog's rules alone, and its hash says so.
 *   Where the two rules agree there is one key for both.
 */
const coversOf = (
  catalogs: Catalogs,
  role: keyof Catalogs,
  offerId: string,
  repository: string,
): Covers | undefined => {
  const rules = rulesIn(catalogs[role], offerId, repository);
  if (rules === undefined) return undefined;
  if (rules.length === 0) return 'whole';
  const ownKey = openKeyOf('deployed', offerId);
  const present = rulesIn(catalogs.deployed, offerId, repository);
  if (present !== undefined && isSameCover(present, rules)) return [ownKey];
  const { accepted } = catalogs;
  const hashBefore = rulesHashOf({ deployed: accepted, accepted }, repository);
  return [openKeyOf('accepted', offerId), `${ownKey}@${hashBefore}`];
};

/** What the one or the other covers. */
const oneOf = (one: Covers | undefined, other: Covers | undefined): Covers | undefined => {
  if (one === undefined || other === undefined) return one ?? other;
  return one === 'whole' || other === 'whole' ? 'whole' : [...new Set([...one, ...other])];
};

/** When a cover first reached an item; `undefined` when it never did. */
const reachedAt = (covers: Covers, stamp: Stamp): EpochSeconds | undefined =>
  covers === 'whole' ? stamp.firstPushedAt : pushedAt(covers, stamp);

/** When what these keys name first reached an item; `undefined` when none of them ever did. */
const pushedAt = (
  covers: readonly string[],
  { opens, rulesHash }: Stamp,
): EpochSeconds | undefined => {
  const times = Object.entries(opens)
    .filter(([openKey]) => covers.includes(openKey) || covers.includes(`${openKey}@${rulesHash}`))
    .map(([, at]) => at);
  return times.length === 0 ? undefined : Math.min(...times);
};

const endOf = ({ endsAt }: Opening): number =>
  endsAt === 'never' ? Number.POSITIVE_INFINITY : endsAt;

/** A window that the clock has closed is a lapse before any sync writes it down. */
const lapsesOf = ({ windows, withheld }: Holder, now: EpochSeconds): readonly Lapse[] => [
  ...windows
    .filter((window) => window.endsAt <= now && !isOpenElsewhere(windows, window, now))
    .map(({ offerId, endsAt }): Lapse => ({ offerId, because: 'deadline', endedAt: endsAt })),
  ...withheld.flatMap(({ offerId, because, endedAt }) =>
    endedAt === undefined ? [] : { offerId, because, endedAt },
  ),
];

const isOpenElsewhere = (
  windows: readonly Window[],
  { offerId }: Window,
  now: EpochSeconds,
): boolean => windows.some((other) => other.offerId === offerId && isOpen(other, now));

const lastOf = (lapses: readonly Lapse[]): { readonly lapse?: Lapse } => {
  const [first, ...others] = lapses;
  if (first === undefined) return {};
  return {
    lapse: others.reduce((one, other) => (other.endedAt > one.endedAt ? other : one), first),
  };
};
