import { BadInput, shown } from './bad-input.ts';

/** The fields of one JSON body. Each is read by what is allowed in it, and no other may be there. */
export type Input = {
  readonly text: (name: string, range: Range) => string;
  readonly optionalText: (name: string, range: Range) => string | undefined;
  readonly wholeNumber: (name: string, range: Range) => number;
  readonly optionalWholeNumber: (name: string, range: Range) => number | undefined;
  readonly choice: <Value extends string>(name: string, allowed: readonly Value[]) => Value;
  /** One of a set of ids that grows: `what` says what kind. */
  readonly id: (name: string, known: readonly string[], what: string) => string;
  /** Call it last: a field that nobody asked for is a misunderstanding. */
  readonly end: () => void;
};

type Range = { readonly min: number; readonly max: number };

const NAMES_SHOWN = 5;

export const inputOf = (body: unknown): Input => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new BadInput(`the body is ${shown(body)}: a JSON object is needed`);
  }
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(body));
  const asked = new Set<string>();
  const take = (name: string): unknown => {
    asked.add(name);
    return fields.get(name);
  };
  const text: Input['text'] = (name, range) => parseText(name, take(name), range);
  const wholeNumber: Input['wholeNumber'] = (name, range) =>
    parseWholeNumber(name, take(name), range);
  return {
    text,
    optionalText: (name, range) => (take(name) === undefined ? undefined : text(name, range)),
    wholeNumber,
    optionalWholeNumber: (name, range) =>
      take(name) === undefined ? undefined : wholeNumber(name, range),
    choice: (name, allowed) => {
      const value = take(name);
      const found = allowed.find((each) => each === value);
      if (found !== undefined) return found;
      throw new BadInput(`${name} is ${shown(value)}: allowed are ${allowed.join(', ')}`);
    },
    id: (name, known, what) => {
      const value = take(name);
      const found = known.find((each) => each === value);
      if (found !== undefined) return found;
      throw new BadInput(`${name} is ${shown(value)}: ${what} is needed, ${suggestion(known)}`);
    },
    end: () => {
      const extra = [...fields.keys()].find((name) => !asked.has(name));
      if (extra === undefined) return;
      throw new BadInput(
        `${shown(extra)} is not a field of this request: allowed are ${[...asked].join(', ')}`,
      );
    },
  };
};

const parseText = (name: string, value: unknown, { min, max }: Range): string => {
  if (typeof value === 'string' && value.length >= min && value.length <= max) return value;
  throw new BadInput(`${name} is ${shown(value)}: a text of ${min} to ${max} characters is needed`);
};

const parseWholeNumber = (name: string, value: unknown, { min, max }: Range): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw new BadInput(`${name} is ${shown(value)}: a whole number from ${min} to ${max} is needed`);
};

const suggestion = (known: readonly string[]): string =>
  known.length === 0
    ? 'and there is none yet'
    : `such as ${known.slice(-NAMES_SHOWN).toReversed().join(', ')}`;
