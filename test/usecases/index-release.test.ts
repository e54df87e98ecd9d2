import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../functions/core/time.ts';
import { catalog, NOW, offer } from '../support/builders.ts';
import {
  type IndexWorld,
  imageOf,
  indexWorld,
  REPOSITORY,
  VERSION_ONE,
  VERSION_TWO,
} from '../support/index-world.ts';

const TICK = { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} };

const event = (detail: Readonly<Record<string, unknown>>, repository = REPOSITORY) => ({
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  detail: { result: 'SUCCESS', 'repository-name': repository, ...detail },
});

const listings = (world: IndexWorld): readonly string[] =>
  world.ecr.calls.filter((call) => call.startsWith('listImages'));

describe('an event of ECR', () => {
  it('has a pushed image indexed', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.handle(
      event({ 'action-type': 'PUSH', 'image-tag': '1.0.0', 'image-digest': digest }),
    );
    expect(await world.opensOf('tag 1.0.0')).toStrictEqual({ app: NOW });
  });

  it('of a push says where to look: what is deleted by then is not indexed', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    world.ecr.registry.delete(REPOSITORY, digest);
    await world.handle(
      event({ 'action-type': 'PUSH', 'image-tag': '1.0.0', 'image-digest': digest }),
    );
    expect((await world.items()).size).toBe(0);
  });

  it('of a deletion says where to look: what is pushed again by then stays', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.handle(
      event({ 'action-type': 'DELETE', 'image-tag': '1.0.0', 'image-digest': digest }),
    );
    expect((await world.items()).has('tag 1.0.0')).toBe(true);
    world.ecr.registry.delete(REPOSITORY, digest);
    await world.handle(
      event({ 'action-type': 'DELETE', 'image-tag': '1.0.0', 'image-digest': digest }),
    );
    expect((await world.items()).has('tag 1.0.0')).toBe(false);
  });

  it('of an archived image has it marked', async () => {
    const world = indexWorld();
    const digest = world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.indexTag('1.0.0');
    world.ecr.registry.archive(REPOSITORY, digest);
    await world.handle(
      event({
        'action-type': 'UPDATE_STORAGE_CLASS',
        'target-storage-class': 'ARCHIVE',
        'image-digest': digest,
      }),
    );
    expect((await world.items()).get('tag 1.0.0')).toMatchObject({ isArchived: true });
  });

  it('of a repository that nobody sells costs nothing', async () => {
    const world = indexWorld();
    await world.handle(event({ 'image-tag': '1.0.0' }, 'acme/internal'));
    expect(world.ecr.calls).toStrictEqual([]);
    expect(world.stores.calls).toStrictEqual({});
  });

  it('counts for repositories of the accepted catalog too', async () => {
    const world = indexWorld();
    world.catalogs = { deployed: catalog({ offers: {} }), accepted: VERSION_ONE };
    world.push(imageOf(['a']), { tags: ['1.0.0'] });
    await world.handle(event({ 'image-tag': '1.0.0' }));
    expect(await world.opensOf('tag 1.0.0')).toStrictEqual({ 'accepted:app': NOW });
  });

  it('that cannot be followed fails, so that it comes again', async () => {
    const world = indexWorld();
    world.ecr.hooks.before = () => {
      throw new Error('throttled');
    };
    await expect(world.handle(event({ 'image-tag': '1.0.0' }))).rejects.toThrow('throttled');
  });

  it('of another shape is left alone, and named', async () => {
    const world = indexWorld();
    await world.handle({ source: 'aws.ecr', 'detail-type': 'ECR Image Scan' });
    expect(world.report.lines).toStrictEqual([
      { message: 'event ignored', fields: { because: 'not about images' } },
    ]);
  });
});

describe('a tick', () => {
  it('lists every repository of both catalogs once, then again after six hours', async () => {
    const world = indexWorld();
    world.catalogs = {
      deployed: VERSION_ONE,
      accepted: catalog({ offers: { tools: offer('tools') } }),
    };
    await world.handle(TICK);
    expect(listings(world)).toStrictEqual(['listImages acme/app', 'listImages acme/tools']);
    world.now = NOW + 6 * HOUR - 1;
    await world.handle(TICK);
    expect(listings(world)).toHaveLength(2);
    world.now = NOW + 6 * HOUR;
    await world.handle(TICK);
    expect(listings(world)).toHaveLength(4);
    expect(world.report.counted('IndexCompleted')).toBe(3);
  });

  it('lists at once what other rules concern', async () => {
    const world = indexWorld();
    await world.handle(TICK);
    world.catalogs = { deployed: VERSION_TWO, accepted: VERSION_TWO };
    await world.handle(TICK);
    expect(listings(world)).toHaveLength(2);
    await world.handle(TICK);
    expect(listings(world)).toHaveLength(2);
  });

  it('leaves a repository to the function that is at it', async () => {
    const world = indexWorld();
    await world.stores.releases.saveIndexState({
      repository: REPOSITORY,
      revision: 1,
      startedAt: NOW,
    });
    await world.handle(TICK);
    expect(listings(world)).toStrictEqual([]);
  });

  it('goes on with the others when one fails, and says which', async () => {
    const world = indexWorld();
    world.catalogs = { deployed: VERSION_ONE, accepted: catalog() };
    world.ecr.hooks.before = (_method, [repository]) => {
      if (repository === 'acme/app') throw new Error('throttled');
    };
    await world.handle(TICK);
    expect(listings(world)).toStrictEqual(['listImages acme/app', 'listImages acme/tools']);
    expect(world.report.lines.filter(({ metric }) => metric === 'IndexFailed')).toStrictEqual([
      {
        message: 'IndexFailed',
        metric: 'IndexFailed',
        value: 1,
        fields: { repository: 'acme/app', errors: ['Error'], reason: 'throttled' },
      },
    ]);
    expect(await world.stores.releases.findIndexState('acme/tools')).toMatchObject({
      completeAt: NOW,
    });
  });

  it('begins no other after ten minutes, and the next one begins with what waited longest', async () => {
    const world = indexWorld();
    world.catalogs = { deployed: VERSION_ONE, accepted: catalog() };
    world.ecr.hooks.before = () => {
      world.now += 10 * MINUTE;
    };
    await world.handle(TICK);
    expect(listings(world)).toStrictEqual(['listImages acme/app']);
    world.now = NOW + 7 * HOUR;
    await world.handle(TICK);
    expect(listings(world).at(-1)).toBe('listImages acme/tools');
  });
});
