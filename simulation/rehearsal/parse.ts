import { type Document, LineCounter, parseDocument, visit } from 'yaml';
import { DAY, HOUR } from '../../functions/core/time.ts';
import type { Plan } from '../plan/plan.ts';
import { compile, endOf } from './compile.ts';
import {
  type CatalogSources,
  fieldOf,
  type NamedCatalogs,
  readCatalogs,
  scopeOf,
} from './read-catalogs.ts';
import { readTimeline, TIMELINE_WORDS, type TimedStep } from './read-timeline.ts';
import {
  choice,
  given,
  needed,
  number,
  object,
  optional,
  type Read,
  type Reader,
  text,
  truth,
} from './readers.ts';
import { note, type Place, type Problem, type Reading } from './reading.ts';
import type { Rehearsal } from './rehearsal.ts';
import { date, duration, skew } from './times.ts';

export type RehearsalParse =
  | { readonly kind: 'rehearsal'; readonly rehearsal: Rehearsal }
  /** Every mistake there is, in the order of the file. */
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** 1 November 2026, noon. */
const STARTS_AT = 1_793_534_400;
const LASTS_MAX = 5 * 366 * DAY;
const FILE_CHARACTERS_MAX = 1_000_000;
const TOP = { line: 1, column: 1 } as const;

const share = number(0, 1, 'any');
const clock = optional(skew);

const clocks = object({
  webhook: clock,
  sync: clock,
  sweep: clock,
  'apply-policy': clock,
  'index-release': clock,
  gateway: clock,
  operator: clock,
});

const world = object({
  index_lag: optional(duration),
  redelivered: optional(share),
  lost_push_events: optional(share),
  policies_read_back: optional(choice(['written', 'ids', 'shuffled'])),
});

/** Catalogs are read before everything else: what they sell decides how the rest is read. */
const readAlready: Reader<true> = { allowed: 'a catalog is needed', words: [], read: () => true };

const timeline: Reader<readonly TimedStep[]> = {
  allowed: 'a list of what happens, in order of time, is needed',
  words: TIMELINE_WORDS,
  read: readTimeline,
};

const FILE = {
  title: needed(text(/^[^\n]{1,200}$/, 'a line of 1 to 200 characters is needed')),
  about: optional(text(/^[\s\S]{1,4000}$/, 'a text of 1 to 4000 characters is needed')),
  starts: optional(date),
  lasts: optional(duration),
  seed: optional(number(0, 4_294_967_295)),
  invariants: optional(truth),
  catalog: optional(readAlready),
  catalogs: optional(readAlready),
  clocks: optional(clocks),
  world: optional(world),
  timeline: needed(timeline),
} as const;

const file = object(FILE);

/** Every key and every fixed value of the format: the page about it must name them. */
export const vocabulary = (): readonly string[] => [...new Set(file.words)];

/** Reads a file and never throws. */
export const parseRehearsal = (content: string, sources: CatalogSources): RehearsalParse => {
  if (content.length > FILE_CHARACTERS_MAX) {
    const said = `the file has ${content.length} characters: at most ${FILE_CHARACTERS_MAX} are allowed`;
    return { kind: 'invalid', problems: [{ ...TOP, text: said }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const reading: Reading = {
    source: content,
    document,
    lines,
    problems: [...syntaxProblems(document, lines), ...aliasProblems(document, lines)],
    startsAt: STARTS_AT,
    at: 0,
    copy: undefined,
    scope: EMPTY,
  };
  const place: Place = { reading, node: document.contents, path: '', spot: TOP };
  const rehearsal = reading.problems.length === 0 ? readFile(place, sources) : undefined;
  return rehearsal === undefined
    ? { kind: 'invalid', problems: reading.problems.toSorted(inFileOrder) }
    : { kind: 'rehearsal', rehearsal };
};

const syntaxProblems = ({ errors, warnings }: Document, lines: LineCounter): readonly Problem[] =>
  [...errors, ...warnings].map(({ message, pos: [offset] }) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, text: `this is not YAML as it is needed here: ${message}` };
  });

/** What one may name again and again can be made endless. */
const aliasProblems = (document: Document, lines: LineCounter): readonly Problem[] => {
  const problems: Problem[] = [];
  visit(document, {
    Alias: (_key, { source, range }) => {
      const { line, col } = lines.linePos(range?.[0] ?? 0);
      problems.push({
        line,
        column: col,
        text: `*${source} is an alias: write out what it stands for`,
      });
    },
  });
  return problems;
};

const inFileOrder = (a: Problem, b: Problem): number => a.line - b.line || a.column - b.column;

const EMPTY: Reading['scope'] = {
  customers: new Set(),
  subscriptions: new Set(),
  products: new Set(),
  offers: new Set(),
  repositories: new Set(),
  catalogs: [],
};

const readFile = (place: Place, sources: CatalogSources): Rehearsal | undefined => {
  const { reading } = place;
  const starts = fieldOf(place, 'starts');
  // A mistake in it is noted when the whole is read.
  const before = reading.problems.length;
  reading.startsAt = (starts === undefined ? undefined : date.read(starts)) ?? STARTS_AT;
  reading.problems.length = before;
  const catalogs = readCatalogs(place, sources);
  if (catalogs === undefined) return undefined;
  reading.scope = scopeOf(catalogs);
  const said = file.read(place);
  return said === undefined || reading.problems.length > before
    ? undefined
    : rehearsalOf(place, said, catalogs);
};

const rehearsalOf = (
  place: Place,
  said: Read<typeof FILE>,
  catalogs: NamedCatalogs,
): Rehearsal | undefined => {
  const { scope, startsAt } = place.reading;
  const lastAt = Math.max(...said.timeline.map(endOf));
  const seconds = said.lasts ?? lastAt + HOUR;
  const last = fieldOf(place, 'lasts') ?? place;
  if (seconds < lastAt) return note(last, 'lasts ends before the timeline does');
  if (seconds > LASTS_MAX) return note(last, 'the rehearsal lasts longer than five years');
  const { acts, faults, travel, checks } = compile(said.timeline, catalogs);
  return {
    title: said.title,
    ...given({ about: said.about }),
    plan: {
      ...CALM,
      acts: acts.map(({ part }) => part),
      faults: faults.map(({ part }) => part),
      travel: travel.map(({ part }) => part),
      seed: said.seed ?? 1,
      startsAt,
      seconds,
      catalogs: catalogs.map(({ catalog }) => catalog),
      skewSeconds: said.clocks ?? {},
      ...given({
        indexLagSeconds: said.world?.index_lag,
        redeliveredShare: said.world?.redelivered,
        lostNewsShare: said.world?.lost_push_events,
        readsBackAs: said.world?.policies_read_back,
      }),
    },
    customers: [...scope.customers],
    said: {
      acts: acts.map(({ said: each }) => each),
      faults: faults.map(({ said: each }) => each),
      travel: travel.map(({ said: each }) => each),
    },
    checks,
    isWatched: said.invariants ?? true,
  };
};

/** What the file says nothing about. */
const CALM: Pick<
  Plan,
  'latency' | 'indexLagSeconds' | 'redeliveredShare' | 'lostNewsShare' | 'readsBackAs'
> = {
  latency: { usualSeconds: 0.05, stallShare: 0, stallSeconds: 0 },
  indexLagSeconds: 1,
  redeliveredShare: 0,
  lostNewsShare: 0,
  readsBackAs: 'written',
};
