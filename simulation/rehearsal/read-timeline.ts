import { isMap, isNode, isSeq } from 'yaml';
import { EXPECTATIONS } from './read-expectations.ts';
import { PEOPLE } from './read-people.ts';
import { STRIPE } from './read-stripe.ts';
import { TROUBLE } from './read-trouble.ts';
import { type Entries, entriesOf, number, type Reader, shown } from './readers.ts';
import { note, type Place, placeOf } from './reading.ts';
import type { Said, Step } from './rehearsal.ts';
import { duration, moment } from './times.ts';

/** A step with its time, in seconds since the beginning, and its entry: the line and what it says. */
export type TimedStep = Step & Said & { readonly at: number };

const HAPPENINGS: Readonly<Record<string, Reader<Step>>> = {
  ...STRIPE,
  ...PEOPLE,
  ...TROUBLE,
  ...EXPECTATIONS,
};

const STEPS_MAX = 100_000;
const copies = number(1, 10_000);

/** What says when and how often; everything else says what. */
const MANNER = { at: moment, after: duration, copies, spread: duration } as const;

const KEYS = [...Object.keys(MANNER), ...Object.keys(HAPPENINGS)];

export const TIMELINE_WORDS: readonly string[] = [
  ...KEYS,
  ...Object.values(HAPPENINGS).flatMap(({ words }) => words),
];

export const readTimeline = (place: Place): readonly TimedStep[] | undefined => {
  const { node, reading } = place;
  if (!isSeq(node) || node.items.length === 0) {
    return note(
      place,
      `timeline is ${shown(node)}: a list of what happens, in order of time, is needed`,
    );
  }
  const steps: TimedStep[] = [];
  reading.at = 0;
  for (const [index, item] of node.items.entries()) {
    steps.push(...readEntry(placeOf(place, item, `timeline[${index}]`)));
    if (steps.length > STEPS_MAX) {
      return note(place, `timeline has more than ${STEPS_MAX} entries, copies counted`);
    }
  }
  return steps;
};

const readEntry = (place: Place): readonly TimedStep[] => {
  if (!isMap(place.node)) {
    const found = shown(place.node);
    note(place, `${place.path} is ${found}: an object such as { at: +3d, cancel: s1 } is needed`);
    return [];
  }
  // The place in the list helps nobody: the line does.
  const entries = entriesOf({ ...place, path: '' }, KEYS);
  if (entries === undefined) return [];
  const [key, ...others] = [...entries.keys()].filter((each) => !Object.hasOwn(MANNER, each));
  const reader = HAPPENINGS[key ?? ''];
  if (key === undefined || reader === undefined || others.length > 0) {
    const found =
      key === undefined ? 'says nothing that happens' : `says ${[key, ...others].join(' and ')}`;
    note(place, `this entry ${found}: exactly one thing for each entry is needed`);
    return [];
  }
  const entry = { place, entries, key, reader };
  return inTime(entry) ? readCopies(entry) : [];
};

type Entry = {
  readonly place: Place;
  readonly entries: Entries;
  readonly key: string;
  readonly reader: Reader<Step>;
};

const placeAt = ({ place, entries }: Entry, name: string): Place | undefined => {
  const found = entries.get(name);
  return found === undefined
    ? undefined
    : placeOf(placeOf(place, found.key, name), found.value, name);
};

/** `null`: the entry does not say it. */
const readManner = <Name extends keyof typeof MANNER>(
  entry: Entry,
  name: Name,
): number | null | undefined => {
  const found = placeAt(entry, name);
  return found === undefined ? null : MANNER[name].read(found);
};

/** Without a time an entry happens with the one before it. */
const inTime = (entry: Entry): boolean => {
  const { place } = entry;
  const { reading } = place;
  const at = readManner(entry, 'at');
  const after = readManner(entry, 'after');
  if (at === undefined || after === undefined) return false;
  if (at !== null && after !== null) {
    note(place, 'this entry has at and after: one of them is enough');
    return false;
  }
  if (at !== null && at < reading.at) {
    const found = placeAt(entry, 'at') ?? place;
    note(found, 'at is before the entry above it: the timeline is in order of time');
    return false;
  }
  reading.at = (at ?? reading.at) + (after ?? 0);
  return true;
};

const readCopies = (entry: Entry): readonly TimedStep[] => {
  const { place } = entry;
  const { reading } = place;
  const count = readManner(entry, 'copies');
  const spreadSeconds = readManner(entry, 'spread');
  if (count === undefined || spreadSeconds === undefined) return [];
  if (count === null && spreadSeconds !== null) {
    note(place, 'spread is for entries with copies');
    return [];
  }
  const problems = reading.problems.length;
  const startsAt = reading.at;
  const steps: TimedStep[] = [];
  const total = count ?? 1;
  // A mistake in one copy is a mistake in all.
  for (let copy = 1; copy <= total && reading.problems.length === problems; copy += 1) {
    reading.copy = count === null ? undefined : copy;
    reading.at = startsAt + Math.floor(((spreadSeconds ?? 0) * (copy - 1)) / total);
    steps.push(...readOne(entry));
  }
  reading.copy = undefined;
  reading.at = startsAt;
  return steps;
};

const readOne = (entry: Entry): readonly TimedStep[] => {
  const { place, key, reader } = entry;
  const value = placeAt(entry, key) ?? place;
  const step = reader.read(value);
  if (step === undefined) return [];
  const said = { line: place.spot.line, text: sourceText(value, `${key}:`) };
  return [{ ...step, ...said, at: place.reading.at }];
};

const TEXT_MAX = 160;

/** As the file has it, in one line. */
const sourceText = ({ node, reading }: Place, key: string): string => {
  const [from, to] = isNode(node) ? (node.range ?? []) : [];
  const source = from === undefined ? '' : reading.source.slice(from, to);
  const text = `${key} ${source.replaceAll(/\s+/g, ' ')}`.trim();
  const whole = reading.copy === undefined ? text : text.replaceAll('{n}', String(reading.copy));
  return whole.length <= TEXT_MAX ? whole : `${whole.slice(0, TEXT_MAX)}…`;
};
