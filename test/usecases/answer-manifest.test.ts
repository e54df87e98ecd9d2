import { beforeEach, describe, expect, it } from 'vitest';
import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import { MANIFEST_BYTES_MAX } from '../../functions/core/release.ts';
import { DAY, MINUTE } from '../../functions/core/time.ts';
import { NOW, offer, windowOf } from '../support/builders.ts';
import {
  APP,
  digestOf,
  getDigest,
  getTag,
  manifestItem,
  OCI_INDEX,
  type PullWorld,
  pullWorld,
  tagItem,
} from '../support/pull-world.ts';

const OLD = digestOf('a');
const NEW = digestOf('b');
const refusalOf = (answer: PullAnswer): string =>
  answer.kind === 'refused' ? answer.refusal.kind : answer.kind;
const digestIn = (answer: PullAnswer): string | undefined =>
  'digest' in answer ? answer.digest : undefined;

let world: PullWorld;
beforeEach(() => {
  world = pullWorld();
  world.buy('cus_Nova', { windows: [windowOf('app')] });
});

/** The index has it at `OLD` since more than a minute ago. */
const staleTag = (tag: string): void => {
  world.release(tag, { checkedAt: NOW - MINUTE });
};

describe('a manifest', () => {
  beforeEach(() => world.release('1.0.0', { mediaType: OCI_INDEX }));

  it('by tag is one read: its bytes, its media type, its digest', async () => {
    const calls = await world.callsOf(async () => {
      expect(await world.pull(getTag('1.0.0'))).toEqual({
        kind: 'manifest',
        mediaType: OCI_INDEX,
        digest: OLD,
        body: new TextEncoder().encode(`manifest ${OLD}`),
      });
    });
    expect(calls).toEqual(['readPull']);
  });

  it.each([
    ['its digest', [NEW, OLD]],
    ['any', ['*']],
  ])('that the client has, by %s, is not sent again', async (_which, knownDigests) => {
    expect(await world.pull(getTag('1.0.0', { knownDigests }))).toEqual({
      kind: 'not_modified',
      digest: OLD,
    });
  });

  it('that the client has in another version is sent', async () => {
    const answer = await world.pull(getTag('1.0.0', { knownDigests: [NEW] }));
    expect(answer.kind).toBe('manifest');
  });

  it('is refused to whom it is not open, even if they have it', async () => {
    world.buy('cus_Nova', {});
    const answer = await world.pull(getTag('1.0.0', { knownDigests: [OLD] }));
    expect(refusalOf(answer)).toBe('unknown_repository');
  });

  it('carries the end of access that comes within the days of the notice', async () => {
    const endsAt = NOW + 6 * DAY;
    world.buy('cus_Nova', { windows: [windowOf('app', { endsAt })] });
    expect(await world.pull(getTag('1.0.0'))).toMatchObject({ kind: 'manifest', endsAt });
  });

  it('carries none that a later right outlasts', async () => {
    const later = windowOf('app', { source: 'sub_2' });
    world.buy('cus_Nova', { windows: [windowOf('app', { endsAt: NOW + DAY }), later] });
    expect(await world.pull(getTag('1.0.0'))).not.toHaveProperty('endsAt');
  });
});

