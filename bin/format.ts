import { isoOf } from '../functions/core/calendar.ts';

/** `2026-11-21 09:30 UTC` */
export const timeText = (at: number): string => `${isoOf(at).slice(0, 16).replace('T', ' ')} UTC`;

/** Rows of texts with their columns in line. */
export const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, text.length);
    }
  }
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};

/** A heading and its lines, or nothing when there are none. */
export const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

const CAUSES_MAX = 5;

/** An error and what caused it, in one line. Ours never hold a secret, and AWS does not repeat what it was sent. */
export const errorText = (error: unknown): string => {
  const texts: string[] = [];
  let current = error;
  while (current instanceof Error && texts.length < CAUSES_MAX) {
    const name = current.name === 'Error' ? '' : `${current.name}: `;
    texts.push(`${name}${current.message}`);
    current = current.cause;
  }
  return texts.length === 0 ? String(error) : texts.join(': ');
};

/** JSON in which an error is its text. */
export const jsonText = (data: unknown): string =>
  JSON.stringify(
    data,
    (_key, value: unknown) => (value instanceof Error ? errorText(value) : value),
    2,
  );
