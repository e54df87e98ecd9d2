import { account, customer, repository } from './names.ts';
import { eventType, untilOf } from './read-trouble.ts';
import {
  choice,
  entriesOf,
  given,
  list,
  map,
  needed,
  number,
  object,
  optional,
  type Reader,
} from './readers.ts';
import { note, type Place, placeOf } from './reading.ts';
import type { Count, Door, Expectation, Reason, Step } from './rehearsal.ts';
import { duration, moment } from './times.ts';
import { METRICS, OPEN_REASONS, STRIPE_READS, WITHHELD_REASONS } from './vocabulary.ts';

/* What is expected: at a time, throughout a span, or of what was counted. */

const repositories = list(repository, 0, 100);

const DOORS = { gateway: ['gateway'], aws: ['aws'], both: ['gateway', 'aws'] } as const;
const doors: Reader<readonly Door[]> = map(
  choice(['gateway', 'aws', 'both']),
  (word): readonly Door[] => DOORS[word],
);
const GATEWAY: readonly Door[] = DOORS.gateway;

const WHOSE = {
  customer: needed(customer),
  at: optional(doors),
  accounts: optional(list(account, 1, 100)),
} as const;

/** `{ pro: paid }`: one value for each offer. */
const byOffer = <Value>(of: Reader<Value>): Reader<ReadonlyMap<string, Value>> => ({
  allowed: `an object with offers is needed, and for each of them ${of.allowed}`,
  words: of.words,
  read: (place) => {
    const known = [...place.reading.scope.offers];
    const entries = entriesOf(place, known);
    if (entries === undefined) return undefined;
    const values = [...entries].flatMap(([name, { value }]) => {
      const read = of.read(placeOf(place, value, `${place.path}.${name}`));
      return read === undefined ? [] : [[name, read] as const];
    });
    return values.length === entries.size ? new Map(values) : undefined;
  },
});

const REASONS: readonly Reason[] = [...new Set([...OPEN_REASONS, ...WITHHELD_REASONS]), 'nothing'];

const access: Reader<Step> = map(
  object({
    ...WHOSE,
    open: optional(repositories),
    kept: optional(repositories),
    ends: optional(byOffer(moment)),
    because: optional(byOffer(choice(REASONS))),
    audit_lines: optional(number(0, 10_000)),
    within: optional(duration),
  }),
  (read, place): Step | undefined => {
    const { customer: name, at = GATEWAY, accounts, open, kept, ends, because } = read;
    const auditLines = read.audit_lines;
    const wanted = given({ open, kept, ends, because, auditLines });
    if (Object.keys(wanted).length === 0) {
      return note(
        place,
        'expect says nothing of the customer: open, kept, ends, because or audit_lines is needed',
      );
    }
    return check({
      kind: 'access',
      customer: name,
      doors: at,
      ...given({ accounts }),
      ...wanted,
      withinSeconds: read.within ?? 0,
    });
  },
);

const check = (expected: Expectation): Step => ({ kind: 'check', check: expected });

const HOW_OFTEN = {
  times: optional(number(0, 1_000_000)),
  at_least: optional(number(0, 1_000_000)),
  at_most: optional(number(0, 1_000_000)),
  since: optional(moment),
} as const;

type HowOften = {
  readonly times?: number;
  readonly at_least?: number;
  readonly at_most?: number;
  readonly since?: number;
};

/** At least once, when nothing is said. */
const countOf = (place: Place, read: HowOften): Count | undefined => {
  const { times, at_least: min, at_most: max } = read;
  if (times !== undefined) {
    if (min === undefined && max === undefined) return { min: times, max: times };
    return note(place, `${place.path} takes times, or at_least and at_most, and not both`);
  }
  if (min === undefined && max === undefined) return { min: 1, max: Number.POSITIVE_INFINITY };
  return { min: min ?? 0, max: max ?? Number.POSITIVE_INFINITY };
};

