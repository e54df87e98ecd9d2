import type { World } from '../world/world.ts';
import { pullsOf } from './afterwards.ts';
import type { Counters, MadeEvent } from './counters.ts';
import { accountsEver } from './named-accounts.ts';
import { given } from './readers.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { ActMark, Bar, CustomerTale, EventMark, PullMark, TroubleSpan } from './result.ts';
import type { Track, Tracks } from './tracks.ts';

type Observed = {
  readonly counters: Counters;
  readonly tracks: Tracks;
  readonly expectations: {
    readonly awsPulls: readonly (PullMark & { readonly account: string })[];
  };
};

/** What each customer lived through, up to the end of the rehearsal: the calm after it is left out. */
export const talesOf = async (
  world: World,
  rehearsal: Rehearsal,
  observed: Observed,
): Promise<readonly CustomerTale[]> => {
  const { plan, far } = world;
  const end = plan.startsAt + plan.seconds;
  const acts = actsByCustomer(rehearsal);
  const events = eventMarks(observed.counters);
  const pulls = pullMarks(world, rehearsal);
  return Promise.all(
    rehearsal.customers.map(async (customerId): Promise<CustomerTale> => {
      const transitions = await far.stores.customers.listAudit(customerId);
      const mine = accountsEver(plan, customerId);
      return {
        customerId,
        transitions: transitions.filter(({ at }) => at <= end),
        bars: barsOf(observed.tracks, { customerId, accounts: mine, end }),
        acts: acts.get(customerId) ?? [],
        events: events
          .filter(({ text, at }) => at <= end && text.includes(`"${customerId}"`))
          .map(({ text: _text, ...mark }) => mark),
        pulls: [
          ...(pulls.get(customerId) ?? []),
          ...observed.expectations.awsPulls
            .filter(({ account }) => mine.includes(account))
            .map(({ account: _account, ...mark }) => mark),
        ].toSorted((a, b) => a.at - b.at),
      };
    }),
  );
};

const addTo = <Value>(lists: Map<string, Value[]>, key: string, value: Value): void => {
  lists.set(key, [...(lists.get(key) ?? []), value]);
};

/** Subscriptions are their customer's. */
const actsByCustomer = ({ plan, said }: Rehearsal): ReadonlyMap<string, readonly ActMark[]> => {
  const owners = new Map<string, string>();
  const acts = new Map<string, ActMark[]>();
  for (const [index, { at, act }] of plan.acts.entries()) {
    const { customer, subscription = '', object = '' }: Named = act;
    if (act.does === 'subscribe') owners.set(act.subscription, act.customer);
    // Pulls are told with what became of them.
    if (act.does === 'pull') continue;
    const owner = customer ?? owners.get(subscription) ?? owners.get(object);
    const { line, text } = said.acts[index] ?? { line: 0, text: act.does };
    if (owner !== undefined) addTo(acts, owner, { at: plan.startsAt + at, line, text });
  }
  return acts;
};

type Named = {
  readonly who: string;
  readonly customer?: string;
  readonly subscription?: string;
  readonly object?: string;
};

const eventMarks = ({
  events,
  answers,
}: Counters): readonly (EventMark & { readonly text: string })[] => {
  const arrivals = new Map<string, number>();
  for (const { eventId, status, at } of answers) {
    const isTaken = status >= 200 && status < 300;
    if (isTaken && !arrivals.has(eventId)) arrivals.set(eventId, at);
  }
  return events().map(({ id, at, type, text }) => ({
    at,
    type,
    text,
    ...given({ arrivedAt: arrivals.get(id) }),
  }));
};

const pullMarks = (
  world: World,
  { checks }: Rehearsal,
): ReadonlyMap<string, readonly PullMark[]> => {
  const marks = new Map<string, PullMark[]>();
  for (const { check, at, outcome } of pullsOf(world, checks)) {
    const text = `${check.repository}:${check.tag}: ${outcome}`;
    addTo(marks, check.customer, { at, text, isServed: outcome === 'served' });
  }
  return marks;
};

type Whose = {
  readonly customerId: string;
  readonly accounts: readonly string[];
  readonly end: number;
};

const barsOf = (tracks: Tracks, { customerId, accounts, end }: Whose): readonly Bar[] => [
  ...barsIn(tracks.offers(customerId), end, { door: 'gateway', isKept: false }),
  ...barsIn(tracks.kept(customerId), end, { door: 'gateway', isKept: true }),
  ...accounts.flatMap((account) =>
    barsIn(tracks.aws(account), end, { door: 'aws', isKept: false }).map((bar) => ({
      ...bar,
      name: accounts.length === 1 ? bar.name : `${bar.name} (${account})`,
    })),
  ),
];

const barsIn = (track: Track, end: number, kind: Pick<Bar, 'door' | 'isKept'>): readonly Bar[] =>
  [...track].flatMap(([name, spans]) =>
    spans
      .filter(({ from }) => from < end)
      .map(({ from, until, because }) => ({
        ...kind,
        name,
        from,
        until: Math.min(until, end),
        ...given({ because }),
      })),
  );

export const troubleOf = (
  { plan, said }: Rehearsal,
  { faultsMet, events }: Counters,
): readonly TroubleSpan[] => [
  ...plan.faults.map(({ from, until }, index) => ({
    kind: 'fault' as const,
    from: plan.startsAt + from,
    until: plan.startsAt + until,
    ...(said.faults[index] ?? { line: 0, text: '' }),
    met: faultsMet[index] ?? 0,
  })),
  ...plan.travel.map(({ from, until, mishap, ...window }, index) => ({
    kind: 'events' as const,
    from: plan.startsAt + from,
    until: plan.startsAt + until,
    ...(said.travel[index] ?? { line: 0, text: '' }),
    // What was never made is in no list.
    ...(mishap.kind === 'never_generated'
      ? {}
      : {
          met: metBy(events(), {
            ...window,
            from: plan.startsAt + from,
            until: plan.startsAt + until,
          }),
        }),
  })),
];

type Window = {
  readonly from: number;
  readonly until: number;
  readonly type?: string;
  readonly customer?: string;
};

/** Events that a window was for; with a share below 1 not all of them met it. */
const metBy = (events: readonly MadeEvent[], window: Window): number =>
  events.filter(
    ({ at, type, text }) =>
      window.from <= at &&
      at < window.until &&
      (window.type ?? type) === type &&
      (window.customer === undefined || text.includes(`"${window.customer}"`)),
  ).length;
