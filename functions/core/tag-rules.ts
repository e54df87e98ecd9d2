import satisfies from 'semver/functions/satisfies.js';
import type { Catalog, Offer, TagRule } from './catalog.ts';
import { canonicalJson, fingerprintOf } from './fingerprint.ts';
import type { Catalogs } from './members-of.ts';
import { isSameCover, rulesIn } from './tag-cover.ts';
import type { EpochSeconds } from './time.ts';

/** Any of the rules matches; without rules everything is sold. What no rule can read does not match. */
export const isSold = (rules: readonly TagRule[], tag: string): boolean =>
  rules.length === 0 || rules.some((rule) => matches(rule, tag));

/**
 * The name under which items note that a rule matched. While the deployed and the accepted catalog
 * have different rules for an offer in a repository, items carry both names.
 */
export const openKeyOf = (role: keyof Catalogs, offerId: string): string =>
  role === 'deployed' ? offerId : `accepted:${offerId}`;

/** What a tag opens, by open key. Offers without tag rules are not named: they open all there is. */
export const opensOf = (
  catalogs: Catalogs,
  repository: string,
  tag: string,
  at: EpochSeconds,
): Readonly<Record<string, EpochSeconds>> =>
  Object.fromEntries(
    keyedRules(catalogs, repository)
      .filter(([, rules]) => isSold(rules, tag))
      .map(([openKey]) => [openKey, at]),
  );

/**
 * Changes when any tag rule that concerns the repository does, and with nothing else: two pairs of
 * catalogs whose rules agree have one hash, so what was stamped under one is good under the other.
 */
export const rulesHashOf = (catalogs: Catalogs, repository: string): string =>
  fingerprintOf(
    canonicalJson(
      keyedRules(catalogs, repository).map(([openKey, rules]) => [
        openKey,
        ...rules.map(canonicalJson).sort(),
      ]),
    ),
  );

/** Every open key that an item of the repository can carry, and its rules, in one order. */
const keyedRules = (
  { deployed, accepted }: Catalogs,
  repository: string,
): readonly (readonly [string, readonly TagRule[]])[] => {
  const own = ruled(deployed, repository).map(
    ([offerId, { tags }]) => [openKeyOf('deployed', offerId), tags] as const,
  );
  const owed = ruled(accepted, repository)
    .filter(([offerId, { tags }]) => {
      const present = rulesIn(deployed, offerId, repository);
      return present === undefined || !isSameCover(present, tags);
    })
    .map(([offerId, { tags }]) => [openKeyOf('accepted', offerId), tags] as const);
  return [...own, ...owed].sort(([a], [b]) => (a < b ? -1 : 1));
};

const ruled = ({ offers }: Catalog, repository: string): readonly (readonly [string, Offer])[] =>
  Object.entries(offers).filter(
    ([, { repositories, tags }]) => tags.length > 0 && repositories.includes(repository),
  );

const matches = (rule: TagRule, tag: string): boolean =>
  'glob' in rule ? matchesGlob(rule.glob, tag) : satisfies(versionOf(tag), rule.semver);

/** A tag cannot contain `+`; Helm writes `_` in its place. */
const versionOf = (tag: string): string => tag.replace('_', '+');

/** Each part is taken where it first fits, which is never worse than later: nothing is tried twice. */
const matchesGlob = (glob: string, tag: string): boolean => {
  const [first = '', ...parts] = glob.split('*');
  const last = parts.pop();
  if (last === undefined) return tag === first;
  const end = tag.length - last.length;
  if (first.length > end || !tag.startsWith(first) || !tag.endsWith(last)) return false;
  let from = first.length;
  for (const part of parts) {
    const at = tag.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
};
