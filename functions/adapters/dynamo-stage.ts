import type { Cursor } from '../core/cursor.ts';
import type { CatalogState, StageStore } from '../ports.ts';
import { saveRevision } from './dynamo-revision.ts';
import { findItem, type Table } from './dynamo-table.ts';
import { catalogKey, cursorKey, type Key } from './table-keys.ts';

/** What the whole stage shares: the catalog the vendor agreed to, and how far each cadence has come. */
export const dynamoStage = (table: Table): StageStore => ({
  findCatalogState: async () => (await findState(table, catalogKey)) as CatalogState | undefined,
  saveCatalogState: async (next) => saveRevision(table, catalogKey, next),
  findCursor: async (name) => (await findState(table, cursorKey(name))) as Cursor | undefined,
  saveCursor: async (next) => saveRevision(table, cursorKey(next.name), next),
});

const findState = async (table: Table, key: Key): Promise<object | undefined> => {
  const item = await findItem(table, key);
  if (item === undefined) return undefined;
  const { pk, sk, writeId, ...state } = item;
  return state;
};
