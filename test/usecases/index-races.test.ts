import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reference, ReleaseItem } from '../../functions/core/release.ts';
import { NOW } from '../support/builders.ts';
import {
  type IndexWorld,
  imageOf,
  indexWorld,
  REPOSITORY,
  subjectOf,
} from '../support/index-world.ts';

type Step = { readonly act: (world: IndexWorld) => void; readonly about: readonly Reference[] };

const tag = (name: string): Reference => ({ kind: 'tag', tag: name });
const digest = (text: string): Reference => ({ kind: 'digest', digest: text });

/** The digests are the same in every world. */
const template = indexWorld();
const A = template.push(imageOf(['base', 'a']));
const B = template.push(imageOf(['base', 'b']));
const INDEX = template.pushIndex([A, B]);
const SBOM = template.push(imageOf(['sbom'], subjectOf(A)));
const SIGNATURE = template.push(imageOf(['signature']));
const SIGNATURE_TAG = `${B.replace(':', '-')}.sig`;

const push = (
  layers: readonly string[],
  name: string | undefined,
  about: readonly Reference[],
): Step => ({
  act: (world) => {
    world.push(imageOf(layers), name === undefined ? {} : { tags: [name] });
  },
  about: name === undefined ? about : [tag(name), ...about],
});

const STEPS: Record<string, Step> = {
  'push a': push(['base', 'a'], undefined, [digest(A)]),
  'push b': push(['base', 'b'], undefined, [digest(B)]),
  'tag a 1.0.0': push(['base', 'a'], '1.0.0', [digest(A)]),
  'tag b 1.0.0': push(['base', 'b'], '1.0.0', [digest(B)]),
  'tag b lts': push(['base', 'b'], 'lts', [digest(B)]),
  'push the index': {
    // A registry refuses an index whose children it does not have.
    act: (world) => {
      world.push(imageOf(['base', 'a']));
      world.push(imageOf(['base', 'b']));
      world.pushIndex([A, B], { tags: ['1.1.0'] });
    },
    about: [digest(A), digest(B), tag('1.1.0'), digest(INDEX)],
  },
  'push the sbom of a': {
    act: (world) => {
      world.push(imageOf(['sbom'], subjectOf(A)));
    },
    about: [digest(SBOM)],
  },
  'sign b': push(['signature'], SIGNATURE_TAG, [digest(SIGNATURE)]),
  'delete a': {
    act: (world) => world.ecr.registry.delete(REPOSITORY, A),
    about: [digest(A), tag('1.0.0')],
  },
  'delete the index': {
    act: (world) => world.ecr.registry.delete(REPOSITORY, INDEX),
    about: [digest(INDEX), tag('1.1.0')],
  },
  'untag lts': {
    act: (world) => world.ecr.registry.untag(REPOSITORY, 'lts'),
    about: [tag('lts')],
  },
  'archive b': {
    act: (world) => {
      if (world.ecr.registry.find(REPOSITORY, { kind: 'digest', digest: B }) !== undefined) {
        world.ecr.registry.archive(REPOSITORY, B);
      }
    },
    about: [digest(B), tag('1.0.0'), tag('lts')],
  },
};

const stepNames = fc.array(fc.constantFrom(...Object.keys(STEPS)), { minLength: 1, maxLength: 8 });
const step = (name: string): Step => STEPS[name] as Step;

/** One image that stays, so that a listing is never empty. */
const worldWith = (): IndexWorld => {
  const world = indexWorld();
  world.push(imageOf(['anchor']), { tags: ['1.9.9'], pushedAt: NOW });
  return world;
};

/** Which items there are, what each of them is, and which keys open it; times may be earlier. */
const shapeOf = async (world: IndexWorld): Promise<Shapes> => {
  const items = [...(await world.items()).entries()].map(([key, item]) => [key, shape(item)]);
  return Object.fromEntries(items);
};

const shape = (item: ReleaseItem) => {
  const bare = {
    opens: Object.keys(item.opens).sort(),
    rulesHash: item.rulesHash,
    sizeBytes: item.sizeBytes,
  };
  if (item.kind === 'blob' || item.kind === 'referrer') return bare;
  const { mediaType, isArchived } = item;
  if (item.kind === 'tag') return { ...bare, mediaType, isArchived, digest: item.digest };
  return { ...bare, mediaType, isArchived, children: item.children, blobs: item.blobs };
};

const isArchivedAt = (world: IndexWorld, wanted: string): boolean =>
  world.ecr.registry.list(REPOSITORY).some((image) => image.digest === wanted && image.isArchived);

/** Whoever has a stored manifest that ECR gives out has everything that it leads to, with at least its stamp. */
const promisesAreKept = async (world: IndexWorld): Promise<void> => {
  const items = await world.items();
  for (const item of items.values()) {
    if (item.kind !== 'manifest' || isArchivedAt(world, item.digest)) continue;
    for (const key of item.blobs.map((each) => `blob ${each}`)) {
      expect(items.get(key)?.opens, key).toMatchObject(
        Object.fromEntries(Object.keys(item.opens).map((each) => [each, expect.any(Number)])),
      );
    }
  }
};

