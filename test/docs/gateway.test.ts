import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIENTS } from '../interop/support/clients.ts';
import { matrixRows } from './client-matrix.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/gateway.md');

describe('the page about the gateway', () => {
  it('shows what the interop lane holds every client to', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| '));
    for (const row of matrixRows(CLIENTS)) expect(rows).toContain(row);
  });

  it('names the versions that the interop lane builds', () => {
    const script = read('scripts/interop/install.sh');
    for (const name of ['oras', 'helm', 'crane', 'cosign', 'BuildKit']) {
      const [, version] = new RegExp(`^${name.toUpperCase()}=v(.+)$`, 'm').exec(script) ?? [];
      expect(page.replaceAll('\n', ' ')).toContain(`${name} ${version}`);
    }
  });
});
