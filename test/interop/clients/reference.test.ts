import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { type Answer, type RegistryClient, registryClient } from '../../support/registry-client.ts';
import { type RegistryWorld, registryWorld } from '../../support/registry-world.ts';
import { runClient } from '../support/run-client.ts';

const REPOSITORY = 'acme/app';
const TAG = '1.1.0';
const NOWHERE = `sha256:${'0'.repeat(64)}`;
/** The reference server knows an index only for those who name it. */
const ACCEPT = {
  accept: [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ].join(', '),
};
/** Headers that a client looks at. */
const LOOKED_AT = [
  'content-type',
  'content-length',
  'docker-content-digest',
  'docker-distribution-api-version',
  'etag',
];
const STARTS_WITHIN_MS = 120_000;

let world: RegistryWorld;
let ours: RegistryClient;
let theirs: RegistryClient;
let stop: () => Promise<void>;
beforeAll(async () => {
  world = await registryWorld();
  const customer = await world.customer();
  ours = registryClient(world.origin, customer);
  const folder = await mkdtemp(join(tmpdir(), 'wharfage-reference-'));
  const reference = await startReference(folder);
  stop = async () => {
    await reference.close();
    await rm(folder, { recursive: true, force: true });
  };
  theirs = registryClient(reference.origin);
  const { code, output } = await runClient({
    file: 'skopeo',
    args: [
      '--insecure-policy',
      'copy',
      '--all',
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
      `--src-creds=${customer.username}:${customer.secret}`,
      `docker://${new URL(world.origin).host}/${REPOSITORY}:${TAG}`,
      `docker://${new URL(reference.origin).host}/${REPOSITORY}:${TAG}`,
    ],
  });
  if (code !== 0) throw new Error(`the image could not be copied: ${output}`);
}, STARTS_WITHIN_MS);
afterAll(async () => {
  await stop();
  await world.close();
});

/** Debian's docker-registry, open to everybody. */
const startReference = async (folder: string) => {
  const port = await freePort();
  const config = join(folder, 'config.yml');
  await writeFile(
    config,
    JSON.stringify({
      version: '0.1',
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: `127.0.0.1:${port}` },
    }),
  );
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  const origin = `http://127.0.0.1:${port}`;
  const ended = once(child, 'close');
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const isUp = await fetch(`${origin}/v2/`).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (isUp) {
      return {
        origin,
        close: async () => {
          child.kill();
          await ended;
        },
      };
    }
    await sleep(100);
  }
  child.kill();
  throw new Error('docker-registry did not start');
};

const shown = ({ status, headers, body }: Answer, names: readonly string[] = LOOKED_AT) => ({
  status,
  headers: Object.fromEntries(names.map((name) => [name, headers.get(name)])),
  body: body.toString('base64'),
});

const both = async (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = ACCEPT,
): Promise<readonly [Answer, Answer]> =>
  Promise.all([ours.ask(method, path, headers), theirs.ask(method, path, headers)]);

const errorCode = ({ body }: Answer): string => JSON.parse(body.toString()).errors[0].code;

describe('beside docker-registry, which holds the same image', () => {
  const digestsOf = async (): Promise<{ manifests: string[]; blobs: string[] }> => {
    const index = await ours.ask('GET', `/v2/${REPOSITORY}/manifests/${TAG}`, ACCEPT);
    const children: string[] = JSON.parse(index.body.toString()).manifests.map(
      ({ digest }: { readonly digest: string }) => digest,
    );
    const blobs: string[] = [];
    for (const child of children) {
      const { body } = await ours.ask('GET', `/v2/${REPOSITORY}/manifests/${child}`, ACCEPT);
      const { config, layers } = JSON.parse(body.toString());
      blobs.push(...[config, ...layers].map(({ digest }) => digest));
    }
    return { manifests: [index.headers.get('docker-content-digest') ?? '', ...children], blobs };
  };

  it.each(['GET', 'HEAD'])('%s of every manifest is the same answer', async (method) => {
    const { manifests } = await digestsOf();
    expect(manifests).toHaveLength(3);
    for (const reference of [TAG, ...manifests]) {
      const [own, other] = await both(method, `/v2/${REPOSITORY}/manifests/${reference}`);
      expect(other.status).toBe(200);
      expect(shown(own)).toStrictEqual(shown(other));
    }
  });

  it('a manifest that the client has is the same 304', async () => {
    const { manifests } = await digestsOf();
    for (const digest of manifests) {
      const headers = { ...ACCEPT, 'if-none-match': `"${digest}"` };
      const [own, other] = await both('GET', `/v2/${REPOSITORY}/manifests/${digest}`, headers);
      expect([own.status, other.status]).toStrictEqual([304, 304]);
    }
  });

  it('a blob has the same bytes and digest; ours come by a redirect', async () => {
    const { blobs } = await digestsOf();
    for (const digest of blobs) {
      const [own, other] = await both('GET', `/v2/${REPOSITORY}/blobs/${digest}`);
      expect([own.status, other.status]).toStrictEqual([307, 200]);
      const location = own.headers.get('location') ?? '';
      const bytes = Buffer.from(await (await fetch(location)).arrayBuffer());
      expect(bytes.equals(other.body)).toBe(true);
      const [ownHead, otherHead] = await both('HEAD', `/v2/${REPOSITORY}/blobs/${digest}`);
      const names = ['docker-content-digest', 'content-type', 'etag'];
      expect(shown(ownHead, names)).toStrictEqual(shown(otherHead, names));
    }
  });

  it.each([
    [`manifests/${NOWHERE}`, 'MANIFEST_UNKNOWN'],
    ['manifests/no-such-tag', 'MANIFEST_UNKNOWN'],
    [`blobs/${NOWHERE}`, 'BLOB_UNKNOWN'],
  ])('what is not there, %s, has the same status and code', async (path, code) => {
    const [own, other] = await both('GET', `/v2/${REPOSITORY}/${path}`);
    expect([own.status, errorCode(own)]).toStrictEqual([404, code]);
    expect([other.status, errorCode(other)]).toStrictEqual([404, code]);
  });

  it('tags have the same form', async () => {
    const [own, other] = await both('GET', `/v2/${REPOSITORY}/tags/list`);
    const [first, second] = [own, other].map(({ body }) => JSON.parse(body.toString()));
    expect(Object.keys(first).sort()).toStrictEqual(Object.keys(second).sort());
    expect(first.name).toBe(second.name);
    expect(first.tags).toStrictEqual(expect.arrayContaining(second.tags));
  });

  it('a malformed digest is refused, where the other breaks and tells its storage path', async () => {
    const [own, other] = await both('GET', `/v2/${REPOSITORY}/manifests/sha256:baddigeststring`);
    expect([400, 404]).toContain(own.status);
    expect(other.status).toBe(500);
  });

  it('an index is served to whoever asks, where the other hides it from those who do not name it', async () => {
    const [own, other] = await both('GET', `/v2/${REPOSITORY}/manifests/${TAG}`, { accept: '*/*' });
    expect([own.status, other.status]).toStrictEqual([200, 404]);
  });
});
