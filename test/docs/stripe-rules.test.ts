import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CANCEL, PAUSE, PLAN } from '../cases/changes.ts';
import { DUNNING, TRIAL } from '../cases/dunning.ts';
import { FIRST_PAYMENT } from '../cases/first-payment.ts';
import { ORDER } from '../cases/order.ts';
import { MONEY_BACK, SEVERAL, UNKNOWN } from '../cases/several.ts';
import { type Case, nameOf } from '../cases/story.ts';

const RULES_MAX = 48;

/** The numbers of the reference, which are stable and have gaps. */
const CASE_NUMBERS = [
  1, 2, 4, 5, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25, 26, 28, 29, 31, 32,
  34, 35, 37, 38, 40, 41, 43, 44, 46, 47, 49, 50, 52, 53, 55, 56, 58, 59, 61, 62, 64, 65, 67, 68,
  70, 71, 73, 74, 76, 77, 79, 80, 82, 83, 85, 86, 88, 89, 91, 92, 94, 95, 97, 98,
];

const NOT_APPLICABLE = {
  rules: [7, 8, 14, 28, 30, 41, 42, 43, 44, 46],
  cases: [14, 16, 67, 82, 83, 85, 94, 97, 98],
};

/** Stories get their names at run time. */
const STORIES: Readonly<Record<string, readonly Case[]>> = {
  'test/cases/changes.test.ts': [...PAUSE, ...CANCEL, ...PLAN],
  'test/cases/dunning.test.ts': [...FIRST_PAYMENT, ...TRIAL, ...DUNNING],
  'test/cases/order.test.ts': ORDER,
  'test/cases/several.test.ts': [...SEVERAL, ...MONEY_BACK, ...UNKNOWN],
};

const urlOf = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const page = readFileSync(urlOf('docs/stripe-rules.md'), 'utf8');

type Row = { readonly number: number; readonly told: string };
type Named = { readonly file: string; readonly name: string };

const rowsOf = (heading: string): readonly Row[] => {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| (\d+) +\| [^|]+ \| (.*?) +\|$/gm)].map(
    ([, number, told = '']) => ({
      number: Number(number),
      told,
    }),
  );
};

const namedIn = (told: string): readonly Named[] =>
  [...told.matchAll(/`(test\/[^`]+\.test\.ts)`: `([^`]+)`/g)].map(([, file = '', name = '']) => ({
    file,
    name,
  }));

/** Titles as they are written: the first argument of `it`, `describe` or of what their `each` makes. */
const titlesOf = (file: string): readonly string[] => {
  const source = readFileSync(urlOf(file), 'utf8');
  const literals = [...source.matchAll(/(?:\b(?:it|describe)|[\])])\(\s*(['"`])(.+?)\1\s*,/g)];
  return [...literals.map(([, , title = '']) => title), ...(STORIES[file] ?? []).map(nameOf)];
};

const RULES = rowsOf('Rules');
const CASES = rowsOf('Cases');
const ALL = [...RULES, ...CASES].flatMap(({ told }) => namedIn(told));

describe('the map of Stripe’s rules and cases', () => {
  it('has every rule once', () => {
    expect(RULES.map(({ number }) => number)).toEqual(
      Array.from({ length: RULES_MAX }, (_, index) => index + 1),
    );
  });

  it('has every case once', () => {
    expect(CASES.map(({ number }) => number)).toEqual(CASE_NUMBERS);
  });

  it.each([
    ['rules', RULES],
    ['cases', CASES],
  ] as const)(
    'of the %s names a test for each that applies, and a reason for the others',
    (what, rows) => {
      const without = rows.filter(({ told }) => namedIn(told).length === 0);
      expect(without.map(({ number }) => number)).toEqual(NOT_APPLICABLE[what]);
      for (const { told } of without) expect(told).toMatch(/^does not apply: \S.{20,}/);
      for (const { told } of rows)
        expect(namedIn(told)).toHaveLength(told.split('`test/').length - 1);
    },
  );

  it('names only tests that exist', () => {
    const files = [...new Set(ALL.map(({ file }) => file))];
    expect(files.filter((file) => !existsSync(urlOf(file)))).toEqual([]);
    const missing = ALL.filter(({ file, name }) => !titlesOf(file).includes(name));
    expect(missing).toEqual([]);
  });

  it('names only rehearsals that exist, each about its own case', () => {
    const named = CASES.flatMap(({ number, told }) =>
      [...told.matchAll(/`(rehearsals\/[^`]+)`/g)].map(([, file = '']) => ({ number, file })),
    );
    expect(named.length).toBeGreaterThan(0);
    for (const { number, file } of named) {
      expect(readFileSync(urlOf(file), 'utf8')).toMatch(
        new RegExp(`^# case: .*\\b${number}\\b`, 'm'),
      );
    }
  });

  it('names the number of each case in the test', () => {
    for (const { number, told } of CASES) {
      for (const { name } of namedIn(told)) expect(name).toMatch(new RegExp(`^case ${number}: `));
    }
  });

  it('leaves out no story', () => {
    const told = Object.entries(STORIES).flatMap(([file, cases]) =>
      cases.map((each) => ({ file, name: nameOf(each) })),
    );
    const named = CASES.flatMap((row) => namedIn(row.told));
    expect(named).toEqual(expect.arrayContaining(told));
  });
});