describe('a large manifest', () => {
  const LARGE = { body: undefined, sizeBytes: 40_000 } as never;

  it('by tag is in the item of its digest: a second read', async () => {
    world.release('1.0.0', LARGE);
    const calls = await world.callsOf(async () => {
      expect(digestIn(await world.pull(getTag('1.0.0')))).toBe(OLD);
    });
    expect(calls).toEqual(['readPull', 'readReleases', 'notePull']);
  });

  it('that the client has needs no bytes', async () => {
    world.release('1.0.0', LARGE);
    const calls = await world.callsOf(() => world.pull(getTag('1.0.0', { knownDigests: [OLD] })));
    expect(calls).toEqual(['readPull', 'notePull']);
  });

  it.each([
    ['tag', getTag('1.0.0')],
    ['digest', getDigest(OLD)],
  ])('that the table cannot hold is asked of ECR each time, by %s', async (_by, request) => {
    world.release('1.0.0', LARGE);
    world.put(manifestItem(OLD, LARGE));
    for (let time = 0; time < 2; time += 1) {
      const calls = await world.callsOf(async () => {
        expect(digestIn(await world.pull(request))).toBe(OLD);
      });
      expect(calls.filter((call) => call === 'readImages')).toHaveLength(1);
    }
  });

  it('that ECR no longer has is unknown', async () => {
    world.put(manifestItem(OLD, LARGE));
    expect(refusalOf(await world.pull(getDigest(OLD)))).toBe('unknown_manifest');
  });

  it('whose bytes do not have its digest is not served', async () => {
    world.put(manifestItem(OLD, LARGE));
    world.ecr.set(`${APP} ${OLD}`, { kind: 'odd', because: 'mismatch' });
    expect(refusalOf(await world.pull(getDigest(OLD)))).toBe('digest_mismatch');
    world.ecr.set(`${APP} ${OLD}`, { kind: 'image', manifest: manifestItem(NEW) });
    expect(refusalOf(await world.pull(getDigest(OLD)))).toBe('digest_mismatch');
    expect(world.report.counted('DigestMismatch')).toBe(2);
  });

  it('is unavailable while ECR is', async () => {
    world.put(manifestItem(OLD, LARGE));
    world.hooks.before = (method) => {
      if (method === 'readImages') throw new Error('throttled');
    };
    expect(refusalOf(await world.pull(getDigest(OLD)))).toBe('unavailable');
  });

  it.each([
    [MANIFEST_BYTES_MAX, 'manifest'],
    [MANIFEST_BYTES_MAX + 1, 'oversized_manifest'],
  ])('of %i bytes: %s', async (sizeBytes, expected) => {
    world.put(manifestItem(OLD, { sizeBytes }));
    expect(refusalOf(await world.pull(getDigest(OLD)))).toBe(expected);
  });
});

describe('an archived image', () => {
  it('is refused by tag and by digest, with a word of its own', async () => {
    world.put(tagItem('1.0.0', { isArchived: true }), manifestItem(OLD, { isArchived: true }));
    for (const request of [getTag('1.0.0'), getDigest(OLD)]) {
      expect(refusalOf(await world.pull(request))).toBe('archived_manifest');
    }
  });

  it('stays archived while ECR does not give it out', async () => {
    world.put(tagItem('1.0.0', { isArchived: true, checkedAt: NOW - MINUTE }));
    expect(refusalOf(await world.pull(getTag('1.0.0')))).toBe('archived_manifest');
    expect(world.calls).toContain('readImages');
    expect(world.find({ repository: APP, kind: 'tag', tag: '1.0.0' })).toBeDefined();
  });

  it('is served again when ECR gives it out again, though no event said so', async () => {
    world.put(tagItem('1.0.0', { isArchived: true, checkedAt: NOW - MINUTE }));
    world.push(tagItem('1.0.0'));
    expect(digestIn(await world.pull(getTag('1.0.0')))).toBe(OLD);
  });
});

