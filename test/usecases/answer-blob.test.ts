import { beforeEach, describe, expect, it } from 'vitest';
import { HOUR } from '../../functions/core/time.ts';
import { NOW, windowOf } from '../support/builders.ts';
import {
  APP,
  blobItem,
  digestOf,
  getBlob,
  LAYER_URL,
  manifestItem,
  type PullWorld,
  pullWorld,
} from '../support/pull-world.ts';

const LAYER = digestOf('e');
const unknown = (digest: string): unknown => ({
  kind: 'refused',
  refusal: { kind: 'unknown_blob', digest },
});

let world: PullWorld;
beforeEach(() => {
  world = pullWorld();
  world.buy('cus_Nova', { windows: [windowOf('app')] });
  world.put(blobItem(LAYER));
  world.layers.set(`${APP} ${LAYER}`, LAYER_URL);
});

describe('a layer', () => {
  it('is fetched from storage: one read, one question to ECR, one note of its bytes', async () => {
    const calls = await world.callsOf(async () => {
      expect(await world.pull(getBlob(LAYER))).toEqual({
        kind: 'redirect',
        digest: LAYER,
        url: LAYER_URL,
      });
    });
    expect(calls).toEqual(['readPull', 'findLayerUrl', 'notePull']);
    expect(world.entries).toEqual([
      {
        customerId: 'cus_Nova',
        credentialId: 'cred1',
        repository: APP,
        at: NOW,
        what: { kind: 'bytes', digest: LAYER, bytes: 5_000 },
      },
    ]);
  });

  it('is measured without ECR', async () => {
    const calls = await world.callsOf(async () => {
      expect(await world.pull(getBlob(LAYER, { isHead: true }))).toEqual({
        kind: 'blob',
        digest: LAYER,
        sizeBytes: 5_000,
      });
    });
    expect(calls).toEqual(['readPull']);
  });

  it('that ECR no longer has is unknown', async () => {
    world.layers.clear();
    expect(await world.pull(getBlob(LAYER))).toEqual(unknown(LAYER));
    expect(world.entries).toEqual([]);
  });

  it('that the index does not have is unknown, without asking ECR', async () => {
    const random = digestOf('0');
    world.layers.set(`${APP} ${random}`, LAYER_URL);
    const calls = await world.callsOf(async () => {
      expect(await world.pull(getBlob(random))).toEqual(unknown(random));
    });
    expect(calls).toEqual(['readPull']);
  });

  it('that exists only in another repository, even one that is open, is unknown', async () => {
    const tools = blobItem(digestOf('7'), { repository: 'acme/tools' });
    world.put(tools);
    world.layers.set(`acme/tools ${tools.digest}`, LAYER_URL);
    world.buy('cus_Nova', { windows: [windowOf('app'), windowOf('tools')] });
    expect(await world.pull(getBlob(tools.digest))).toEqual(unknown(tools.digest));
  });

  it('is not what a manifest is, whatever its digest', async () => {
    world.put(manifestItem(digestOf('a')));
    expect(await world.pull(getBlob(digestOf('a')))).toEqual(unknown(digestOf('a')));
  });
});

describe('an address that ECR did not mean', () => {
  it.each([
    ['of somebody else', 'https://evil.example/blob?X-Amz-Signature=canary-url'],
    ['without encryption', 'http://layers.s3.us-east-1.amazonaws.com/blob'],
    ['under the registry itself', 'https://blobs.registry.vendor.example/blob'],
  ])('%s is never given to a client, and counted', async (_which, url) => {
    world.layers.set(`${APP} ${LAYER}`, url);
    expect(await world.pull(getBlob(LAYER))).toEqual({
      kind: 'refused',
      refusal: { kind: 'hostile_redirect' },
    });
    expect(world.report.counted('HostileRedirect')).toBe(1);
    expect(JSON.stringify(world.report.lines)).not.toContain('canary');
  });

  it('under the registry is refused even where its domain is allowed', async () => {
    world.layerOrigin = 'https://*.vendor.example';
    world.layers.set(`${APP} ${LAYER}`, 'https://blobs.registry.vendor.example/blob');
    expect(await world.pull(getBlob(LAYER))).toMatchObject({
      refusal: { kind: 'hostile_redirect' },
    });
  });
});

describe('the ledger of a layer', () => {
  it('counts what a resuming client may still fetch', async () => {
    await world.pull(getBlob(LAYER, { range: { first: 4_000 } }));
    expect(world.entries).toMatchObject([{ what: { bytes: 1_000 } }]);
  });

  it('never fails a pull, and is never silent: the whole entry is in the log', async () => {
    world.hooks.before = (method) => {
      if (method === 'notePull') throw new Error('could not write LEDGER#cus_Nova');
    };
    expect(await world.pull(getBlob(LAYER))).toMatchObject({ kind: 'redirect' });
    expect(world.report.lines.filter(({ metric }) => metric === 'LedgerFailed')).toEqual([
      {
        message: 'LedgerFailed',
        metric: 'LedgerFailed',
        value: 1,
        fields: {
          customerId: 'cus_Nova',
          credentialId: 'cred1',
          repository: APP,
          at: NOW,
          kind: 'bytes',
          digest: LAYER,
          bytes: 5_000,
          errors: ['Error'],
          reason: 'could not write LEDGER#cus_Nova',
        },
      },
    ]);
  });

  it('counts a refusal of what has ended, by its reason, and nothing at the sign of life', async () => {
    world.buy('cus_Nova', {
      withheld: [{ offerId: 'app', source: 'sub_1', because: 'unpaid', endedAt: NOW - HOUR }],
    });
    await world.pull({ kind: 'ping' }, 'cus_Nova', 'c');
    expect(world.entries).toEqual([]);
    await world.pull({ kind: 'tags', repository: APP });
    expect(world.entries).toMatchObject([{ what: { kind: 'denial', because: 'unpaid' } }]);
  });
});