const counted = (
  place: Place,
  read: HowOften,
  turn: (count: Count, since: number) => Expectation,
) => {
  const count = countOf(place, read);
  return count === undefined ? undefined : check(turn(count, read.since ?? 0));
};

const metric: Reader<Step> = map(
  object({ metric: needed(choice(METRICS)), ...HOW_OFTEN }),
  (read, place) =>
    counted(place, read, (count, since) => ({ kind: 'metric', metric: read.metric, count, since })),
);

const webhook: Reader<Step> = map(
  object({ webhook: needed(number(0, 599)), type: optional(eventType), ...HOW_OFTEN }),
  (read, place) =>
    counted(place, read, (count, since) => {
      const { webhook: status, type } = read;
      return { kind: 'webhook', status, ...given({ type }), count, since };
    }),
);

const reads: Reader<Step> = map(
  object({
    stripe_reads: needed(choice(['any', ...STRIPE_READS])),
    per_second_at_most: optional(number(1, 10_000)),
    ...HOW_OFTEN,
  }),
  (read, place) =>
    counted(place, read, (count, since) => ({
      kind: 'reads',
      ...(read.stripe_reads === 'any' ? {} : { operation: read.stripe_reads }),
      ...given({ perSecondMax: read.per_second_at_most }),
      count,
      since,
    })),
);

const deadLetters: Reader<Step> = map(
  object({ dead_letters: needed(number(0, 1_000_000)) }),
  ({ dead_letters: times }) => check({ kind: 'dead_letters', count: { min: times, max: times } }),
);

/** Which one it is, its first word says. */
const KINDS = { customer: access, metric, webhook, stripe_reads: reads, dead_letters: deadLetters };

const expectation: Reader<Step> = {
  allowed: `an object with one of ${Object.keys(KINDS).join(', ')} is needed`,
  words: Object.values(KINDS).flatMap(({ words }) => words),
  read: (place) => {
    const keys = keysOf(place.node);
    const found = Object.entries(KINDS).filter(([key]) => keys.includes(key));
    const [only] = found;
    if (only !== undefined && found.length === 1) return only[1].read(place);
    return note(
      place,
      `${place.path} says ${keys.length === 0 ? 'nothing' : keys.join(', ')}: ${expectation.allowed}`,
    );
  },
};

const keysOf = (node: unknown): readonly string[] => {
  const { items = [] } = Object(node) as {
    readonly items?: readonly { readonly key?: { readonly value?: unknown } }[];
  };
  return items.map(({ key }) => String(key?.value));
};

const SPAN = { for: optional(duration), until: optional(moment) } as const;

const always: Reader<Step> = map(
  object({
    ...WHOSE,
    open: optional(list(repository, 1, 100)),
    one_of: optional(list(repositories, 1, 20)),
    ...SPAN,
  }),
  (read, place): Step | undefined => {
    const until = untilOf(place, read);
    if (until === undefined) return undefined;
    const { customer: name, at = GATEWAY, accounts, open, one_of: sets } = read;
    const looked = { customer: name, doors: at, ...given({ accounts }), until };
    if (open !== undefined && sets === undefined) return check({ kind: 'always', ...looked, open });
    if (sets !== undefined && open === undefined) return check({ kind: 'one_of', ...looked, sets });
    return note(place, 'always takes open (all of these), or one_of (exactly one of these lists)');
  },
);

const never: Reader<Step> = map(
  object({ ...WHOSE, open: needed(list(repository, 1, 100)), ...SPAN }),
  (read, place): Step | undefined => {
    const until = untilOf(place, read);
    if (until === undefined) return undefined;
    const { customer: name, at = GATEWAY, accounts, open } = read;
    return check({ kind: 'never', customer: name, doors: at, ...given({ accounts }), open, until });
  },
);

export const EXPECTATIONS = { expect: expectation, always, never } as const satisfies Readonly<
  Record<string, Reader<Step>>
>;
