import { expect, it } from 'vitest';
import type { Stores } from '../../simulation/stores/stores.ts';
import { catalogState, cursor } from './examples.ts';

/** What every StageStore does. */
export const stageStoreContract = (open: () => Promise<Pick<Stores, 'stage'>>): void => {
  it('has no catalog and no cursor at first', async () => {
    const { stage } = await open();
    expect(await stage.findCatalogState()).toBeUndefined();
    expect(await stage.findCursor('events')).toBeUndefined();
  });

  it('gives back the catalog state, each revision over the one before', async () => {
    const { stage } = await open();
    expect(await stage.saveCatalogState(catalogState())).toBe('saved');
    const next = catalogState({ revision: 2, acceptedHash: 'b', redecided: 'b:b' });
    expect(await stage.saveCatalogState(next)).toBe('saved');
    expect(await stage.findCatalogState()).toStrictEqual(next);
  });

  it.each([1, 3])(
    'over revision 1 of the catalog state, revision %i is a conflict',
    async (revision) => {
      const { stage } = await open();
      await stage.saveCatalogState(catalogState());
      expect(await stage.saveCatalogState(catalogState({ revision }))).toBe('conflict');
      expect(await stage.findCatalogState()).toStrictEqual(catalogState());
    },
  );

  it('keeps each cursor by itself', async () => {
    const { stage } = await open();
    const members = cursor({ name: 'members', seen: [] });
    expect(await stage.saveCursor(cursor())).toBe('saved');
    expect(await stage.saveCursor(members)).toBe('saved');
    expect(await stage.findCursor('events')).toStrictEqual(cursor());
    expect(await stage.findCursor('members')).toStrictEqual(members);
    expect(await stage.findCursor('subscriptions')).toBeUndefined();
  });

  it('lets one of two runs have the cursor', async () => {
    const { stage } = await open();
    await stage.saveCursor(cursor());
    const outcomes = await Promise.all([
      stage.saveCursor(cursor({ revision: 2, startedAt: 1 })),
      stage.saveCursor(cursor({ revision: 2, startedAt: 2 })),
    ]);
    expect([...outcomes].sort()).toStrictEqual(['conflict', 'saved']);
  });
};
