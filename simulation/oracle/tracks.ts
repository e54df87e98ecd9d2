import type { Door } from './doors.ts';
import type { Fate } from './excuses.ts';

/** Until when something may be open, must be open, and is open. */
export type Standing = { readonly most: number; readonly least: number; readonly open: number };

/** One door of one customer or account to one repository, followed through time. */
export type Track = {
  readonly door: Door;
  /** A customer, or an account. */
  readonly who: string;
  readonly repository: string;
  untils: Standing;
  at: number;
  /** Open although it may not be, since then. */
  wrong: Late | undefined;
  /** Not open although it must be, since then. */
  owed: Late | undefined;
};

type Late = { readonly since: number; readonly fate: Fate };

export type Lateness = {
  readonly track: Track;
  readonly kind: 'revocation' | 'access';
  readonly late: Late;
  readonly until: number;
  /** It has ended; otherwise it still goes on. */
  readonly isOver: boolean;
};

export const newTrack = (door: Door, who: string, repository: string, at: number): Track => ({
  door,
  who,
  repository,
  untils: { most: 0, least: 0, open: 0 },
  at,
  wrong: undefined,
  owed: undefined,
});

type Tell = (lateness: Lateness) => void;

/** Time has passed and changed nothing but what the clock ends. */
export const pass = (track: Track, now: number, tell: Tell): void => {
  const { at } = track;
  track.at = now;
  if (at >= now) return;
  passWrong(track, { at, now }, tell);
  passOwed(track, { at, now }, tell);
};

type Span = { readonly at: number; readonly now: number };

const passWrong = (track: Track, { at, now }: Span, tell: Tell): void => {
  const { most, open } = track.untils;
  const from = Math.max(at, most);
  if (from < Math.min(open, now)) track.wrong ??= { since: from, fate: 'clock' };
  if (track.wrong === undefined) return;
  const until = Math.min(now, Math.max(open, track.wrong.since));
  tell({ track, kind: 'revocation', late: track.wrong, until, isOver: open <= now });
  if (open <= now) track.wrong = undefined;
};

const passOwed = (track: Track, { at, now }: Span, tell: Tell): void => {
  const { least, open } = track.untils;
  const from = Math.max(at, open);
  if (from < Math.min(least, now)) track.owed ??= { since: from, fate: 'clock' };
  if (track.owed === undefined) return;
  // What is owed no longer was owed until then, and not in vain.
  const until = Math.min(now, least);
  tell({ track, kind: 'access', late: track.owed, until, isOver: false });
  if (least <= now) track.owed = undefined;
};

/** Something has changed now, and this is how it stands from here on. */
export const turn = (
  track: Track,
  now: number,
  next: Standing,
  { fate, tell }: { readonly fate: Fate; readonly tell: Tell },
): void => {
  pass(track, now, tell);
  track.untils = next;
  const isOpen = next.open > now;
  const isWrong = isOpen && next.most <= now;
  if (!isWrong && track.wrong !== undefined) {
    tell({ track, kind: 'revocation', late: track.wrong, until: now, isOver: true });
    track.wrong = undefined;
  }
  if (isWrong) track.wrong ??= { since: now, fate };
  const isOwed = next.least > now && !isOpen;
  if (!isOwed && track.owed !== undefined) {
    tell({ track, kind: 'access', late: track.owed, until: now, isOver: isOpen });
    track.owed = undefined;
  }
  if (isOwed) track.owed ??= { since: now, fate };
};
