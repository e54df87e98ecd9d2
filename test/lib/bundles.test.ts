import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalog } from '../../bin/catalog.ts';
import { bundle } from '../../scripts/bundle.ts';

/** What a cold start has to read. */
const BYTES_MAX = {
  webhook: 600_000,
  sync: 700_000,
  sweep: 700_000,
  'apply-policy': 600_000,
  gateway: 600_000,
  'index-release': 600_000,
} as const;

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wharfage-bundles-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('the bundles', () => {
  it.each(Object.entries(BYTES_MAX))('%s is at most %i bytes', async (entry, bytesMax) => {
    const path = fileURLToPath(new URL(`../../functions/${entry}.ts`, import.meta.url));
    const bytes = await bundle(path, join(directory, `${entry}.mjs`), catalog);
    expect(bytes).toBeLessThanOrEqual(bytesMax);
  });
});
