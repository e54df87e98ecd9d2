import { isMap, isScalar, isSeq, type Pair } from 'yaml';
import { note, type Place, placeOf } from './reading.ts';

/** How one kind of value is read. `undefined`: it was wrong, and that is noted. */
export type Reader<Value> = {
  /** The end of `… is 7: ` in a message. */
  readonly allowed: string;
  /** Every key and every fixed value that it knows: the page about the format must name them. */
  readonly words: readonly string[];
  readonly read: (place: Place) => Value | undefined;
};

const SHOWN_MAX = 60;

const cut = (long: string): string =>
  long.length <= SHOWN_MAX ? long : `${long.slice(0, SHOWN_MAX)}…`;

/** A value as it was written, short enough for a message. */
export const shown = (node: unknown): string => {
  if (isMap(node)) return 'an object';
  if (isSeq(node)) return `a list of ${node.items.length}`;
  if (!isScalar(node) || node.value === null) return 'missing';
  return cut(typeof node.value === 'string' ? JSON.stringify(node.value) : sourceOf(node));
};

const sourceOf = (node: { readonly source?: string; readonly value: unknown }): string =>
  node.source ?? String(node.value);

const wrong = (place: Place, { allowed }: Pick<Reader<unknown>, 'allowed'>): undefined =>
  note(place, `${place.path} is ${shown(place.node)}: ${allowed}`);

/** A scalar as it was written: `012345678901` keeps its zero, and `1.0` its point. */
const writtenOf = ({ node, reading }: Place): string | undefined => {
  if (!isScalar(node) || node.value === null) return undefined;
  const written = typeof node.value === 'string' ? node.value : sourceOf(node);
  return reading.copy === undefined ? written : written.replaceAll('{n}', String(reading.copy));
};

export const textOf = <Value = string>(
  pattern: RegExp,
  allowed: string,
  turn: (text: string, place: Place) => Value | undefined,
): Reader<Value> => {
  const self: Reader<Value> = {
    allowed,
    words: [],
    read: (place) => {
      const text = writtenOf(place);
      if (text === undefined || !pattern.test(text)) return wrong(place, self);
      return turn(text, place);
    },
  };
  return self;
};

export const text = (pattern: RegExp, allowed: string): Reader<string> =>
  textOf(pattern, allowed, (found) => found);

export const choice = <const Word extends string>(words: readonly Word[]): Reader<Word> => {
  const allowed = `${words.join(', ')} are allowed`;
  const self: Reader<Word> = {
    allowed,
    words,
    read: (place) => {
      const found = writtenOf(place);
      return words.find((word) => word === found) ?? wrong(place, self);
    },
  };
  return self;
};

export const number = (min: number, max: number, of: 'whole' | 'any' = 'whole'): Reader<number> => {
  const what = of === 'whole' ? 'a whole number' : 'a number';
  const self: Reader<number> = {
    allowed: `${what} from ${min} to ${max} is needed`,
    words: [],
    read: (place) => {
      const found = Number(writtenOf(place)?.trim() || Number.NaN);
      const isRight = found >= min && found <= max && (of === 'any' || Number.isInteger(found));
      return isRight ? found : wrong(place, self);
    },
  };
  return self;
};

export const truth: Reader<boolean> = {
  allowed: 'true or false is needed',
  words: ['true', 'false'],
  read: (place) => {
    const { node } = place;
    return isScalar(node) && typeof node.value === 'boolean' ? node.value : wrong(place, truth);
  },
};

/** `backup:` with nothing behind it. */
export const nothing: Reader<null> = {
  allowed: 'nothing may stand behind it',
  words: [],
  read: (place) => {
    const { node } = place;
    const isEmpty = node === null || (isScalar(node) && node.value === null);
    return isEmpty ? null : wrong(place, nothing);
  },
};

export const list = <Value>(
  of: Reader<Value>,
  min: number,
  max: number,
): Reader<readonly Value[]> => {
  const self: Reader<readonly Value[]> = {
    allowed: `a list of ${min} to ${max} is needed`,
    words: of.words,
    read: (place) => {
      const { node } = place;
      if (!isSeq(node) || node.items.length < min || node.items.length > max) {
        return wrong(place, self);
      }
      const read = node.items.map((item, index) =>
        of.read(placeOf(place, item, `${place.path}[${index}]`)),
      );
      return read.every((value) => value !== undefined) ? (read as Value[]) : undefined;
    },
  };
  return self;
};

