import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalPage, startLocalPage } from '../support/local-page.ts';
import { type PullClient, pullClient } from '../support/pull-client.ts';

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

let page: LocalPage;
let customer: string;
let subscription: string;
let client: PullClient;
beforeAll(async () => {
  page = await startLocalPage();
  customer = await page.act({ act: 'create_customer', name: 'Ada' });
  const about = { product: 'prod_starter', interval: 'month', payment: 'ok' };
  subscription = await page.act({ act: 'subscribe', customer, ...about });
  client = await pullClient(page.system, customer);
});
afterAll(() => page.close());

describe('a customer at the local registry', () => {
  it('is told where to log in, by the edge', async () => {
    const response = await fetch(`${page.system.registry.origin}/v2/acme/app/manifests/latest`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="${page.system.registry.origin}/token/d",service="${new URL(page.system.registry.origin).host}",scope="repository:acme/app:pull"`,
    );
  });

  it('pulls an index, its children and their layers, each from the storage', async () => {
    const index = await client.get('/v2/acme/app/manifests/latest');
    expect([index.status, index.headers.get('content-type')]).toEqual([200, OCI_INDEX]);
    const { manifests } = (await index.json()) as { manifests: { digest: string }[] };
    expect(manifests).toHaveLength(2);
    for (const { digest } of manifests) {
      const child = await client.get(`/v2/acme/app/manifests/${digest}`);
      const { config, layers } = (await child.json()) as {
        config: { digest: string; size: number };
        layers: { digest: string; size: number }[];
      };
      for (const blob of [config, ...layers]) {
        expect((await client.pullBlob('acme/app', blob.digest)).length).toBe(blob.size);
      }
    }
    const sent = page.system.farEnds.storage.requests();
    expect(sent.every(({ status, hasAuthorization }) => status === 200 && !hasAuthorization)).toBe(
      true,
    );
  });

  it('learns a manifest’s length by HEAD', async () => {
    const whole = await client.get('/v2/acme/app/manifests/1.0.0');
    const head = await client.get('/v2/acme/app/manifests/1.0.0', { method: 'HEAD' });
    const { length } = Buffer.from(await whole.arrayBuffer());
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(length)]);
    expect(await head.text()).toBe('');
  });

  it('finds the samples’ tags, signature and bill of materials', async () => {
    const tags = (await (await client.get('/v2/acme/app/tags/list')).json()) as object;
    expect(tags).toEqual({ name: 'acme/app', tags: ['1.0.0', '1.1.0', 'latest'] });
    const digest = page.system.farEnds.ecr.tags()['acme/app']?.latest ?? '';
    const answer = await client.get(`/v2/acme/app/referrers/${digest}`);
    const { manifests } = (await answer.json()) as { manifests: { artifactType: string }[] };
    expect(manifests.map(({ artifactType }) => artifactType).sort()).toEqual([
      'application/spdx+json',
      'application/vnd.dev.cosign.artifact.sig.v1+json',
    ]);
    const tag = `${digest.replace(':', '-')}.sig`;
    expect((await client.get(`/v2/acme/app/manifests/${tag}`)).status).toBe(200);
  });

  it('cannot tell a repository of another offer from none', async () => {
    const other = await client.get('/v2/acme/agent/manifests/latest');
    const none = await client.get('/v2/acme/nonex/manifests/latest');
    expect([other.status, none.status]).toEqual([404, 404]);
    const text = (await other.text()).replace('acme/agent', 'X');
    expect((await none.text()).replace('acme/nonex', 'X')).toBe(text);
  });

  it('finds what was just pushed, and no longer what was deleted', async () => {
    const { ecr } = page.system.farEnds;
    const digest = ecr.tags()['acme/app']?.['1.1.0'] ?? '';
    ecr.moveTag('acme/app', '1.2.0', digest);
    await page.system.settle();
    expect((await client.get('/v2/acme/app/manifests/1.2.0')).headers.get('etag')).toBe(
      `"${digest}"`,
    );
    ecr.untagImage('acme/app', '1.2.0');
    await page.system.settle();
    expect((await client.get('/v2/acme/app/manifests/1.2.0')).status).toBe(404);
  });

  it('finds at the next tick what an event was lost of', async () => {
    const { ecr } = page.system.farEnds;
    ecr.events.next('lose', 1);
    ecr.moveTag('acme/app', '1.3.0', ecr.tags()['acme/app']?.['1.1.0'] ?? '');
    await page.move({ seconds: 7 * 3_600 });
    await client.login();
    const tags = (await (await client.get('/v2/acme/app/tags/list')).json()) as object;
    expect(tags).toMatchObject({ tags: ['1.0.0', '1.1.0', '1.3.0', 'latest'] });
  });
});

describe('a subscription that lapses', () => {
  const subscribe = () =>
    page.act({
      act: 'subscribe',
      customer,
      product: 'prod_starter',
      interval: 'month',
      payment: 'ok',
    });
  const latest = () => client.get('/v2/acme/app/manifests/latest');
  const sentenceOf = async (response: Response): Promise<string> => {
    const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
    return `${errors[0]?.code}: ${errors[0]?.message}`;
  };

  it('is refused at the next request with a sentence that says where to pay, and pulls again once paid', async () => {
    expect((await latest()).status).toBe(200);
    await page.act({ act: 'cancel_now', subscription });
    const sentence =
      /^DENIED: Access to acme\/app ended on \d{4}-\d\d-\d\d: the subscription was canceled\. https:\/\/vendor\.example\/renew$/;
    const refused = await latest();
    expect([refused.status, await sentenceOf(refused)]).toEqual([
      403,
      expect.stringMatching(sentence),
    ]);
    expect((await client.login('repository:acme/app:pull')).status).toBe(403);
    await subscribe();
    expect((await latest()).status).toBe(200);
  });
});