describe('a tag that was checked a minute ago', () => {
  it('and points where it did is served, with one question to ECR and one write', async () => {
    staleTag('1.0.0');
    const calls = await world.callsOf(async () => {
      expect(digestIn(await world.pull(getTag('1.0.0')))).toBe(OLD);
    });
    expect(calls).toEqual(['readPull', 'claimRefresh', 'readImages', 'notePull']);
  });

  it('is not checked again before another minute has passed', async () => {
    staleTag('1.0.0');
    await world.pull(getTag('1.0.0'));
    world.now = NOW + MINUTE - 1;
    expect(await world.callsOf(() => world.pull(getTag('1.0.0')))).not.toContain('readImages');
    world.now = NOW + MINUTE;
    expect(await world.callsOf(() => world.pull(getTag('1.0.0')))).toContain('readImages');
  });

  it('and has moved is served as it is now', async () => {
    staleTag('latest');
    world.push(tagItem('latest', { digest: NEW }));
    const answer = await world.pull(getTag('latest'));
    expect(digestIn(answer)).toBe(NEW);
    expect(answer.kind === 'manifest' && new TextDecoder().decode(answer.body)).toBe(
      `manifest ${NEW}`,
    );
    expect(digestIn(await world.pull(getTag('latest')))).toBe(NEW);
  });

  it('and is gone is unknown from now on', async () => {
    staleTag('1.0.0');
    world.ecr.clear();
    const calls = await world.callsOf(async () => {
      expect(refusalOf(await world.pull(getTag('1.0.0')))).toBe('unknown_manifest');
    });
    expect(calls).toEqual(['readPull', 'claimRefresh', 'readImages', 'saveReleases']);
    expect(refusalOf(await world.pull(getTag('1.0.0')))).toBe('unknown_manifest');
    world.now = NOW + 2 * MINUTE;
    expect(refusalOf(await world.pull(getTag('1.0.0')))).toBe('unknown_manifest');
  });

  it('and is gone, or archived a moment ago, leaves what it pointed at to those who keep that', async () => {
    staleTag('1.0.0');
    const { history } = tagItem('1.0.0');
    world.ecr.clear();
    await world.pull(getTag('1.0.0'));
    expect(world.find({ repository: APP, kind: 'tag', tag: '1.0.0' })).toMatchObject({ history });
  });

  it('and is gone is asked for like any other that the index does not have', async () => {
    staleTag('1.0.0');
    world.ecr.clear();
    await world.pull(getTag('1.0.0'));
    world.release('1.0.0', { isMissing: true });
    expect(digestIn(await world.pull(getTag('1.0.0')))).toBe(OLD);
    expect(world.calls).toContain('admitMiss');
  });

  it('and is gone, and pushed again before it was removed, stays', async () => {
    staleTag('1.0.0');
    world.ecr.clear();
    world.hooks.before = (method) => {
      if (method === 'saveReleases') world.put(tagItem('1.0.0', { digest: NEW, revision: 2 }));
    };
    await world.pull(getTag('1.0.0'));
    expect(digestIn(await world.pull(getTag('1.0.0')))).toBe(NEW);
  });

  it('and has moved to what nobody can serve says so', async () => {
    staleTag('latest');
    world.hooks.before = (method) => {
      if (method === 'indexImage') {
        world.ecr.set(`${APP} latest`, { kind: 'odd', because: 'ambiguous' });
      }
    };
    world.push(tagItem('latest', { digest: NEW }));
    expect(refusalOf(await world.pull(getTag('latest')))).toBe('ambiguous_manifest');
  });

  it.each([
    ['the claim fails', 'claimRefresh'],
    ['ECR does not answer', 'readImages'],
    ['the index cannot be written', 'indexImage'],
  ])('is served as indexed when %s', async (_why, failing) => {
    staleTag('latest');
    world.push(tagItem('latest', { digest: NEW }));
    world.hooks.before = (method) => {
      if (method === failing) throw new Error('throttled');
    };
    expect(digestIn(await world.pull(getTag('latest')))).toBe(OLD);
    expect(world.report.lines[0]).toMatchObject({
      message: 'a stale tag is served',
      fields: { repository: APP, tag: 'latest', reason: 'throttled' },
    });
    expect(world.report.counted('GatewayUnavailable')).toBe(0);
  });

  it('is served as indexed when ECR sends bytes that do not have their digest, and that is counted', async () => {
    staleTag('latest');
    world.ecr.set(`${APP} latest`, { kind: 'odd', because: 'mismatch' });
    expect(digestIn(await world.pull(getTag('latest')))).toBe(OLD);
    expect(world.report.counted('DigestMismatch')).toBe(1);
  });

  it('is served as indexed when ECR says nothing at all about it', async () => {
    staleTag('latest');
    world.deps.images.readImages = async () => [];
    expect(digestIn(await world.pull(getTag('latest')))).toBe(OLD);
  });

  it('is not refreshed by somebody to whom it is not open', async () => {
    world = pullWorld({
      offers: { app: offer('app', { tags: [{ glob: 'v*' }], awsAccounts: 'none' }) },
    });
    world.buy('cus_Nova', { windows: [windowOf('app')] });
    staleTag('internal');
    const calls = await world.callsOf(() => world.pull(getTag('internal')));
    expect(calls).not.toContain('claimRefresh');
    expect(calls).not.toContain('indexImage');
  });
});