/** Plain JSON of any shape. */
export const json: Reader<unknown> = {
  allowed: 'a value is needed',
  words: [],
  read: (place) => {
    const { node, reading } = place;
    if (isScalar(node) || isMap(node) || isSeq(node)) return node.toJS(reading.document);
    return wrong(place, json);
  },
};

type Field<Value, Needed extends boolean> = {
  readonly reader: Reader<Value>;
  readonly isNeeded: Needed;
};
type Shape = Readonly<Record<string, Field<unknown, boolean>>>;
type Keys<Fields extends Shape, Needed extends boolean> = {
  [Key in keyof Fields]: Fields[Key] extends { readonly isNeeded: Needed } ? Key : never;
}[keyof Fields];
type ValueOf<Of> = Of extends Field<infer Value, boolean> ? Value : never;
export type Read<Fields extends Shape> = {
  readonly [Key in Keys<Fields, true>]: ValueOf<Fields[Key]>;
} & { readonly [Key in Keys<Fields, false>]?: ValueOf<Fields[Key]> };

export const needed = <Value>(reader: Reader<Value>): Field<Value, true> => ({
  reader,
  isNeeded: true,
});
export const optional = <Value>(reader: Reader<Value>): Field<Value, false> => ({
  reader,
  isNeeded: false,
});

export type Entries = ReadonlyMap<string, { readonly key: unknown; readonly value: unknown }>;

const fieldPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** The fields of an object, without those that nobody knows: each of them is a mistake. */
export const entriesOf = (place: Place, known: readonly string[]): Entries | undefined => {
  const { node, path } = place;
  if (!isMap(node)) {
    return note(
      place,
      `${path || 'the file'} is ${shown(node)}: an object with ${known.join(', ')} is needed`,
    );
  }
  const entries = new Map<string, { readonly key: unknown; readonly value: unknown }>();
  for (const { key, value } of node.items as readonly Pair[]) {
    const name = isScalar(key) ? sourceOf(key) : shown(key);
    if (known.includes(name)) entries.set(name, { key, value });
    else {
      const where = fieldPath(path, cut(name));
      note(placeOf(place, key, ''), `${where} is not a known key: ${known.join(', ')} are allowed`);
    }
  }
  return entries;
};

export const object = <Fields extends Shape>(fields: Fields): Reader<Read<Fields>> => {
  const known = Object.keys(fields);
  return {
    allowed: `an object with ${known.join(', ')} is needed`,
    words: [...known, ...Object.values(fields).flatMap(({ reader }) => reader.words)],
    read: (place) => {
      const problems = place.reading.problems.length;
      const entries = entriesOf(place, known);
      if (entries === undefined) return undefined;
      const read = known.flatMap((name) => {
        const value = readField(place, name, fields[name], entries.get(name));
        return value === undefined ? [] : [[name, value] as const];
      });
      const isRight = place.reading.problems.length === problems;
      return isRight ? (Object.fromEntries(read) as Read<Fields>) : undefined;
    },
  };
};

const readField = (
  place: Place,
  name: string,
  field: Field<unknown, boolean> | undefined,
  entry: { readonly key: unknown; readonly value: unknown } | undefined,
): unknown => {
  const path = fieldPath(place.path, name);
  if (field === undefined) return undefined;
  if (entry !== undefined) {
    const { spot } = placeOf(place, entry.key, path);
    return field.reader.read(placeOf({ ...place, spot }, entry.value, path));
  }
  return field.isNeeded ? note(place, `${path} is missing: ${field.reader.allowed}`) : undefined;
};

export const map = <From, To>(
  reader: Reader<From>,
  turn: (value: From, place: Place) => To | undefined,
): Reader<To> => ({
  ...reader,
  read: (place) => {
    const value = reader.read(place);
    return value === undefined ? undefined : turn(value, place);
  },
});

/** `cancel: s1` for short, or an object with more in it. */
export const orObject = <Value>(short: Reader<Value>, long: Reader<Value>): Reader<Value> => ({
  allowed: `${short.allowed}; or ${long.allowed}`,
  words: [...short.words, ...long.words],
  read: (place) => (isMap(place.node) ? long : short).read(place),
});

/** Without what is `undefined`: a plan leaves out what nobody said. */
export const given = <Fields extends object>(
  fields: Fields,
): { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
