import { expect, it } from 'vitest';
import type { CatalogState } from '../../functions/ports.ts';
import { currentCatalogs } from '../../functions/usecases/current-catalogs.ts';
import { catalog, NOW, offer } from '../support/builders.ts';

const DEPLOYED = catalog();
const OLD = catalog({ offers: { app: offer('app') } });

const stageWith = (state: Partial<CatalogState> | undefined) => {
  const stage = {
    reads: 0,
    now: NOW,
    state: state && {
      accepted: OLD,
      acceptedHash: 'old',
      deployed: DEPLOYED,
      deployedHash: 'new',
      redecided: '',
      revision: 1,
      ...state,
    },
  };
  const findCatalogState = async () => {
    stage.reads += 1;
    return stage.state;
  };
  const catalogs = currentCatalogs(
    { stage: { findCatalogState }, clock: () => stage.now },
    DEPLOYED,
    'new',
  );
  return Object.assign(stage, { catalogs });
};

it.each([
  ['nothing is stored yet', undefined],
  ['the vendor accepted what is deployed', { acceptedHash: 'new' }],
])('both are one object, read once, when %s', async (_when, state) => {
  const stage = stageWith(state);
  const { deployed, accepted } = await stage.catalogs();
  expect(accepted).toBe(deployed);
  expect(deployed).toBe(DEPLOYED);
  stage.now += 1_000_000;
  await stage.catalogs();
  expect(stage.reads).toBe(1);
});

it('while they differ the acceptance is seen within a minute', async () => {
  const stage = stageWith({});
  expect((await stage.catalogs()).accepted).toStrictEqual(OLD);
  if (stage.state !== undefined) stage.state.acceptedHash = 'new';
  stage.now += 59;
  expect((await stage.catalogs()).accepted).toStrictEqual(OLD);
  expect(stage.reads).toBe(1);
  stage.now += 1;
  expect((await stage.catalogs()).accepted).toBe(DEPLOYED);
  stage.now += 1_000_000;
  await stage.catalogs();
  expect(stage.reads).toBe(2);
});
