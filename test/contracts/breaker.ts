import { expect, it } from 'vitest';
import type { Stores } from '../../simulation/stores/stores.ts';
import { cursor, NOON } from './examples.ts';

const TODAY = '2026-11-21';
const YESTERDAY = '2026-11-20';

/** What every Breaker does. */
export const breakerContract = (open: () => Promise<Pick<Stores, 'breaker' | 'stage'>>): void => {
  it('reads a day without an item as an empty day', async () => {
    const { breaker } = await open();
    expect(await breaker.readBreaker([TODAY, YESTERDAY])).toStrictEqual({
      days: [
        { day: TODAY, customers: [], held: [] },
        { day: YESTERDAY, customers: [], held: [] },
      ],
      customersWithAccess: 0,
    });
  });

  it('knows how many customers have access from the last listing', async () => {
    const { breaker, stage } = await open();
    await stage.saveCursor(cursor({ name: 'subscriptions', customersWithAccess: 240 }));
    expect((await breaker.readBreaker([TODAY])).customersWithAccess).toBe(240);
  });

  it('counts up to the limit, and a customer that was counted always', async () => {
    const { breaker } = await open();
    expect(await breaker.countRevocation(TODAY, 'cus_b', 2)).toBe('counted');
    expect(await breaker.countRevocation(TODAY, 'cus_a', 2)).toBe('counted');
    expect(await breaker.countRevocation(TODAY, 'cus_c', 2)).toBe('full');
    expect(await breaker.countRevocation(TODAY, 'cus_b', 2)).toBe('counted');
    expect(await breaker.countRevocation(YESTERDAY, 'cus_c', 2)).toBe('counted');
    const { days } = await breaker.readBreaker([YESTERDAY, TODAY]);
    expect(days.map(({ customers }) => customers)).toStrictEqual([['cus_c'], ['cus_a', 'cus_b']]);
  });

  it('counts nobody on a day whose limit is zero', async () => {
    const { breaker } = await open();
    expect(await breaker.countRevocation(TODAY, 'cus_a', 0)).toBe('full');
    expect((await breaker.readBreaker([TODAY])).days[0]?.customers).toStrictEqual([]);
  });

  it('never counts beyond the limit, however many ask at once', async () => {
    const { breaker } = await open();
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, async (_, index) =>
        breaker.countRevocation(TODAY, `cus_${index}`, 5),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'counted')).toHaveLength(5);
    expect((await breaker.readBreaker([TODAY])).days[0]?.customers).toHaveLength(5);
  });

  it('remembers whom it held, once each, and who lifted it', async () => {
    const { breaker } = await open();
    await breaker.noteHeld(TODAY, 'cus_b');
    await breaker.noteHeld(TODAY, 'cus_a');
    await breaker.noteHeld(TODAY, 'cus_b');
    await breaker.liftBreaker(TODAY, NOON, 'ada');
    expect((await breaker.readBreaker([TODAY])).days).toStrictEqual([
      { day: TODAY, customers: [], held: ['cus_a', 'cus_b'], liftedAt: NOON, liftedBy: 'ada' },
    ]);
  });
};
