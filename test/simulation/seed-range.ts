import { trySeed } from '../../simulation/search.ts';

/** Every seed of the range under the oracle's eyes: what went wrong, with the line that repeats it. */
export const wrongsIn = async (from: number, count: number): Promise<readonly string[]> => {
  const wrongs: string[] = [];
  for (let seed = from; seed < from + count; seed += 1) {
    const { wrong } = await trySeed(seed);
    if (wrong !== undefined) wrongs.push(`${wrong.text}\nnpm run simulate -- --seed ${seed}`);
  }
  return wrongs;
};
