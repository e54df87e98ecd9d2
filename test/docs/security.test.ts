import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const THREATS_MAX = 47;

const ADVISORIES = [
  'CVE-2024-39897',
  'CVE-2026-35172',
  'CVE-2025-23208',
  'CVE-2026-61833',
  'CVE-2026-31801',
  'CVE-2026-41888',
  'CVE-2025-24976',
  'CVE-2026-33540',
  'CVE-2026-48978',
  'CVE-2020-15157',
  'CVE-2023-2253',
  'CVE-2020-29662',
  'CVE-2022-31667..31670',
  'CVE-2024-22278',
  'CVE-2019-19030',
  'CVE-2020-13794',
  'CVE-2023-20902',
  'CVE-2026-110697',
  'CVE-2026-18255',
  'CVE-2026-123710',
  'CVE-2025-4374',
  'CVE-2026-2377',
  'CVE-2026-32591',
  'CVE-2020-13788',
  'CVE-2025-48374',
  'GHSA-prh4-vhfh-24mj',
];

/** Doors that do not exist: a claim page, sessions, mail. */
const NOT_APPLICABLE = ['T4', 'T7', 'T29', 'T30', 'T36', 'T37'];

const urlOf = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const page = readFileSync(urlOf('docs/security.md'), 'utf8');

type Row = {
  readonly ids: readonly string[];
  readonly told: string;
  readonly files: readonly string[];
};

const ID = /\b(?:T\d+|CVE-\d{4}-\d+(?:\.\.\d+)?|GHSA(?:-\w{4}){3})/g;

const ROWS: readonly Row[] = page
  .split('\n')
  .filter((line) => /^\| (?:T\d|\w+(?:-\w+)? (?:CVE|GHSA))/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, ids = '', , told = '', shownBy = '']) => ({
    ids: ids.match(ID) ?? [],
    told,
    files: [...shownBy.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  }));

/** The numbers that titles begin with: `'T28: CVE-2026-33540: a layer …'`. */
const idsIn = (file: string): readonly string[] => {
  const heads = readFileSync(urlOf(file), 'utf8').matchAll(/(?<=^|[([]|\s)['"`]((?:[\w.-]+: )+)/gm);
  return [...heads].flatMap(([, head = '']) => head.match(ID) ?? []);
};

describe('the page about security', () => {
  it('has every threat and every advisory once', () => {
    const threats = Array.from({ length: THREATS_MAX }, (_, index) => `T${index + 1}`);
    expect(ROWS.flatMap(({ ids }) => ids)).toEqual([...threats, ...ADVISORIES]);
  });

  it('names a test for each that concerns what exists, and a reason for the others', () => {
    const without = ROWS.filter(({ files }) => files.length === 0);
    expect(without.flatMap(({ ids }) => ids)).toEqual(NOT_APPLICABLE);
    for (const { told } of without) expect(told).toMatch(/^does not concern what exists: \S.{20,}/);
    for (const { told } of ROWS) expect(told).toMatch(/\S/);
  });

  it('names only files that exist and have the number in a title', () => {
    const files = [...new Set(ROWS.flatMap((row) => row.files))];
    expect(files.filter((file) => !existsSync(urlOf(file)))).toEqual([]);
    const missing = ROWS.flatMap(({ ids, files: named }) =>
      named.flatMap((file) =>
        ids.filter((id) => !idsIn(file).includes(id)).map((id) => `${id} ${file}`),
      ),
    );
    expect(missing).toEqual([]);
  });
});
