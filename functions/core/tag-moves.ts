import type { ReleaseTag } from './release.ts';
import type { EpochSeconds } from './time.ts';

type History = ReleaseTag['history'];

const HISTORY_MAX = 20;

/** What a tag points and pointed at, when ECR says now that it points at `digest`. */
export const historySeen = (history: History, digest: string, now: EpochSeconds): History =>
  history[0]?.digest === digest ? history : moved(history, { digest, since: now });

/**
 * The same, from a listing, which knows when the image was pushed. What was seen at `now` for the
 * first time may have been there since then, unless the tag pointed elsewhere after that.
 */
export const historyListed = (
  history: History,
  image: { readonly digest: string; readonly pushedAt: EpochSeconds },
  now: EpochSeconds,
): History => {
  const seen = historySeen(history, image.digest, now);
  const before = seen.at(1)?.since ?? 0;
  const datedBack = seen
    .slice(0, 1)
    .filter(({ since }) => before < image.pushedAt && image.pushedAt < since)
    .map(({ digest }) => ({ digest, since: image.pushedAt }));
  return [...datedBack, ...seen.slice(datedBack.length)];
};

const moved = (history: History, present: History[number]): History =>
  [present, ...history].slice(0, HISTORY_MAX);
