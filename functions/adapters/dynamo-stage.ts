import type { Catalog } from '../core/catalog.ts';
import type { Cursor } from '../core/cursor.ts';
import type { CatalogState, StageStore } from '../ports.ts';
import { saveRevision } from './dynamo-revision.ts';
import { findItem, type Table } from './dynamo-table.ts';
import { catalogKey, cursorKey, type Key } from './table-keys.ts';

/** What the whole stage shares: the catalog the vendor agreed to, and how far each cadence has come. */
export const dynamoStage = (table: Table): StageStore => ({
  findCatalogState: async () => {
    const state = (await findState(table, catalogKey)) as CatalogState | undefined;
    return (
      state && { ...state, accepted: complete(state.accepted), deployed: complete(state.deployed) }
    );
  },
  saveCatalogState: async (next) => saveRevision(table, catalogKey, next),
  findCursor: async (name) => (await findState(table, cursorKey(name))) as Cursor | undefined,
  saveCursor: async (next) => saveRevision(table, cursorKey(next.name), next),
});

/** Catalogs of an older release know nothing of tags or of what stays after the end. */
const complete = ({ offers, ...catalog }: Catalog): Catalog => ({
  ...catalog,
  offers: Object.fromEntries(
    Object.entries(offers).map(([id, offer]) => [id, { ...NEWER_FIELDS, ...offer }]),
  ),
});

const NEWER_FIELDS = { tags: [], afterEnd: 'deny' } as const;

const findState = async (table: Table, key: Key): Promise<object | undefined> => {
  const item = await findItem(table, key);
  if (item === undefined) return undefined;
  const { pk, sk, writeId, ...state } = item;
  return state;
};
