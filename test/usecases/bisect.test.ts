import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bisect } from '../../functions/usecases/bisect.ts';

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

const asking = (bad: ReadonlySet<number>) => {
  const questions: (readonly number[])[] = [];
  const accepts = async (items: readonly number[]): Promise<boolean> => {
    questions.push(items);
    return !items.some((item) => bad.has(item));
  };
  return { questions, accepts };
};

it('asks nothing about nobody', async () => {
  const { questions, accepts } = asking(new Set());

  expect(await bisect([], accepts, 10)).toEqual({ accepted: [], refused: [], untried: [] });
  expect(questions).toEqual([]);
});

it('asks once when all are good', async () => {
  const { questions, accepts } = asking(new Set());

  expect((await bisect(numbers(200), accepts, 10)).accepted).toEqual(numbers(200));
  expect(questions).toHaveLength(1);
});

it('finds exactly the bad ones, each refused alone, in at most 2 log2 n questions for each', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 300 }),
      fc.uniqueArray(fc.nat(299), { maxLength: 6 }),
      async (count, picks) => {
        const bad = new Set(picks.filter((pick) => pick < count));
        const { questions, accepts } = asking(bad);
        const { accepted, refused, untried } = await bisect(numbers(count), accepts, 1_000);

        expect(refused).toEqual([...bad].sort((a, b) => a - b));
        expect(accepted).toEqual(numbers(count).filter((item) => !bad.has(item)));
        expect(untried).toEqual([]);
        for (const item of bad) expect(questions).toContainEqual([item]);
        expect(questions.length).toBeLessThanOrEqual(
          1 + bad.size * 2 * Math.ceil(Math.log2(count)),
        );
      },
    ),
  );
});

it('condemns nobody whom a refusal of several suspects and who is accepted alone', async () => {
  const accepts = async (items: readonly number[]): Promise<boolean> => items.length < 3;

  expect(await bisect(numbers(7), accepts, 100)).toMatchObject({
    accepted: numbers(7),
    refused: [],
  });
});

it('stops when the questions run out, and says what it has not tried', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (questionsMax) => {
      const { questions, accepts } = asking(new Set(numbers(64).filter((item) => item % 3 === 0)));
      const { accepted, refused, untried } = await bisect(numbers(64), accepts, questionsMax);

      expect(questions.length).toBeLessThanOrEqual(questionsMax);
      expect([...accepted, ...refused, ...untried].sort((a, b) => a - b)).toEqual(numbers(64));
    }),
  );
});
