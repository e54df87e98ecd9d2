/** Notes one mistake, so that reading goes on and all of them are seen at once. */
export type Note = (path: string, found: string, allowed: string) => void;

export type Fields = Readonly<Record<string, unknown>>;

/** The most entries that any list or record of a catalog may have. */
export const ENTRIES_MAX = 100;

const SHOWN_MAX = 80;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as the vendor wrote it, short enough for an error message. */
export const shown = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return cut(typeof value === 'string' ? JSON.stringify(value) : String(value));
};

export const cut = (text: string): string =>
  text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;

/** The fields of an object; one that is not known is a mistake, most likely a misspelt name. */
export const readFields = (
  path: string,
  value: unknown,
  known: readonly string[],
  note: Note,
): Fields => {
  if (!isRecord(value)) {
    note(path, `is ${shown(value)}`, 'an object is needed');
    return {};
  }
  for (const field of Object.keys(value).slice(0, ENTRIES_MAX)) {
    if (!known.includes(field)) {
      note(`${path}.${cut(field)}`, 'is not a known field', `${known.join(', ')} are allowed`);
    }
  }
  return value;
};

/** One of a few values; the first is the default. */
export const readChoice = <Choice extends string | boolean>(
  path: string,
  value: unknown,
  choices: readonly [Choice, ...Choice[]],
  note: Note,
): Choice => {
  const choice = choices.find((one) => one === value);
  if (value !== undefined && choice === undefined) {
    note(path, `is ${shown(value)}`, `${choices.map(shown).join(', ')} are allowed`);
  }
  return choice ?? choices[0];
};

/** A list with at least one entry, each of them once and of the given form. */
export const readList = (
  path: string,
  value: unknown,
  { pattern, allowed }: { readonly pattern: RegExp; readonly allowed: string },
  note: Note,
): readonly string[] => {
  if (!Array.isArray(value) || value.length === 0 || value.length > ENTRIES_MAX) {
    note(path, `is ${shown(value)}`, `a list of 1 to ${ENTRIES_MAX} is needed`);
    return [];
  }
  const entries = new Set<string>();
  for (const [index, entry] of value.entries()) {
    const where = `${path}[${index}]`;
    if (typeof entry !== 'string' || !pattern.test(entry)) {
      note(where, `is ${shown(entry)}`, allowed);
    } else if (entries.has(entry)) {
      note(where, `is ${shown(entry)}`, 'it is in this list already');
    } else {
      entries.add(entry);
    }
  }
  return [...entries];
};

/** A whole number from 0 to `max`, or the default when it is missing. */
export const readWholeNumber = (
  path: string,
  value: unknown,
  {
    fallback,
    max,
    unit,
  }: { readonly fallback: number; readonly max: number; readonly unit: string },
  note: Note,
): number => {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) {
    return value;
  }
  note(path, `is ${shown(value)}`, `a whole number of ${unit} from 0 to ${max} is allowed`);
  return fallback;
};
