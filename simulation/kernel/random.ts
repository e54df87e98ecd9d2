/** Numbers from 0 up to 1, the same for the same name and seed, whatever else was drawn. */
export type Random = () => number;

/** mulberry32. */
export const randomOf = (seed: number, name: string): Random => {
  let state = mixed(seed, name);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let next = Math.imul(state ^ (state >>> 15), 1 | state);
    next = (next + Math.imul(next ^ (next >>> 7), 61 | next)) ^ next;
    return ((next ^ (next >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** So that neighbouring seeds and names have nothing in common. */
const mixed = (seed: number, name: string): number =>
  hashOf(name, 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1));

/** FNV-1a over the text, from where another text ended. */
export const hashOf = (text: string, from: number): number => {
  let hash = from;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
};

/**
 * From 0 up to 1, by what it is about instead of by turn: whatever else happens in between, and how
 * often, the same thing has the same number.
 */
export const shareOf = (hash: number, salt: number): number => {
  let next = hash ^ salt;
  next = Math.imul(next ^ (next >>> 16), 0x85ebca6b);
  next = Math.imul(next ^ (next >>> 13), 0xc2b2ae35);
  return ((next ^ (next >>> 16)) >>> 0) / 4_294_967_296;
};

/** A salt of its own for every stream. */
export const saltOf = (random: Random): number => Math.floor(random() * 4_294_967_296) | 0;

const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);

/** All digits of a time count. */
export const hashOfTime = (time: number, from: number): number => {
  DOUBLE[0] = time;
  const [low = 0, high = 0] = WORDS;
  return Math.imul(Math.imul(from ^ low, 0x01000193) ^ high, 0x01000193) | 0;
};

export const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
};

/** A whole number from `from` to `to`, both included. */
export const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1));
