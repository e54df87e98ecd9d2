import { expect, it } from 'vitest';
import { DAY } from '../../functions/core/time.ts';
import { admitRevocation } from '../../functions/usecases/admit-revocation.ts';
import { memoryStores } from '../../simulation/stores/memory-stores.ts';
import { NOW } from '../support/builders.ts';
import { recordingReport } from '../support/recordings.ts';

const breakerWorld = () => {
  const report = recordingReport();
  const { breaker } = memoryStores();
  const admit = admitRevocation({ breaker, report });
  const admitAll = async (ids: readonly string[], now: number): Promise<readonly boolean[]> => {
    const answers: boolean[] = [];
    for (const id of ids) answers.push(await admit(id, now));
    return answers;
  };
  return { breaker, report, admitAll };
};

it('three a day, and a fourth is held', async () => {
  const { admitAll, report } = breakerWorld();
  const answers = await admitAll(['cus_A', 'cus_B', 'cus_C', 'cus_D'], NOW);
  expect(answers).toStrictEqual([true, true, true, false]);
  expect(report.counted('BreakerHeld')).toBe(1);
});

it('yesterday counts too, and the day before does not', async () => {
  const { admitAll } = breakerWorld();
  await admitAll(['cus_A', 'cus_B'], NOW - DAY);
  expect(await admitAll(['cus_C', 'cus_D'], NOW)).toStrictEqual([true, false]);
  expect(await admitAll(['cus_D', 'cus_E', 'cus_F'], NOW + DAY)).toStrictEqual([true, true, false]);
});

it('who was admitted today is admitted again', async () => {
  const { admitAll } = breakerWorld();
  const answers = await admitAll(['cus_A', 'cus_B', 'cus_C', 'cus_A'], NOW);
  expect(answers).toStrictEqual([true, true, true, true]);
});

it('a lifted day holds nobody', async () => {
  const { admitAll, breaker } = breakerWorld();
  await breaker.liftBreaker('2026-11-21', NOW, 'ada');
  const answers = await admitAll(['cus_A', 'cus_B', 'cus_C', 'cus_D', 'cus_E'], NOW);
  expect(answers).toStrictEqual([true, true, true, true, true]);
});

it('a day of which nothing is stored is a day without revocations', async () => {
  const { breaker, report } = breakerWorld();
  const silent = { ...breaker, readBreaker: async () => ({ days: [], customersWithAccess: 0 }) };
  expect(await admitRevocation({ breaker: silent, report })('cus_A', NOW)).toBe(true);
});