type Shapes = Readonly<Record<string, Partial<ReturnType<typeof shape>> & { opens: string[] }>>;

/** Every image that is in ECR can be pulled by everybody who may. An archived one may be better known than from the listing. */
const covers = (actual: Shapes, alone: Shapes): void => {
  for (const [key, value] of Object.entries(alone)) {
    const { sizeBytes, opens, ...rest } = value;
    const isUnread = sizeBytes === 0;
    expect(actual[key], key).toMatchObject({
      ...(isUnread ? { isArchived: true } : rest),
      opens: expect.arrayContaining(opens),
    });
  }
};

/** Nothing is left that ECR does not have: only an archived image may lead to more than a listing can see. */
const hasNoMore = async (world: IndexWorld, alone: Shapes): Promise<void> => {
  const items = await world.items();
  const archived = [...items.values()].flatMap((item) =>
    item.kind === 'manifest' && item.isArchived ? [item] : [],
  );
  const known = archived.flatMap(({ blobs }) => blobs.map((each) => `blob ${each}`));
  for (const key of items.keys()) expect([...Object.keys(alone), ...known]).toContain(key);
};

describe('events that are lost, late, double or in any order', () => {
  it('leave the index as the listing alone would make it', async () => {
    await fc.assert(
      fc.asyncProperty(stepNames, fc.array(fc.nat(), { maxLength: 20 }), async (names, picks) => {
        const world = worldWith();
        const alone = worldWith();
        for (const name of names) {
          step(name).act(world);
          step(name).act(alone);
        }
        const about = names.flatMap((name) => step(name).about);
        for (const pick of picks) {
          await world.lookAt(about[pick % about.length] as Reference);
          await promisesAreKept(world);
        }
        await world.list();
        await alone.list();
        expect(await shapeOf(world)).toStrictEqual(await shapeOf(alone));
      }),
      { numRuns: 60 },
    );
  });

  it('take nothing away that a listing would give, whatever happened meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...Object.keys(STEPS)), fc.boolean()), { maxLength: 8 }),
        async (names) => {
          const world = worldWith();
          const alone = worldWith();
          for (const [name, isSeen] of names) {
            step(name).act(world);
            step(name).act(alone);
            if (!isSeen) continue;
            for (const reference of step(name).about) await world.lookAt(reference);
          }
          await world.list();
          await alone.list();
          const [actual, expected] = [await shapeOf(world), await shapeOf(alone)];
          covers(actual, expected);
          await hasNoMore(world, expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Stops before and after every call, for as long as the scheduler likes. */
const stalling = (world: IndexWorld, scheduler: fc.Scheduler): void => {
  for (const hooks of [world.stores.hooks, world.ecr.hooks]) {
    hooks.before = (method) => scheduler.schedule(Promise.resolve(), `to ${method}`);
    hooks.after = (method) => scheduler.schedule(Promise.resolve(), `from ${method}`);
  }
};

const running = (world: IndexWorld): void => {
  for (const hooks of [world.stores.hooks, world.ecr.hooks]) {
    delete hooks.before;
    delete hooks.after;
  }
};

/** The events of each step are handled once it is done, all of them at the same time as the listing. */
const race = async (
  scheduler: fc.Scheduler,
  world: IndexWorld,
  names: readonly string[],
): Promise<void> => {
  stalling(world, scheduler);
  const events = names.map(async (name) => {
    await scheduler.schedule(Promise.resolve(), name);
    step(name).act(world);
    for (const reference of step(name).about) await world.lookAt(reference);
  });
  const listing = world.list();
  await scheduler.waitFor(Promise.all([...events, listing]));
  running(world);
};

describe('a listing and events at the same time', () => {
  it('lose no release that was pushed, and none of its stamps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), stepNames, stepNames, async (scheduler, before, names) => {
        const world = worldWith();
        for (const name of before) {
          step(name).act(world);
          for (const reference of step(name).about) await world.lookAt(reference);
        }
        await race(scheduler, world, names);
        await promisesAreKept(world);
        covers(await shapeOf(world), await listedAlone(world, ({ isArchived }) => !isArchived));
        await world.list();
        const expected = await listedAlone(world, () => true);
        covers(await shapeOf(world), expected);
        await hasNoMore(world, expected);
      }),
      { numRuns: 100 },
    );
  });
});

type Image = ReturnType<IndexWorld['ecr']['registry']['list']>[number];

/** What one listing of these images makes. What is archived was perhaps never read, and then leads nowhere. */
const listedAlone = async (
  world: IndexWorld,
  isThere: (image: Image) => boolean,
): Promise<Shapes> => {
  const alone = worldWith();
  for (const image of world.ecr.registry.list(REPOSITORY).filter(isThere)) {
    const { body, mediaType, tags, pushedAt, isArchived } = image;
    const manifest = new TextDecoder().decode(body);
    const copied = alone.push(manifest, { mediaType, tags: [...tags], pushedAt });
    if (isArchived) alone.ecr.registry.archive(REPOSITORY, copied);
  }
  await alone.list();
  return shapeOf(alone);
};
