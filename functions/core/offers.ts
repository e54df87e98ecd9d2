import type { Catalog, Offer } from './catalog.ts';
import type { Window } from './customer.ts';

/** The offer that a Stripe product opens, and its id. The catalog check makes it at most one. */
export const offerOfProduct = (
  { offers }: Catalog,
  productId: string,
): readonly [string, Offer] | undefined =>
  Object.entries(offers).find(([, { products }]) => products.includes(productId));

/** An own property only: an offer id comes from the table and may be any text. */
export const offerOf = (catalog: Catalog, offerId: string): Offer | undefined =>
  Object.hasOwn(catalog.offers, offerId) ? catalog.offers[offerId] : undefined;

/** The offers that these windows open, each once. */
export const offersIn = (windows: readonly Pick<Window, 'offerId'>[]): readonly string[] => [
  ...new Set(windows.map(({ offerId }) => offerId)),
];
