import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RegistryClient, registryClient } from '../support/registry-client.ts';
import { type RegistryWorld, registryWorld } from '../support/registry-world.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
/** The tool asks for the two OCI types and no others. */
const ACCEPT = { accept: `${INDEX}, ${MANIFEST}` };
const REPOSITORY = 'acme/app';
const TAG = '1.1.0';
const WORLD_STARTS_WITHIN_MS = 120_000;
const NOWHERE = `sha256:${'0'.repeat(64)}`;

type Descriptor = { readonly digest: string; readonly size: number; readonly mediaType: string };
type Manifest = {
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
};

let world: RegistryWorld;
let client: RegistryClient;
const digests: string[] = [];
const blobs: Descriptor[] = [];

const ask = (method: string, path: string, headers: Readonly<Record<string, string>> = ACCEPT) =>
  client.ask(method, `/v2/${REPOSITORY}/${path}`, headers);

beforeAll(async () => {
  world = await registryWorld();
  client = registryClient(world.origin, await world.customer());
  const index = await ask('GET', `manifests/${TAG}`);
  const { manifests = [] } = JSON.parse(index.body.toString()) as Manifest;
  digests.push(digestOf(index.body), ...manifests.map(({ digest }) => digest));
  for (const { digest } of manifests) {
    const child = JSON.parse((await ask('GET', `manifests/${digest}`)).body.toString()) as Manifest;
    blobs.push(...(child.config === undefined ? [] : [child.config]), ...(child.layers ?? []));
  }
}, WORLD_STARTS_WITHIN_MS);
afterAll(() => world.close());

const digestOf = (body: Buffer): string =>
  `sha256:${createHash('sha256').update(body).digest('hex')}`;

