import type { Key } from '../../functions/adapters/table-keys.ts';
import type { SaveOutcome } from '../../functions/ports.ts';

const textOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** Told of every item that is written, by `pk sk`: tests look there for what no table may hold. */
export const observer: { onPut?: (key: string, text: string) => void } = {};

/** Items are kept as JSON: nothing is shared with the caller, and absent stays absent as in DynamoDB. */
export const memoryTable = () => {
  const table = new Map<string, string>();
  return {
    table,
    get: <Item>(key: Key): Item | undefined => {
      const text = table.get(textOf(key));
      return text === undefined ? undefined : (JSON.parse(text, fromText) as Item);
    },
    put: (key: Key, item: unknown): void => {
      const text = JSON.stringify(item, asText);
      table.set(textOf(key), text);
      observer.onPut?.(textOf(key), text);
    },
    remove: (key: Key): void => {
      table.delete(textOf(key));
    },
    query: <Item>(pk: string, prefix: string): Item[] =>
      [...table.entries()]
        .filter(([key]) => key.startsWith(`${pk} ${prefix}`))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, text]) => JSON.parse(text, fromText) as Item),
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
