import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../simulation/plan/plan.ts';
import { shrink } from '../../simulation/plan/shrink.ts';
import { tryPlan, type Wrong } from '../../simulation/search.ts';

/** A plan that went wrong once, and what with. */
type Regression = { readonly wrong: string; readonly plan: Plan };

const FOLDER = 'test/simulation/regressions';
const RUNS_MAX = 600;
const SECONDS_MAX = 90;

export const shrunk = async (plan: Plan, { invariant }: Wrong) => {
  const startedAt = performance.now();
  const mayGoOn = (): boolean => performance.now() - startedAt < SECONDS_MAX * 1_000;
  const fails = async (smaller: Plan): Promise<boolean> =>
    (await tryPlan(smaller)).wrong?.invariant === invariant;
  return shrink(plan, fails, { runsMax: RUNS_MAX, mayGoOn });
};

/** Answers the file's name. */
export const writeRegression = ({ invariant, text }: Wrong, plan: Plan): string => {
  const name = invariant.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const file = join(FOLDER, `${name}-${plan.seed}.json`);
  const regression: Regression = { wrong: text, plan };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, `${JSON.stringify(regression, undefined, 2)}\n`);
  return file;
};

/** A regression file, or a plan alone. */
export const readPlan = (file: string): Plan => {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const found = Object(value) as Partial<Regression> & Partial<Plan>;
  const plan = found.plan ?? found;
  if (!Array.isArray(plan.acts) || !Array.isArray(plan.catalogs)) {
    throw new Error(`'${file}' is not a plan: it has no acts or no catalogs`);
  }
  return plan as Plan;
};
