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

/** Everything that steers a terminal or turns the direction of reading, but for the end of a line. */
const STEERING = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * What stands in Stripe or comes from AWS must not rewrite what is shown beside it: such characters
 * become `\\u001b` and the like, which JSON reads as the same character.
 */
export const printable = (text: string): string =>
  text.replace(STEERING, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

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
