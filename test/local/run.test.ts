import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { readLocalDeployment } from '../../bin/local-deployment.ts';
import type { Running } from '../../local/run.ts';
import type { View } from '../../local/view.ts';
import { running, startRun } from '../support/local-run.ts';
import { inTemporaryFolder } from '../support/temporary-folder.ts';

const occupied = async (): Promise<{ readonly server: Server; readonly port: number }> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
};

const ask = async (url: string, body: object): Promise<string> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.text();
};
const stateOf = async ({ pageUrl }: Running): Promise<View> =>
  (await (await fetch(`${pageUrl}/api/state`)).json()) as View;

describe('npm start', () => {
  it('keeps everything from one run to the next, tells the operator’s command, and can begin anew', () =>
    inTemporaryFolder(async (folder) => {
      const first = await running(folder);
      await ask(`${first.pageUrl}/api/acts`, { act: 'create_customer', name: 'Ada' });
      await ask(`${first.pageUrl}/api/clock`, { seconds: 3_600 });
      await vi.waitFor(async () => {
        const { clockOffsetSeconds } = readLocalDeployment(join(folder, 'local.json'));
        expect(clockOffsetSeconds).toBe(3_600);
      }, 10_000);
      await first.close();
      expect(await readdir(folder)).toEqual(['functions.log', 'stand-in']);

      const second = await running(folder);
      const { customers, now } = await stateOf(second);
      expect(customers.map(({ name }) => name)).toEqual(['Ada']);
      const deployment = readLocalDeployment(join(folder, 'local.json'));
      expect(deployment).toMatchObject({ stage: 'local', clockOffsetSeconds: 3_600 });
      expect(Math.abs(now - Math.floor(Date.now() / 1_000))).toBeLessThan(5);
      await second.close();

      const third = await running(folder, { reset: true });
      expect((await stateOf(third)).customers).toEqual([]);
      expect(readLocalDeployment(join(folder, 'local.json')).clockOffsetSeconds).toBe(0);
      await third.close();
    }));

  it.each([
    ['port', '--port'],
    ['webhookPort', '--webhook-port'],
    ['registryPort', '--registry-port'],
  ])('names a %s that is taken, and the flag', (option, flag) =>
    inTemporaryFolder(async (folder) => {
      const { server, port } = await occupied();
      expect(await startRun(folder, { [option]: port })).toEqual({
        kind: 'refused',
        sentences: [
          `Port ${port} is taken by another program, perhaps another npm start: end that one, or choose a free port with npm start -- ${flag} ${port + 10}`,
        ],
      });
      server.close();
      expect(await readdir(folder)).not.toContain('running.pid');
    }),
  );

  it('touches nothing when its folder is in use', () =>
    inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, 'running.pid'), String(process.ppid));
      await writeFile(join(folder, 'kept'), 'kept');
      expect(await startRun(folder, { reset: true })).toEqual({
        kind: 'refused',
        sentences: [
          `${folder} is in use by process ${process.ppid}, perhaps another npm start: end that one, or delete running.pid there if it is something else`,
        ],
      });
      expect(await readFile(join(folder, 'kept'), 'utf8')).toBe('kept');
    }));

  it('shows every problem of an invalid catalog', () =>
    inTemporaryFolder(async (folder) => {
      const offer = { products: ['no'], repositories: ['acme/app'], graceDays: -1 };
      const outcome = await startRun(folder, { catalog: { offers: { pro: offer } } });
      expect(outcome).toMatchObject({ kind: 'refused' });
      const { sentences } = outcome as { sentences: readonly string[] };
      expect(sentences[0]).toBe('bin/catalog.ts is not valid:');
      expect(sentences.slice(1)).toEqual([
        expect.stringContaining('offers.pro.products'),
        expect.stringContaining('offers.pro.graceDays'),
      ]);
    }));

  it('answers that it is starting until it has', () =>
    inTemporaryFolder(async (folder) => {
      const { server, port } = await occupied();
      await new Promise((resolve) => server.close(resolve));
      const starting = running(folder, { port });
      let early: Response | undefined;
      for (let attempt = 0; attempt < 200 && early === undefined; attempt += 1) {
        early = await fetch(`http://127.0.0.1:${port}/api/state`).catch(() => undefined);
      }
      const { pageUrl, close } = await starting;
      expect(early?.status).toBe(503);
      expect((await fetch(pageUrl)).status).toBe(200);
      await close();
    }));
});
