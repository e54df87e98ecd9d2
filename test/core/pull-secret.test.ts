import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base62Of, parsePullSecret, pullSecretOf } from '../../functions/core/pull-secret.ts';

const ID = 'Ab3dEf6hIj9k';
const RANDOM = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg';
const SECRET = `wharfage_pull_${ID}_${RANDOM}`;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base62 = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...BASE62), minLength: digits, maxLength: digits });

describe('a number in base 62', () => {
  it.each([
    [0n, 6, '000000'],
    [61n, 1, 'z'],
    [62n, 1, '10'],
    [4_294_967_295n, 6, '4gfFC3'],
    [2n ** 256n - 1n, 43, 'yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1'],
  ])('%s with %i digits', (value, digits, text) => {
    const decoded = [...text].reduce((sum, digit) => sum * 62n + BigInt(BASE62.indexOf(digit)), 0n);
    expect(decoded).toBe(value);
    expect(base62Of(value, digits)).toBe(text);
  });
});

describe('a pull secret', () => {
  it('ends in the CRC-32 of everything before its last underscore', () => {
    expect(pullSecretOf(ID, RANDOM)).toBe(`${SECRET}_${base62Of(BigInt(crc32(SECRET)), 6)}`);
  });

  it('says whose it is', () => {
    fc.assert(
      fc.property(base62(12), base62(43), (credentialId, random) => {
        const text = pullSecretOf(credentialId, random);
        expect(text).toHaveLength(77);
        expect(parsePullSecret(text)).toStrictEqual({ credentialId });
      }),
    );
  });

  it('is not taken with a single character changed', () => {
    const text = pullSecretOf(ID, RANDOM);
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'x' ? 'y' : 'x';
      expect(parsePullSecret(`${text.slice(0, at)}${other}${text.slice(at + 1)}`)).toBeUndefined();
    }
  });

  it.each([
    ['nothing', ''],
    ['an identifier that is too short', pullSecretOf('Ab3dEf6hIj9', RANDOM)],
    ['a random part that is too long', pullSecretOf(ID, `${RANDOM}0`)],
    ['a character outside base 62', pullSecretOf('Ab3dEf6hIj9é', RANDOM)],
    ['another product in front', pullSecretOf(ID, RANDOM).replace('wharfage', 'wharfing')],
    ['a line behind', `${pullSecretOf(ID, RANDOM)}\n`],
    ['a space in front', ` ${pullSecretOf(ID, RANDOM)}`],
  ])('is not %s', (_what, text) => {
    expect(parsePullSecret(text)).toBeUndefined();
  });
});
