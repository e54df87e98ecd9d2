import { describe, expect, it } from 'vitest';
import type { Check } from '../../simulation/rehearsal/rehearsal.ts';
import { rehearse } from '../../simulation/rehearsal/rehearse.ts';
import type { Outcome, RehearsalResult } from '../../simulation/rehearsal/result.ts';
import { doubled, expectFine, OPPOSITE_LINES, opposites } from './rehearsal-variants.ts';
import { readShipped, SHIPPED } from './shipped-rehearsals.ts';

/** The numbers of the reference, which are stable and have gaps. */
const CASE_NUMBERS = [
  1, 2, 4, 5, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25, 26, 28, 29, 31, 32,
  34, 35, 37, 38, 40, 41, 43, 44, 46, 47, 49, 50, 52, 53, 55, 56, 58, 59, 61, 62, 64, 65, 67, 68,
  70, 71, 73, 74, 76, 77, 79, 80, 82, 83, 85, 86, 88, 89, 91, 92, 94, 95, 97, 98,
];

describe.each(SHIPPED.map((each) => [each.file, each] as const))('%s', (_file, { rehearsal }) => {
  it('comes as expected, and the opposite of each expectation is missed', async () => {
    const turned = opposites(rehearsal);
    expect(turned).not.toEqual([]);
    const results = await inRuns([rehearsal.checks, turned], (checks) =>
      rehearse({ ...rehearsal, checks }),
    );
    const outcomes = results.flatMap((result) => result.outcomes);
    const isOpposite = ({ line }: Outcome): boolean => line > OPPOSITE_LINES;
    expect(results.flatMap(({ broken = [] }) => broken)).toEqual([]);
    expect(outcomes.filter((each) => !isOpposite(each) && !each.isMet)).toEqual([]);
    expect(outcomes.filter((each) => isOpposite(each) && each.isMet)).toEqual([]);
    expect(outcomes.filter(isOpposite).length).toBeGreaterThanOrEqual(turned.length);
  });

  it('comes to the same with each event doubled', () => expectFine(doubled(rehearsal)));
});

/** Looking changes nothing, so all is looked at in one run; but a delivery by hand counts for one expectation only. */
const inRuns = async (
  groups: readonly (readonly Check[])[],
  run: (checks: readonly Check[]) => Promise<RehearsalResult>,
): Promise<readonly RehearsalResult[]> => {
  const all = groups.flat();
  if (!all.some(({ kind }) => kind === 'delivery')) return [await run(all)];
  return Promise.all(groups.map(run));
};

describe('rehearsals/README.md', () => {
  const page = readShipped('README.md');

  it('has a row for each number that a file has, with its sentence', () => {
    const rows = [...page.matchAll(/^\| (\d+) \| (.+) \| \[(.+)\]\(\3\) \|$/gm)].map(
      ([, number, sentence, file]) => `${number}: ${sentence}: ${file}`,
    );
    const expected = SHIPPED.flatMap(({ file, sentence, numbers }) =>
      numbers.map((number) => `${number}: ${sentence}: ${file}`),
    );
    expect(rows.toSorted()).toEqual(expected.toSorted());
  });

  it('has every file, and every number of the reference: in a file, or with the reason why not', () => {
    for (const { file } of SHIPPED) expect(page).toContain(`[${file}](${file})`);
    const reasons = [...page.matchAll(/^\| (\d+) \| [^|]{20,} \|$/gm)].map(([, number]) =>
      Number(number),
    );
    const shown = SHIPPED.flatMap(({ numbers }) => numbers);
    expect([...new Set(shown), ...reasons].toSorted((a, b) => a - b)).toEqual(CASE_NUMBERS);
  });
});
