import type { Customer } from '../../functions/core/customer.ts';
import { keptOf } from '../../functions/core/kept-time.ts';
import { DAY, isOpen } from '../../functions/core/time.ts';
import type { World } from '../world/world.ts';
import type { Eyes } from './eyes.ts';
import type { Reason } from './rehearsal.ts';

/** What was open from when until when, by a name; `until` is infinite as long as it is open. */
type Span = { readonly from: number; until: number; readonly because: Reason | undefined };
export type Track = Map<string, Span[]>;

export type Tracks = {
  /** By repository. */
  gateway(customerId: string): Track;
  /** By offer, with the reason. */
  offers(customerId: string): Track;
  /** By repository: what is kept after the end. */
  kept(customerId: string): Track;
  /** By repository. */
  aws(account: string): Track;
};

/** Follows both doors through the whole run: every instant at which something opens or closes is seen. */
export const trackDoors = (world: World, eyes: Eyes, customers: readonly string[]) => {
  const known = { gateway: byName(), offers: byName(), kept: byName(), aws: byName() };
  const dirty = dirtOf(world, customers);
  const { kernel } = world.far;
  let policies = new Map<string, readonly string[]>();

  const lookAtCustomer = (customerId: string): void => {
    const now = kernel.now();
    const { open, kept } = eyes.gateway(customerId, now);
    write(known.gateway(customerId), new Map(open.map((name) => [name, undefined])), now);
    write(known.kept(customerId), new Map(kept.map((name) => [name, undefined])), now);
    const found = eyes.customer(customerId);
    write(known.offers(customerId), offersOpen(found, now), now);
    for (const at of boundariesOf(found, eyes, now)) {
      kernel.at(at, () => dirty.customers.add(customerId));
    }
  };
  const lookAtPolicies = (): void => {
    const now = kernel.now();
    const next = new Map(eyes.repositories.map((name) => [name, world.far.ecr.allowed(name)]));
    const accounts = new Set([...policies.values(), ...next.values()].flat());
    for (const account of accounts) {
      const open = [...next].filter(([, allowed]) => allowed.includes(account));
      write(known.aws(account), new Map(open.map(([name]) => [name, undefined])), now);
    }
    policies = next;
  };
  return {
    tracks: known satisfies Tracks,
    /** After each thing that happened. */
    step: (): void => {
      dirty.notice();
      for (const customerId of dirty.customers) lookAtCustomer(customerId);
      dirty.customers.clear();
      if (dirty.takePolicies()) lookAtPolicies();
    },
  };
};

const byName = (): ((name: string) => Track) => {
  const tracks = new Map<string, Track>();
  return (name) => {
    const track = tracks.get(name) ?? new Map();
    tracks.set(name, track);
    return track;
  };
};

type Open = ReadonlyMap<string, Reason | undefined>;

/** What is open now, with its reason, over what was open before. */
const write = (track: Track, open: Open, now: number): void => {
  for (const [name, spans] of track) {
    const last = spans.at(-1);
    const goesOn = open.has(name) && open.get(name) === last?.because;
    if (last !== undefined && last.until > now && !goesOn) end(spans, last, now);
  }
  for (const [name, because] of open) {
    const spans = track.get(name) ?? [];
    track.set(name, spans);
    const isOn = (spans.at(-1)?.until ?? 0) > now;
    if (!isOn) spans.push({ from: now, until: Number.POSITIVE_INFINITY, because });
  }
};

/** What began and ended at one instant was not there. */
const end = (spans: Span[], last: Span, now: number): void => {
  last.until = now;
  if (last.from === now) spans.pop();
};

/** The reason of the window that ends last. */
const offersOpen = (
  customer: Customer | undefined,
  now: number,
): ReadonlyMap<string, Reason | undefined> => {
  const open = (customer?.windows ?? [])
    .filter((window) => isOpen(window, now))
    .toSorted((a, b) => a.endsAt - b.endsAt);
  return new Map(open.map(({ offerId, because }) => [offerId, because]));
};

/** When the clock alone will change what is open. */
const boundariesOf = (
  customer: Customer | undefined,
  eyes: Eyes,
  now: number,
): readonly number[] => {
  if (customer === undefined) return [];
  const windows = customer.windows.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]);
  const kept = keptOf(customer, eyes.catalogs(), now).flatMap(({ endsAt }) =>
    endsAt === 'never' ? [] : [endsAt],
  );
  return [...windows, ...kept].filter((at) => at > now);
};

/** Whose door may have changed since the last look. */
const dirtOf = (world: World, all: readonly string[]) => {
  const { far } = world;
  const customers = new Set<string>();
  const { hooks } = far.stores;
  const inner = hooks.after;
  hooks.after = async (method, args) => {
    await inner?.(method, args);
    if (method === 'saveCustomer') customers.add(String(Object(args[0]).customerId));
    if (method === 'saveCatalogState') for (const id of all) customers.add(id);
  };
  let seen = sightOf(world);
  let arePoliciesDirty = true;
  const midnight = (): void => {
    // The dates of our statements are days: whoever is out at a date, is out at midnight.
    arePoliciesDirty = true;
    far.kernel.at(nextDay(far.kernel.now()), midnight);
  };
  far.kernel.at(nextDay(far.kernel.now()), midnight);
  return {
    customers,
    /** Another catalog, or another table: everybody's. */
    notice: (): void => {
      const now = sightOf(world);
      if (now.bundle !== seen.bundle || now.isStopped !== seen.isStopped) {
        for (const id of all) customers.add(id);
      }
      const isSame =
        now.dead === seen.dead &&
        now.policies.length === seen.policies.length &&
        now.policies.every((each, i) => each === seen.policies[i]);
      if (!isSame) arePoliciesDirty = true;
      seen = now;
    },
    takePolicies: (): boolean => {
      const was = arePoliciesDirty;
      arePoliciesDirty = false;
      return was;
    },
  };
};

const sightOf = ({ system, isStopped, far: { ecr } }: World) => ({
  bundle: system.bundle(),
  isStopped,
  dead: ecr.fake.dead.size,
  policies: [...ecr.fake.stored.values()],
});

const nextDay = (now: number): number => (Math.floor(now / DAY) + 1) * DAY;