/** Read-only checks of the official conformance suite, by the names that it gives them. */
describe('the conformance suite', () => {
  it('ping', async () => {
    const answer = await client.ask('GET', '/v2/');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
  });

  it('sample: there is an index with two images, their configs and layers', () => {
    expect(digests).toHaveLength(3);
    expect(blobs.length).toBeGreaterThanOrEqual(6);
  });

  it('tag list', async () => {
    const { status, body } = await ask('GET', 'tags/list');
    const { name, tags } = JSON.parse(body.toString()) as { name: string; tags: string[] };
    expect([status, name]).toStrictEqual([200, REPOSITORY]);
    expect(tags).toStrictEqual([...tags].sort());
    expect(tags).toContain(TAG);
    expect(tags.filter((tag) => tag.startsWith('sha256-'))).toStrictEqual([]);
  });

  it('tag list with last: none that is not later, and every later one', async () => {
    const all = JSON.parse((await ask('GET', 'tags/list')).body.toString()).tags as string[];
    for (const last of [...all, '0', 'zzz']) {
      const { status, body } = await ask('GET', `tags/list?last=${last}`);
      expect(status).toBe(200);
      expect(JSON.parse(body.toString()).tags).toStrictEqual(all.filter((tag) => tag > last));
    }
  });

  it('tag list page by page is the whole list', async () => {
    const all = JSON.parse((await ask('GET', 'tags/list')).body.toString()).tags as string[];
    const found: string[] = [];
    let path: string | undefined = `/v2/${REPOSITORY}/tags/list?n=1`;
    for (let page = 0; path !== undefined && page < 100; page += 1) {
      const { headers, body } = await client.ask('GET', path);
      found.push(...JSON.parse(body.toString()).tags);
      path = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(found).toStrictEqual(all);
  });

  it.each(['GET', 'HEAD'])('manifest %s by tag and by digest', async (method) => {
    for (const reference of [TAG, ...digests]) {
      const { status, headers, body } = await ask(method, `manifests/${reference}`);
      expect(status).toBe(200);
      const digest = headers.get('docker-content-digest');
      if (reference !== TAG) expect(digest).toBe(reference);
      expect([INDEX, MANIFEST]).toContain(headers.get('content-type'));
      expect(headers.get('etag')).toBe(`"${digest}"`);
      if (method === 'GET') {
        expect(digestOf(body)).toBe(digest);
        expect(headers.get('content-length')).toBe(String(body.length));
      } else {
        const got = await ask('GET', `manifests/${reference}`);
        expect(headers.get('content-length')).toBe(String(got.body.length));
        expect(body).toHaveLength(0);
      }
    }
  });

  // Its length is set from a body that is not there: whether the front passes it on is for the probe to say.
  it('blob HEAD: there, and no redirect', async () => {
    for (const { digest } of blobs) {
      const { status, headers } = await ask('HEAD', `blobs/${digest}`);
      expect(status).toBe(200);
      expect(headers.get('location')).toBeNull();
      expect(headers.get('docker-content-digest')).toBe(digest);
    }
  });

  it('blob GET: a redirect to its bytes, whole and in part', async () => {
    for (const { digest, size } of blobs) {
      const { status, headers, body } = await ask('GET', `blobs/${digest}`);
      expect([status, body.length]).toStrictEqual([307, 0]);
      const location = headers.get('location') ?? '';
      const whole = Buffer.from(await (await fetch(location)).arrayBuffer());
      expect([digestOf(whole), whole.length]).toStrictEqual([digest, size]);
      const part = await fetch(location, { headers: { range: 'bytes=1-2' } });
      expect([part.status, Buffer.from(await part.arrayBuffer())]).toStrictEqual([
        206,
        whole.subarray(1, 3),
      ]);
    }
  });

  it('referrers of a digest that nobody has: an empty index', async () => {
    const { status, headers, body } = await ask('GET', `referrers/${NOWHERE}`);
    expect([status, headers.get('content-type')]).toStrictEqual([200, INDEX]);
    expect(JSON.parse(body.toString())).toStrictEqual({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [],
    });
  });

  it('referrers of an image, and those of one type', async () => {
    const [subject = ''] = digests;
    const all = await ask('GET', `referrers/${subject}`);
    const { manifests } = JSON.parse(all.body.toString()) as {
      manifests: (Descriptor & { artifactType: string })[];
    };
    expect(manifests.length).toBeGreaterThanOrEqual(2);
    for (const { digest, mediaType, size } of manifests) {
      const found = await ask('GET', `manifests/${digest}`);
      expect([found.status, found.headers.get('content-type'), found.body.length]).toStrictEqual([
        200,
        mediaType,
        size,
      ]);
    }
    const filtered = await ask('GET', `referrers/${subject}?artifactType=application/spdx%2Bjson`);
    expect(filtered.headers.get('oci-filters-applied')).toBe('artifactType');
    expect(JSON.parse(filtered.body.toString()).manifests).toStrictEqual(
      manifests.filter(({ artifactType }) => artifactType === 'application/spdx+json'),
    );
  });

  it.each([
    ['missing manifest by digest', `manifests/${NOWHERE}`, [404]],
    ['missing manifest by tag', 'manifests/no-such-tag', [404]],
    ['missing blob', `blobs/${NOWHERE}`, [404]],
    ['invalid digest format of a manifest', 'manifests/sha256:baddigeststring', [400, 404]],
    ['invalid digest format of a blob', 'blobs/sha256:baddigeststring', [400, 404]],
    ['invalid digest format of a subject', 'referrers/sha256:baddigeststring', [400]],
  ])('%s', async (_name, path, allowed) => {
    for (const method of path.startsWith('referrers') ? ['GET'] : ['GET', 'HEAD']) {
      const { status, body } = await ask(method, path);
      expect(allowed).toContain(status);
      if (method === 'GET') {
        expect(JSON.parse(body.toString())).toMatchObject({
          errors: [{ code: expect.any(String) }],
        });
      }
    }
  });

  it('a manifest’s digest is no blob', async () => {
    expect((await ask('HEAD', `blobs/${digests[0]}`)).status).toBe(404);
  });

  it('every method that writes is refused with what is allowed', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { status, headers } = await ask(method, 'blobs/uploads/');
      expect([status, headers.get('allow')]).toStrictEqual([405, 'GET, HEAD']);
    }
  });
});
