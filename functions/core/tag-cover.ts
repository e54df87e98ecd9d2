import type { Catalog, TagRule } from './catalog.ts';
import { canonicalJson } from './fingerprint.ts';
import { offerOf } from './offers.ts';

/*
 * Rules of tags compared by their text alone, without reading any: the functions that only compare
 * catalogs need no library for versions. Rules that mean the same in other words count as different,
 * which asks the vendor for consent once too often and takes nothing from anybody.
 */

/** The rules of an offer in a repository; `undefined` when the offer does not have it. */
export const rulesIn = (
  catalog: Catalog,
  offerId: string,
  repository: string,
): readonly TagRule[] | undefined => {
  const offer = offerOf(catalog, offerId);
  return offer?.repositories.includes(repository) ? offer.tags : undefined;
};

/** Every tag that `wanted` sells is sold by `rules` too. */
export const coversTags = (rules: readonly TagRule[], wanted: readonly TagRule[]): boolean =>
  rules.length === 0 || (wanted.length > 0 && rulesBeyond(wanted, rules).length === 0);

/** Those of the first that the second does not have. */
const rulesBeyond = (rules: readonly TagRule[], others: readonly TagRule[]): readonly TagRule[] => {
  const known = new Set(others.map(canonicalJson));
  return rules.filter((rule) => !known.has(canonicalJson(rule)));
};

/** Neither sells a tag that the other does not. */
export const isSameCover = (one: readonly TagRule[], other: readonly TagRule[]): boolean =>
  coversTags(one, other) && coversTags(other, one);