describe('what the index does not have', () => {
  it('and ECR has is indexed and served at once', async () => {
    world.push(tagItem('1.1.0', { digest: NEW }));
    expect(digestIn(await world.pull(getDigest(NEW)))).toBe(NEW);
    expect(digestIn(await world.pull(getTag('1.1.0')))).toBe(NEW);
    expect(await world.callsOf(() => world.pull(getTag('1.1.0')))).toEqual([
      'readPull',
      'notePull',
    ]);
  });

  it('and ECR does not have is unknown, and not asked for again for a minute', async () => {
    const first = await world.callsOf(async () => {
      expect(refusalOf(await world.pull(getTag('9.9.9')))).toBe('unknown_manifest');
    });
    expect(first).toEqual(['readPull', 'admitMiss', 'indexImage']);
    const again = await world.callsOf(() => world.pull(getTag('9.9.9')));
    expect(again).toEqual(['readPull']);
    world.now += MINUTE;
    world.push(tagItem('9.9.9'));
    expect(refusalOf(await world.pull(getTag('9.9.9')))).toBe('manifest');
  });

  it('is found by whoever asks after an event indexed it, even if it was absent a moment ago', async () => {
    await world.pull(getTag('9.9.9'));
    world.release('9.9.9');
    expect(refusalOf(await world.pull(getTag('9.9.9')))).toBe('manifest');
  });

  it('is refused without asking ECR when too much was asked', async () => {
    world.missesLeft = 0;
    world.push(tagItem('1.1.0'));
    const calls = await world.callsOf(async () => {
      expect(refusalOf(await world.pull(getTag('1.1.0')))).toBe('too_many_misses');
    });
    expect(calls).toEqual(['readPull', 'admitMiss']);
  });

  it('is asked for once by all who ask at the same time, and only one of them is metered', async () => {
    world.push(tagItem('1.1.0'));
    world.missesLeft = 1;
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const asking = new Promise<void>((resolve) => {
      world.hooks.before = async (method) => {
        if (method !== 'indexImage') return;
        resolve();
        await gate;
      };
    });
    const first = world.pull(getTag('1.1.0'));
    await asking;
    const second = world.pull(getTag('1.1.0'));
    await new Promise((resolve) => setImmediate(resolve));
    release();
    expect([refusalOf(await first), refusalOf(await second)]).toEqual(['manifest', 'manifest']);
    expect(world.calls.filter((call) => call === 'indexImage')).toHaveLength(1);
    expect(world.missesLeft).toBe(0);
  });

  it.each([
    ['oversized', 'oversized_manifest'],
    ['ambiguous', 'ambiguous_manifest'],
    ['mismatch', 'digest_mismatch'],
  ] as const)('and cannot be indexed because it is %s: %s', async (because, expected) => {
    world.ecr.set(`${APP} odd`, { kind: 'odd', because });
    world.ecr.set(`${APP} ${NEW}`, { kind: 'odd', because });
    expect(refusalOf(await world.pull(getTag('odd')))).toBe(expected);
    expect(refusalOf(await world.pull(getDigest(NEW)))).toBe(expected);
  });
});

describe('what the index does not have, of an offer of some tags', () => {
  beforeEach(() => {
    world = pullWorld({
      offers: { app: offer('app', { tags: [{ glob: 'v*' }], awsAccounts: 'none' }) },
    });
    world.buy('cus_Nova', { windows: [windowOf('app')] });
  });

  it('is served when the offer has it', async () => {
    const opens = { app: NOW };
    world.push(tagItem('v2', { opens }), manifestItem(OLD, { opens }));
    expect(refusalOf(await world.pull(getTag('v2')))).toBe('manifest');
  });

  it('is unknown when it has not, as it would be if it were not there, and costs one question', async () => {
    world.push(tagItem('internal'));
    const asked: string[] = [];
    for (const tag of ['internal', 'internal', 'none', 'none']) {
      const calls = await world.callsOf(async () => {
        expect(await world.pull(getTag(tag))).toEqual({
          kind: 'refused',
          refusal: { kind: 'unknown_manifest', reference: tag },
        });
      });
      asked.push(calls.join(' '));
    }
    expect(asked.slice(0, 2)).toEqual(asked.slice(2));
  });

  it.each([
    ['a tag that it sells', getTag('v9'), 'ambiguous_manifest'],
    ['another tag', getTag('internal'), 'unknown_manifest'],
    ['a digest that no tag of it is known to reach', getDigest(NEW), 'unknown_manifest'],
  ])('and cannot be indexed, by %s: %s', async (_by, request, expected) => {
    for (const reference of ['v9', 'internal', NEW]) {
      world.ecr.set(`${APP} ${reference}`, { kind: 'odd', because: 'ambiguous' });
    }
    expect(refusalOf(await world.pull(request))).toBe(expected);
    const again = await world.callsOf(() => world.pull(request));
    expect(again.includes('indexImage')).toBe(expected === 'ambiguous_manifest');
  });
});
