/** A request that cannot be met: its sentence says what was wrong, what was sent and what is allowed. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

const SHOWN_MAX = 100;

/** A value as a sentence quotes it. */
export const shown = (value: unknown): string => {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return `${text.slice(0, SHOWN_MAX)}${text.length > SHOWN_MAX ? '…' : ''}`;
};
