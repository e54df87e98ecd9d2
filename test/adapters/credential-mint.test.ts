import { expect, it } from 'vitest';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { parsePullSecret } from '../../functions/core/pull-secret.ts';

it('makes credential ids of twelve characters, never two alike', () => {
  const ids = Array.from({ length: 1_000 }, () => credentialMint.credentialId());
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z]{12}$/);
});

it('makes secrets that carry their credential, never two alike', () => {
  const texts = Array.from({ length: 1_000 }, () => credentialMint.secretText('Ab3dEf6hIj9k'));
  expect(new Set(texts).size).toBe(1_000);
  for (const text of texts) {
    expect(parsePullSecret(text)).toStrictEqual({ credentialId: 'Ab3dEf6hIj9k' });
  }
});

it('uses every digit in every place of an id', () => {
  const seen = Array.from({ length: 12 }, () => new Set<string>());
  for (let n = 0; n < 3_000; n += 1) {
    for (const [place, digit] of [...credentialMint.credentialId()].entries()) {
      seen[place]?.add(digit);
    }
  }
  expect(seen.map(({ size }) => size)).toStrictEqual(Array.from({ length: 12 }, () => 62));
});

it('hashes the whole text with SHA-256', () => {
  expect(credentialMint.hashOf('abc')).toBe(
    'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
