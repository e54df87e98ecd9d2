import { expect, it } from 'vitest';
import type { Stores } from '../../simulation/stores/stores.ts';

/** The first second of a minute. */
const AT = 1_795_262_400;

/** What every MissMeter admits. */
export const missMeterContract = (open: () => Promise<Pick<Stores, 'misses'>>): void => {
  const admitted = async (
    misses: Stores['misses'],
    credentialIds: readonly string[],
    at: number,
  ): Promise<number> => {
    const outcomes = await Promise.all(
      credentialIds.map(async (credentialId) => misses.admitMiss(credentialId, at)),
    );
    return outcomes.filter((outcome) => outcome === 'admitted').length;
  };
  const times = (count: number, credentialId: string): readonly string[] =>
    Array.from({ length: count }, () => credentialId);

  it('admits thirty a minute of one credential, however many ask at once', async () => {
    const { misses } = await open();
    expect(await admitted(misses, times(40, 'c1'), AT)).toBe(30);
    expect(await misses.admitMiss('c1', AT + 59)).toBe('refused');
    expect(await misses.admitMiss('c2', AT + 59)).toBe('admitted');
    expect(await admitted(misses, times(40, 'c1'), AT + 60)).toBe(30);
  });

  it('admits three hundred a minute in all', async () => {
    const { misses } = await open();
    let sum = 0;
    for (let index = 0; index < 11; index += 1) {
      sum += await admitted(misses, times(29, `c${index}`), AT + 30);
    }
    expect(sum).toBe(300);
    expect(await misses.admitMiss('c99', AT + 31)).toBe('refused');
    expect(await misses.admitMiss('c99', AT + 60)).toBe('admitted');
  });
};
