import type { Catalog, Offer } from '../../functions/core/catalog.ts';
import type { Customer } from '../../functions/core/customer.ts';
import type { Catalogs } from '../../functions/core/members-of.ts';
import { accessTo } from '../../functions/core/pull-access.ts';
import type { Rights } from './oracle.ts';

export type Door = 'gateway' | 'ecr';

/** Until when, by repository. */
export type Untils = ReadonlyMap<string, number>;

/** What rights to offers are worth at a door. */
export const throughDoor = (
  door: Door,
  catalogs: readonly Catalog[],
  all: readonly Rights[],
): Untils => {
  const untils = new Map<string, number>();
  for (const rights of all) {
    for (const [id, until] of rights) {
      for (const repository of catalogs.flatMap((catalog) => openedBy(door, catalog.offers[id]))) {
        untils.set(repository, Math.max(until, untils.get(repository) ?? 0));
      }
    }
  }
  return untils;
};

const openedBy = (door: Door, offer: Offer | undefined): readonly string[] =>
  offer === undefined || (door === 'ecr' && offer.awsAccounts === 'none') ? [] : offer.repositories;

/** What an operator has granted, as rights. */
export const grantsOf = ({ grants }: Pick<Customer, 'grants'>): Rights =>
  new Map(grants.map(({ offerId, until }) => [offerId, until]));

/** Until when the gateway lets this customer in, by its own decision; what is kept after an end not counted. */
export const gatewayUntil = (
  customer: Customer,
  catalogs: Catalogs,
  repository: string,
  now: number,
): number => {
  // A clock that is ahead starts a grant a moment later than now.
  const windows = customer.windows.map((window) => ({ ...window, startsAt: 0 }));
  const { openings } = accessTo({ ...customer, windows }, catalogs, repository, Math.floor(now));
  const untils = openings
    .filter(({ pushedBefore }) => pushedBefore === undefined)
    .map(({ endsAt }) => (endsAt === 'never' ? Number.POSITIVE_INFINITY : endsAt));
  return Math.max(0, ...untils);
};

/** Held because too much ended at once: the breaker's business, and not late. */
export const isHeldByBreaker = (customer: Customer | undefined): boolean =>
  customer?.isHeld === true;
