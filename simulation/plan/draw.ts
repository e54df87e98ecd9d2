import { between, pick, type Random, randomOf } from '../kernel/random.ts';

/** Numbers of one part of a plan: what another part draws changes nothing here. */
export type Draw = {
  readonly chance: (share: number) => boolean;
  /** A whole number, both ends included. */
  readonly between: (from: number, to: number) => number;
  /** A number from `from` up to `to`, in thousandths. */
  readonly share: (from: number, to: number) => number;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  /** Each of them with this chance, in random order. */
  readonly some: <Item>(items: readonly Item[], share: number) => readonly Item[];
  /** By their weights. */
  readonly weighed: <Item>(items: readonly (readonly [weight: number, item: Item])[]) => Item;
};

export const drawOf = (seed: number, part: string): Draw => {
  const random = randomOf(seed, `plan: ${part}`);
  return {
    chance: (share) => random() < share,
    between: (from, to) => between(random, from, Math.max(from, to)),
    share: (from, to) => Math.round((from + (to - from) * random()) * 1_000) / 1_000,
    pick: (items) => pick(random, items),
    some: (items, share) => shuffled(random, items).filter(() => random() < share),
    weighed: (items) => weighed(random, items),
  };
};

const shuffled = <Item>(random: Random, items: readonly Item[]): readonly Item[] =>
  items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);

const weighed = <Item>(random: Random, items: readonly (readonly [number, Item])[]): Item => {
  const all = items.reduce((sum, [weight]) => sum + weight, 0);
  let left = random() * all;
  for (const [weight, item] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  throw new Error('there is nothing to draw from');
};
