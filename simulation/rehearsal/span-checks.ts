import type { Plan } from '../plan/plan.ts';
import { listText, WITHOUT_ACCOUNT } from './look.ts';
import { accountsAt } from './named-accounts.ts';
import type { Check, Door } from './rehearsal.ts';
import type { Track, Tracks } from './tracks.ts';

type SpanCheck = Extract<Check, { readonly kind: 'always' | 'never' | 'one_of' }>;

export type Breach = {
  /** Epoch seconds. */
  readonly at: number;
  readonly where: string;
  readonly open: readonly string[];
};

type Sight = { readonly where: string; readonly track: Track };

/** The first instant of the span at which it was otherwise. */
export const breachOf = (tracks: Tracks, plan: Plan, check: SpanCheck): Breach | undefined => {
  const from = plan.startsAt + check.at;
  const until = plan.startsAt + check.until;
  const accounts = check.accounts ?? accountsAt(plan, check.customer, check.at);
  const sights = check.doors.flatMap((door) => sightsAt(tracks, door, check.customer, accounts));
  const breaches = sights.flatMap(({ where, track }): readonly Breach[] => {
    const at = instantsOf(track, from, until).find((each) => !isAsSaid(check, openAt(track, each)));
    return at === undefined ? [] : [{ at, where, open: openAt(track, at) }];
  });
  return breaches.toSorted((a, b) => a.at - b.at)[0];
};

const sightsAt = (
  tracks: Tracks,
  door: Door,
  customer: string,
  accounts: readonly string[],
): readonly Sight[] => {
  if (door === 'gateway') return [{ where: 'at the gateway', track: tracks.gateway(customer) }];
  if (accounts.length === 0) return [{ where: WITHOUT_ACCOUNT, track: new Map() }];
  return accounts.map((account) => ({
    where: `from AWS account ${account}`,
    track: tracks.aws(account),
  }));
};

/** The beginning, and every instant after it at which something opened or closed. */
const instantsOf = (track: Track, from: number, until: number): readonly number[] => {
  const changes = [...track.values()].flatMap((spans) =>
    spans.flatMap((span) => [span.from, span.until]),
  );
  const within = changes.filter((at) => from < at && at < until);
  return [from, ...[...new Set(within)].toSorted((a, b) => a - b)];
};

const openAt = (track: Track, at: number): readonly string[] =>
  [...track]
    .filter(([, spans]) => spans.some((span) => span.from <= at && at < span.until))
    .map(([name]) => name);

const isAsSaid = (check: SpanCheck, open: readonly string[]): boolean => {
  switch (check.kind) {
    case 'always':
      return check.open.every((name) => open.includes(name));
    case 'never':
      return !check.open.some((name) => open.includes(name));
    default:
      return check.sets.some((set) => listText(set) === listText(open));
  }
};

export const spanText = (check: SpanCheck): string => {
  switch (check.kind) {
    case 'always':
      return `always ${listText(check.open)}`;
    case 'never':
      return `never ${check.open.join(', ')}`;
    default:
      return `always ${check.sets.map(listText).join(', or ')}`;
  }
};
