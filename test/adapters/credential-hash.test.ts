import { expect, it } from 'vitest';
import { isHashOf } from '../../functions/adapters/credential-hash.ts';

/** sha256 of `abc`, as FIPS 180-4 gives it. */
const HASH = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

it.each([
  ['the secret', HASH, 'abc', true],
  ['another secret', HASH, 'abd', false],
  ['the hash itself', HASH, HASH, false],
  ['a hash that is too short', HASH.slice(0, -1), 'abc', false],
  ['no hash', '', 'abc', false],
])('%s', (_what, hash, secretText, expected) => {
  expect(isHashOf(hash, secretText)).toBe(expected);
});
