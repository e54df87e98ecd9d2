import type { Stamp } from './release.ts';
import type { EpochSeconds } from './time.ts';

type Times = Readonly<Record<string, EpochSeconds>>;

/**
 * Worked out from more than one set of rules. It covers whatever either of them covered, so that a
 * deployment takes nothing away; the next listing, which knows every tag, works it out again.
 */
const MIXED_RULES = '';

/** What either of two stamps covers, since the earlier time. */
export const joinStamps = (a: Stamp, b: Stamp): Stamp => ({
  firstPushedAt: Math.min(a.firstPushedAt, b.firstPushedAt),
  opens: earliestOf(a.opens, b.opens),
  rulesHash: a.rulesHash === b.rulesHash ? a.rulesHash : MIXED_RULES,
});

/** A stamp worked out from everything there is, over the stored one: other rules replace what it covers. */
export const renewStamp = (stored: Stamp, next: Stamp): Stamp =>
  stored.rulesHash === next.rulesHash
    ? joinStamps(stored, next)
    : { ...next, firstPushedAt: Math.min(stored.firstPushedAt, next.firstPushedAt) };

export const isSameStamp = (a: Stamp, b: Stamp): boolean =>
  a.firstPushedAt === b.firstPushedAt &&
  a.rulesHash === b.rulesHash &&
  Object.keys(a.opens).length === Object.keys(b.opens).length &&
  Object.entries(a.opens).every(([openKey, at]) => b.opens[openKey] === at);

/** By key, the earlier of two times. */
export const earliestOf = (a: Times, b: Times): Times => {
  const times = new Map(Object.entries(a));
  for (const [key, at] of Object.entries(b)) times.set(key, Math.min(times.get(key) ?? at, at));
  return Object.fromEntries(times);
};
