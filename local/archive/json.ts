import { BadInput } from '../http/bad-input.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectsIn = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** The sentence shows nothing of what the file holds: it may not have been meant for us. */
export const parseJson = (name: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadInput(`${name} is not JSON`, { cause });
  }
};
