import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { expect, it } from 'vitest';
import { isSameText } from '../../functions/adapters/same-text.ts';

const native = crypto.timingSafeEqual;

/** The lengths of what was compared in constant time while `work` ran. */
const comparedIn = (work: () => void): readonly (readonly [number, number])[] => {
  const lengths: [number, number][] = [];
  crypto.timingSafeEqual = (one, other) => {
    lengths.push([one.byteLength, other.byteLength]);
    return native(one, other);
  };
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    crypto.timingSafeEqual = native;
    syncBuiltinESMExports();
  }
  return lengths;
};

it.each([
  ['the same', 'secret', 'secret', true],
  ['another in its last character', 'secret', 'secres', false],
  ['another in its first character', 'secret', 'tecret', false],
  ['longer', 'secret', 'secrets', false],
  ['empty', 'secret', '', false],
])('a text that is %s takes one comparison in constant time, of one length', (...given) => {
  const [, one, other, expected] = given;
  let isSame: boolean | undefined;
  const compared = comparedIn(() => {
    isSame = isSameText(one, other);
  });
  expect(isSame).toBe(expected);
  expect(compared).toEqual([[32, 32]]);
});
