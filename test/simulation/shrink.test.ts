import { expect, it } from 'vitest';
import { generate } from '../../simulation/plan/generate.ts';
import type { Plan } from '../../simulation/plan/plan.ts';
import { shrink } from '../../simulation/plan/shrink.ts';

const ALWAYS = { runsMax: 2_000, mayGoOn: () => true };

/** A storm: many acts and faults. */
const LARGE =
  Array.from({ length: 200 }, (_, seed) => generate(seed + 1)).find(
    ({ faults, acts }) => faults.length > 12 && acts.length > 30,
  ) ?? generate(1);

it('what a failure needs is left, and nothing else', async () => {
  const [fault] = LARGE.faults.slice(5);
  const [first, second] = [LARGE.acts[7], LARGE.acts[20]];
  const needs = ({ acts, faults }: Plan): boolean =>
    acts.some(({ act }) => act === first?.act) &&
    acts.some(({ act }) => act === second?.act) &&
    faults.some((each) => each.fault === fault?.fault);
  const { plan, runs } = await shrink(LARGE, async (smaller) => needs(smaller), ALWAYS);
  expect(plan.acts).toEqual([first, second]);
  expect(plan.faults).toHaveLength(1);
  expect(plan.travel).toEqual([]);
  expect(plan.latency.stallShare).toBe(0);
  expect(plan.catalogs).toHaveLength(1);
  expect(runs).toBeLessThan(300);
});

it('a failure that needs nothing of it leaves an empty plan of hours', async () => {
  const { plan } = await shrink(LARGE, async () => true, ALWAYS);
  expect(plan).toMatchObject({
    acts: [],
    faults: [],
    travel: [],
    skewSeconds: {},
    indexLagSeconds: 0,
  });
  expect(plan.seconds).toBeLessThan(LARGE.seconds / 4);
});

it('what stops failing when anything is left out stays as it is', async () => {
  const { plan } = await shrink(LARGE, async () => false, ALWAYS);
  expect(plan).toEqual(LARGE);
});

it('a customer goes with all that is about it', async () => {
  const crowd = generate(1);
  const isAboutFirst = ({ acts }: Plan): boolean =>
    acts.some(({ act }) => act.does === 'create_customer' && act.customer === 'cus_1');
  const asked: Plan[] = [];
  const fails = async (smaller: Plan): Promise<boolean> => {
    asked.push(smaller);
    return isAboutFirst(smaller);
  };
  await shrink(crowd, fails, { ...ALWAYS, runsMax: 1 });
  const [tried] = asked;
  const named = new Set(
    tried?.acts.flatMap(({ act }) => ('customer' in act ? [act.customer] : [])),
  );
  const subscribed = new Set(
    tried?.acts.flatMap(({ act }) => (act.does === 'subscribe' ? [act.subscription] : [])),
  );
  for (const { act } of tried?.acts ?? []) {
    if ('subscription' in act) expect(subscribed).toContain(act.subscription);
  }
  expect(named.size).toBeLessThan(
    new Set(crowd.acts.flatMap(({ act }) => ('customer' in act ? [act.customer] : []))).size,
  );
});

it('runs and time are bounded', async () => {
  const { runs } = await shrink(LARGE, async () => false, { runsMax: 9, mayGoOn: () => true });
  expect(runs).toBe(9);
  let left = 4;
  const mayGoOn = (): boolean => left-- > 0;
  expect((await shrink(LARGE, async () => true, { runsMax: 100, mayGoOn })).runs).toBe(4);
});
