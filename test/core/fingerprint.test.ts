import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, fingerprintOf, SHARDS, shardOf } from '../../functions/core/fingerprint.ts';

it('is 16 hex digits, the same ones each time', () => {
  expect(fingerprintOf('wharfage')).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprintOf('wharfage')).toBe(fingerprintOf('wharfage'));
  expect(fingerprintOf('wharfage')).not.toBe(fingerprintOf('wharfagf'));
});

it('writes equal values as equal text, whatever the order of their fields', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  expect(canonicalJson({ a: null, b: [{ c: 2, d: 1 }] })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
});

it('an absent field is the same as an undefined one', () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe(canonicalJson({ b: 1 }));
});

it('is JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(canonicalJson([undefined])).toBe(JSON.stringify([undefined]));
});

it('the order of a list counts', () => {
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

it('every customer has one of the shards, and all shards are used', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(shardOf(text)).toBeGreaterThanOrEqual(0);
      expect(shardOf(text)).toBeLessThan(SHARDS);
    }),
  );
  const used = new Set(Array.from({ length: 500 }, (_, index) => shardOf(`cus_${index}`)));
  expect(used.size).toBe(16);
});
