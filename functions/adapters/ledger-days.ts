import type { PullDay } from '../core/ledger.ts';
import type { Item } from './dynamo-table.ts';
import { DENIAL_PREFIX } from './ledger-write.ts';

/** Rows of one customer summed up by repository and day; newest day first, then by repository. */
export const pullDaysOf = (rows: readonly Item[]): readonly PullDay[] => {
  const days = new Map<string, PullDay>();
  for (const row of rows) {
    const day = dayOfRow(row);
    const name = `${day.day} ${day.repository}`;
    const before = days.get(name);
    days.set(name, before === undefined ? day : sumOf(before, day));
  }
  return [...days.values()].sort(
    (a, b) => orderOf(b.day, a.day) || orderOf(a.repository, b.repository),
  );
};

const orderOf = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** `PULL#2026-11-21#acme/app#3` */
const dayOfRow = (row: Item): PullDay => {
  const [, day = '', repository = ''] = String(row.sk).split('#');
  const denials = Object.keys(row).filter((name) => name.startsWith(DENIAL_PREFIX));
  return {
    day,
    repository,
    versionChecks: countOf(row.versionChecks),
    pulls: countOf(row.pulls),
    bytes: countOf(row.bytes),
    denials: Object.fromEntries(
      denials.map((name) => [name.slice(DENIAL_PREFIX.length), countOf(row[name])]),
    ),
    firstAt: countOf(row.firstAt),
    lastAt: countOf(row.lastAt),
  };
};

const sumOf = (a: PullDay, b: PullDay): PullDay => ({
  ...a,
  versionChecks: a.versionChecks + b.versionChecks,
  pulls: a.pulls + b.pulls,
  bytes: a.bytes + b.bytes,
  denials: sumsOf(a.denials, b.denials),
  firstAt: Math.min(a.firstAt, b.firstAt),
  lastAt: Math.max(a.lastAt, b.lastAt),
});

const sumsOf = (a: PullDay['denials'], b: PullDay['denials']): PullDay['denials'] => {
  const reasons = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    [...reasons].map((reason) => [reason, (a[reason] ?? 0) + (b[reason] ?? 0)]),
  );
};

const countOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
