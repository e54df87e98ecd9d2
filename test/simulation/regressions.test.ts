import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Plan } from '../../simulation/plan/plan.ts';
import { tryPlan } from '../../simulation/search.ts';

/* What `npm run simulate` once found and wrote down: it must not come back. */

const FOLDER = new URL('regressions/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

type Regression = { readonly wrong: string; readonly plan: Plan };

it.each(FILES)('%s is mended', async (name) => {
  const { plan }: Regression = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
  expect((await tryPlan(plan)).wrong).toBeUndefined();
});

it('whatever lies there can be read', () => {
  for (const name of FILES) {
    const { wrong, plan }: Regression = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
    expect(wrong).not.toBe('');
    expect(plan.catalogs.length).toBeGreaterThan(0);
  }
});
