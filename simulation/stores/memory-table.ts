import type { Key } from '../../functions/adapters/table-keys.ts';
import type { SaveOutcome } from '../../functions/ports.ts';

const textOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** Told of every item that is written, by `pk sk`: tests look there for what no table may hold. */
export const observer: { onPut?: (key: string, text: string) => void } = {};

/**
 * Items are kept as JSON: nothing is shared with whoever wrote them, and absent stays absent as in
 * DynamoDB. What was read from a text is kept too, frozen, for as long as that text is in the table.
 */
export const memoryTable = () => {
  const table = new Map<string, string>();
  const read = new Map<string, { readonly text: string; readonly item: unknown }>();
  const itemAt = (key: string): unknown => {
    const text = table.get(key);
    if (text === undefined) return undefined;
    const known = read.get(key);
    if (known?.text === text) return known.item;
    const item = parsed(text);
    read.set(key, { text, item });
    return item;
  };
  return {
    table,
    itemAt,
    get: <Item>(key: Key): Item | undefined => itemAt(textOf(key)) as Item | undefined,
    put: (key: Key, item: unknown): void => {
      const text = JSON.stringify(item, hasBytes(item) ? asText : undefined);
      table.set(textOf(key), text);
      observer.onPut?.(textOf(key), text);
    },
    remove: (key: Key): void => {
      table.delete(textOf(key));
    },
    query: <Item>(pk: string, prefix: string): Item[] => {
      const start = `${pk} ${prefix}`;
      const keys: string[] = [];
      for (const key of table.keys()) if (key.startsWith(start)) keys.push(key);
      return keys.sort().map((key) => itemAt(key) as Item);
    },
  };
};

export type Rows = ReturnType<typeof memoryTable>;

export const saveRevision = (
  rows: Rows,
  key: Key,
  next: { readonly revision: number },
): SaveOutcome => {
  const stored = rows.get<{ readonly revision: number }>(key);
  if ((stored?.revision ?? 0) !== next.revision - 1) return 'conflict';
  rows.put(key, next);
  return 'saved';
};

/** DynamoDB has bytes, JSON has not. */
const BYTES = 'data:;base64,';

const asText = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? `${BYTES}${Buffer.from(value).toString('base64')}` : value;

const fromText = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && value.startsWith(BYTES)
    ? new Uint8Array(Buffer.from(value.slice(BYTES.length), 'base64'))
    : value;

const hasBytes = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (value instanceof Uint8Array || Object.values(value).some(hasBytes));

const parsed = (text: string): unknown =>
  frozen(text.includes(BYTES) ? JSON.parse(text, fromText) : JSON.parse(text));

/** Whoever changes what it has read changes it for everybody: here that is an error at once. */
const frozen = (value: unknown): unknown => {
  // Bytes cannot be frozen.
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
};
