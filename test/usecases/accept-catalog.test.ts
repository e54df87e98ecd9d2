import { describe, expect, it } from 'vitest';
import { acceptCatalog } from '../../functions/usecases/accept-catalog.ts';
import { catalog, offer } from '../support/builders.ts';
import { commandWorld } from '../support/command-world.ts';

const OLD = '1111111111111111';
const NEW = '2222222222222222';
const smaller = catalog({ offers: { app: offer('app') } });

const waiting = async () => {
  const world = commandWorld();
  await world.deploy({
    deployed: smaller,
    deployedHash: NEW,
    acceptedHash: OLD,
    redecided: `${NEW}:${OLD}`,
  });
  return { world, accept: acceptCatalog(world.stores) };
};

describe('accepting a catalog', () => {
  it('agrees to the deployed one and has everybody decided again', async () => {
    const { world, accept } = await waiting();
    expect(await accept(NEW)).toStrictEqual({ kind: 'accepted' });
    expect(await world.stores.stage.findCatalogState()).toMatchObject({
      accepted: smaller,
      acceptedHash: NEW,
      redecided: '',
      revision: 2,
    });
  });

  it('changes nothing the second time', async () => {
    const { world, accept } = await waiting();
    await accept(NEW);
    expect(await accept(NEW)).toStrictEqual({ kind: 'accepted_before' });
    expect((await world.stores.stage.findCatalogState())?.revision).toBe(2);
  });

  it('takes no other hash than the deployed one', async () => {
    const { world, accept } = await waiting();
    expect(await accept(OLD)).toStrictEqual({ kind: 'not_deployed', deployedHash: NEW });
    expect((await world.stores.stage.findCatalogState())?.acceptedHash).toBe(OLD);
  });

  it('has nothing to accept before the first sweep', async () => {
    const world = commandWorld();
    expect(await acceptCatalog(world.stores)(NEW)).toStrictEqual({ kind: 'nothing_deployed' });
  });

  it('starts over when a sweep wrote in between, and gives up after five times', async () => {
    const { world, accept } = await waiting();
    const overtake = async () => {
      const state = await world.stores.stage.findCatalogState();
      if (state === undefined) throw new Error('no state');
      world.stores.table.set(
        'STAGE CATALOG',
        JSON.stringify({ ...state, revision: state.revision + 1 }),
      );
    };
    let conflicts = 1;
    world.stores.hooks.before = async (method) => {
      if (method !== 'saveCatalogState' || conflicts === 0) return;
      conflicts -= 1;
      await overtake();
    };
    expect(await accept(NEW)).toStrictEqual({ kind: 'accepted' });
    const { world: other, accept: acceptOther } = await waiting();
    other.stores.stage.saveCatalogState = async () => 'conflict';
    await expect(acceptOther(NEW)).rejects.toThrow(
      'the catalog state was written by others 5 times in a row',
    );
  });
});
