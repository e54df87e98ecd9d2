import { createHash, randomBytes } from 'node:crypto';

/** Printed with each run: with the same one the same faults meet the same requests, as far as real processes repeat themselves. */
export const SEED = process.env.WHARFAGE_WIRE_SEED ?? randomBytes(4).toString('hex');

/** From 0 up to 1, of the seed and what is being decided: the order in which things are decided changes nothing. */
export const draw = (...about: readonly (string | number)[]): number =>
  createHash('sha256')
    .update([SEED, ...about].join('\0'))
    .digest()
    .readUInt32BE() /
  2 ** 32;

export const pick = <Values extends readonly [unknown, ...unknown[]]>(
  values: Values,
  drawn: number,
): Values[number] => values[Math.floor(drawn * values.length)] ?? values[0];
