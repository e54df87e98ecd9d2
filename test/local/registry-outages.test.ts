import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalSystem, localSystem } from '../support/local-system.ts';
import { type PullClient, pullClient } from '../support/pull-client.ts';

const CUSTOMER = 'cus_W0000000000001';

let system: LocalSystem;
let client: PullClient;
beforeAll(async () => {
  system = await localSystem();
  system.subscribe(CUSTOMER, '111122223333');
  await system.settle();
  client = await pullClient(system.system, CUSTOMER);
});
afterAll(() => system.close());

const latest = () => client.get('/v2/acme/app/manifests/latest');
const layerOf = async (): Promise<string> => {
  const { manifests } = (await (await latest()).json()) as { manifests: { digest: string }[] };
  const child = await client.get(`/v2/acme/app/manifests/${manifests[0]?.digest}`);
  return ((await child.json()) as { config: { digest: string } }).config.digest;
};

/** In this order: nothing comes back up. */
describe('what cannot be reached', () => {
  it('the storage: the gateway still says where the layer is', async () => {
    const digest = await layerOf();
    await system.storage.close();
    expect((await client.get(`/v2/acme/app/blobs/${digest}`)).status).toBe(307);
    await expect(client.pullBlob('acme/app', digest)).rejects.toThrow('fetch failed');
  });

  it('ECR: what is indexed is served, and what only ECR has is 503', async () => {
    const digest = await layerOf();
    await system.ecr.close();
    expect((await latest()).status).toBe(200);
    system.clock.advance(120);
    expect((await latest()).status).toBe(200);
    for (const path of [`blobs/${digest}`, 'manifests/unknown']) {
      const response = await client.get(`/v2/acme/app/${path}`);
      expect([path, response.status, response.headers.has('retry-after')]).toEqual([
        path,
        503,
        true,
      ]);
    }
  });

  it('the table: 503 at the registry and at the token endpoint, and not a word about the credential', async () => {
    await system.table.close();
    for (const response of [await latest(), await client.login()]) {
      expect([response.status, response.headers.has('retry-after')]).toEqual([503, true]);
      expect(await response.text()).not.toMatch(/DENIED|UNAUTHORIZED|NAME_UNKNOWN/);
    }
  });
});
