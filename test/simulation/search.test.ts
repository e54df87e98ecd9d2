import { describe, expect, it } from 'vitest';
import { watchOf } from '../../simulation/oracle/watcher.ts';
import { generate } from '../../simulation/plan/generate.ts';
import type { Plan } from '../../simulation/plan/plan.ts';
import { shrink } from '../../simulation/plan/shrink.ts';
import { type Tried, tryPlan, wrongOf } from '../../simulation/search.ts';
import type { World } from '../../simulation/world/world.ts';

/** Breaks something of the world before anybody has used it, and lets the oracle look as always. */
const tryBroken = (plan: Plan, spoil: (world: World) => void): Promise<Tried> =>
  tryPlan(plan, {
    watch: (world) => {
      spoil(world);
      return watchOf(world);
    },
  });

/** Every seventh copy of a transition is lost on its way to the audit. */
const auditIsLost = ({ far: { stores } }: World): void => {
  const { putAudit } = stores.customers;
  let puts = 0;
  const putOrLose: typeof putAudit = async (customerId, transition) => {
    puts += 1;
    if (puts % 7 > 0) await putAudit(customerId, transition);
  };
  Object.assign(stores.customers, { putAudit: putOrLose });
};

/** Two claims at once are both answered. */
const everybodyClaims = ({ far: { stores } }: World): void => {
  Object.assign(stores.credentials, { claimCredential: async () => ({ kind: 'claimed' }) });
};

/** What was revoked is never taken out of ECR. */
const policiesStay = ({ far: { ecr } }: World): void => {
  const { policies } = ecr;
  Object.assign(policies, { deletePolicy: async () => {} });
};

const SEEDS_MAX = 120;

const firstFound = async (spoil: (world: World) => void, seedsMax: number) => {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const { wrong } = await tryBroken(generate(seed), spoil);
    if (wrong !== undefined) return { seed, wrong };
  }
  return undefined;
};

describe('a defect that needs an unlucky moment is found', () => {
  it.each<readonly [string, (world: World) => void]>([
    ['an audit item that is lost now and then', auditIsLost],
    ['a claim that is answered twice', everybodyClaims],
    ['a policy that is never deleted', policiesStay],
  ])('%s', { timeout: 120_000 }, async (_what, spoil) => {
    const found = await firstFound(spoil, SEEDS_MAX);
    expect(found?.wrong.invariant).toMatch(/^I\d+ /);
  });
});

it('a failure is made small enough to read, and stays the same failure', {
  timeout: 120_000,
}, async () => {
  const found = await firstFound(policiesStay, SEEDS_MAX);
  const plan = generate(found?.seed ?? 0);
  const fails = async (smaller: Plan): Promise<boolean> =>
    (await tryBroken(smaller, policiesStay)).wrong?.invariant === found?.wrong.invariant;
  const { plan: smallest } = await shrink(plan, fails, { runsMax: 150, mayGoOn: () => true });
  expect(smallest.acts.length).toBeLessThan(10);
  expect(await fails(smallest)).toBe(true);
});

it('a world that breaks is a failure, not the end of the search', async () => {
  const { wrong } = await tryPlan({ ...generate(1), catalogs: [] });
  expect(wrong).toMatchObject({ invariant: 'broken world' });
  expect(wrong?.text).toContain('a plan needs at least one catalog');
});

it.each([
  ['I1 gateway safety: cus_1 may still pull', 'I1 gateway safety'],
  ['a text without a name', 'broken world'],
])('%j is about %j', (text, invariant) => {
  expect(wrongOf(text)).toEqual({ invariant, text });
});
