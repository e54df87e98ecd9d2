import type { Catalog } from '../../functions/core/catalog.ts';
import { type Held, NOTHING_HELD, type Rights, rightsOf } from './oracle.ts';
import type { Truth } from './truth.ts';

/** What has been true of one customer, and since when. */
export type Passage = { readonly at: number; readonly truth: Truth };

export type History = {
  readonly passages: readonly Passage[];
  /** By subscription: what may be held at most, had it been looked at in the best moments. */
  readonly most: ReadonlyMap<string, Held>;
  /** Subscriptions that have been over once: whoever saw that does not let them come back. */
  readonly ended: ReadonlySet<string>;
};

export const NO_HISTORY: History = { passages: [], most: new Map(), ended: new Set() };

const ENDED = ['canceled', 'incomplete_expired'];

/** One more thing is true, or another catalog counts. */
export const lived = (
  { passages, most, ended }: History,
  passage: Passage,
  catalogs: readonly Catalog[],
): History => {
  const { at, truth } = passage;
  const isNew = passages.at(-1)?.truth !== truth;
  const next = truth.subscriptions.map((subscription): [string, Held] => {
    const before: Held = { ...(most.get(subscription.id) ?? NOTHING_HELD), isMost: true };
    const opened = catalogs.map((catalog) => rightsOf(catalog, subscription, before, at));
    const rights = union([before.rights, ...opened]);
    return [subscription.id, { ...before, rights, isProven: rights.size > 0 }];
  });
  const over = truth.subscriptions.filter(({ status }) => ENDED.includes(status));
  return {
    passages: isNew ? [...passages, passage] : passages,
    most: new Map([...most, ...next]),
    ended: over.length === 0 ? ended : new Set([...ended, ...over.map(({ id }) => id)]),
  };
};

/** What may be open now at most: the best history, and then what is true now. */
export const mostOf = (
  { passages, most }: History,
  catalogs: readonly Catalog[],
  now: number,
): readonly Rights[] =>
  (passages.at(-1)?.truth.subscriptions ?? []).map((subscription) =>
    union(
      catalogs.map((catalog) =>
        rightsOf(catalog, subscription, most.get(subscription.id) ?? NOTHING_HELD, now),
      ),
    ),
  );

/** What must be open now whatever was not looked at before. */
export const leastOf = (
  { passages, ended }: History,
  deployed: Catalog,
  now: number,
): readonly Rights[] =>
  (passages.at(-1)?.truth.subscriptions ?? [])
    .filter(({ id }) => !ended.has(id))
    .map((subscription) => rightsOf(deployed, subscription, NOTHING_HELD, now));

const union = (all: readonly Rights[]): Rights => {
  const rights = new Map<string, number>();
  for (const [offer, until] of all.flatMap((each) => [...each])) {
    rights.set(offer, Math.max(until, rights.get(offer) ?? 0));
  }
  return rights;
};
