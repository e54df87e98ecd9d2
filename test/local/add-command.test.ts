import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addCommand } from '../../local/add-command.ts';
import { digestOf } from '../../local/aws/blobs.ts';
import { imageOf, jsonBytes } from '../../local/samples/image.ts';
import { layerOf } from '../../local/samples/layer.ts';
import { running } from '../support/local-run.ts';
import { inTemporaryFolder } from '../support/temporary-folder.ts';

const layoutIn = async (folder: string): Promise<string> => {
  const image = imageOf('oci', 'amd64', [await layerOf({ 'etc/text': 'mine' })], {});
  await mkdir(join(folder, 'mine', 'blobs', 'sha256'), { recursive: true });
  const digest = digestOf(image.manifest);
  for (const bytes of [image.manifest, ...image.blobs]) {
    await writeFile(join(folder, 'mine', 'blobs', 'sha256', digestOf(bytes).slice(7)), bytes);
  }
  const manifests = [{ mediaType: image.mediaType, digest, size: image.manifest.length }];
  await writeFile(join(folder, 'mine', 'index.json'), jsonBytes({ schemaVersion: 2, manifests }));
  return digest;
};

describe('npm run local -- add', () => {
  it('puts an image into the running system, which keeps it', () =>
    inTemporaryFolder(async (folder) => {
      const digest = await layoutIn(folder);
      const place = { cwd: folder, deploymentFile: join(folder, 'kept', 'local.json') };
      const args = ['add', 'mine', '--repository', 'acme/app', '--tag', '9.0'];
      const first = await running(join(folder, 'kept'));
      const { host } = new URL(first.registryUrl);
      expect(await addCommand(args, place)).toEqual([
        `acme/app:9.0 is at the vendor’s ECR, ${digest}`,
        `Whoever may pull it:  docker pull ${host}/acme/app:9.0`,
      ]);
      await expect(addCommand(['add', 'gone'], place)).rejects.toThrow('is missing: a directory');
      const stranger = await fetch(`${first.pageUrl}/api/images`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-wharfage-local-key': 'guessed' },
        body: JSON.stringify({ path: join(folder, 'mine') }),
      });
      expect(stranger.status).toBe(403);
      await first.close();

      const second = await running(join(folder, 'kept'));
      const again = await addCommand(['add', 'mine', '--repository=acme/app', '--tag=9.1'], place);
      expect(again[0]).toContain(digest);
      const state = await (await fetch(`${second.pageUrl}/api/state`)).json();
      expect(JSON.stringify(state)).toContain('9.0');
      await second.close();
    }));

  it.each([
    [[], 'add and one path are needed, got []'],
    [['push', 'x'], 'add and one path are needed, got ["push","x"]'],
    [['add'], 'add and one path are needed'],
    [['add', 'a', 'b'], 'add and one path are needed'],
    [['add', 'a', '--color'], "Unknown option '--color'"],
    [['add', 'a'], 'is the local system running (npm start)?'],
  ])('%j says what is wrong', async (args, sentence) => {
    const place = { cwd: '/nowhere', deploymentFile: '/nowhere/local.json' };
    await expect(addCommand(args, place)).rejects.toThrow(sentence);
  });

  it('explains itself', async () => {
    const lines = await addCommand(['add', '--help'], { cwd: '/nowhere' });
    expect(lines.join('\n')).toMatch(/--repository[\s\S]*--tag/);
  });
});
