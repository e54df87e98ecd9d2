import { expect, it } from 'vitest';
import { isRepositoryName } from '../../functions/core/repository-name.ts';

it.each(['app', 'acme/app', 'blobs/manifests', 'a.b/c_d/e__f/g---h/0', 'x'.repeat(255)])(
  '%s is the name of a repository',
  (text) => {
    expect(isRepositoryName(text)).toBe(true);
  },
);

it.each([
  '',
  '/',
  'acme/',
  '/acme',
  'acme//app',
  'Acme/app',
  'acme/..',
  'acme/.app',
  'acme/app.',
  'a..b',
  'a___b',
  'a._b',
  'acme app',
  'acme%2fapp',
  'ácme',
  'app\n',
  'x'.repeat(256),
])('%j is not', (text) => {
  expect(isRepositoryName(text)).toBe(false);
});

it('is decided at once for a name made to keep a matcher busy', () => {
  const startedAt = performance.now();
  expect(isRepositoryName(`${'a-'.repeat(120)}!`)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(50);
});
