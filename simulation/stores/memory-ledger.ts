import { PULL_PREFIX, pullKey, USED_PREFIX, useKey } from '../../functions/adapters/table-keys.ts';
import { dayOf } from '../../functions/core/calendar.ts';
import { COUNT_ONCE_SECONDS, type LedgerEntry, type PullDay } from '../../functions/core/ledger.ts';
import { HOUR } from '../../functions/core/time.ts';
import type { Ledger } from '../../functions/ports.ts';
import { memoryTable, type Rows } from './memory-table.ts';

type Row = PullDay & { readonly seen: Readonly<Record<string, number>> };
type Use = { readonly credentialId: string; readonly usedAt: number };

/** One row for a customer, repository and day, without shards. */
export const memoryLedger = (rows: Rows = memoryTable()): Ledger => ({
  notePull: async (entry) => {
    const { customerId, repository, at } = entry;
    const day = dayOf(at);
    const key = pullKey(customerId, { day, repository, shard: 0 });
    const row = rows.get<Row>(key) ?? emptyRow(day, repository, at);
    const next = counted(row, entry);
    if (next !== undefined) rows.put(key, next);
  },
  noteUse: async (customerId, credentialId, at) => {
    const key = useKey(customerId, credentialId);
    if ((rows.get<Use>(key)?.usedAt ?? 0) > at - HOUR) return;
    rows.put(key, { credentialId, usedAt: at });
  },
  listPulls: async (customerId) =>
    rows
      .query<Row>(useKey(customerId, '').pk, PULL_PREFIX)
      .map(({ seen: _seen, ...day }) => day)
      .sort((a, b) => orderOf(b.day, a.day) || orderOf(a.repository, b.repository)),
  listUses: async (customerId) =>
    Object.fromEntries(
      rows
        .query<Use>(useKey(customerId, '').pk, USED_PREFIX)
        .map(({ credentialId, usedAt }) => [credentialId, usedAt]),
    ),
});

const orderOf = (a: string, b: string): number => Number(a > b) - Number(a < b);

const emptyRow = (day: string, repository: string, at: number): Row => ({
  day,
  repository,
  versionChecks: 0,
  pulls: 0,
  bytes: 0,
  denials: {},
  firstAt: at,
  lastAt: at,
  seen: {},
});

const counted = (row: Row, { what, at, credentialId }: LedgerEntry): Row | undefined => {
  const noted = {
    ...row,
    firstAt: Math.min(row.firstAt, at),
    lastAt: Math.max(row.lastAt, at),
  };
  switch (what.kind) {
    case 'version_check':
      return { ...noted, versionChecks: row.versionChecks + 1 };
    case 'bytes':
      return { ...noted, bytes: row.bytes + what.bytes };
    case 'denial': {
      const before = row.denials[what.because] ?? 0;
      return { ...noted, denials: { ...row.denials, [what.because]: before + 1 } };
    }
    case 'pull': {
      const pair = `${credentialId} ${what.digest}`;
      if ((row.seen[pair] ?? 0) > at - COUNT_ONCE_SECONDS) return undefined;
      return { ...noted, pulls: row.pulls + 1, seen: { ...row.seen, [pair]: at } };
    }
    default:
      throw new Error(`unknown entry ${JSON.stringify(what)}`);
  }
};
