import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forgetState, keptState, replaceFile } from '../../local/kept-state.ts';
import { inTemporaryFolder } from '../support/temporary-folder.ts';

const permissionsOf = async (path: string): Promise<string> =>
  ((await stat(path)).mode & 0o777).toString(8);

describe('what is kept from one run to the next', () => {
  it('comes back, and only its owner can read it', () =>
    inTemporaryFolder(async (folder) => {
      const directory = join(folder, 'kept');
      const first = await keptState(directory);
      expect(first.saved).toEqual({});
      await first.save({ offsetSeconds: 7 });
      expect((await keptState(directory)).saved).toEqual({ offsetSeconds: 7 });
      expect(await permissionsOf(directory)).toBe('700');
      expect(await permissionsOf(join(directory, 'state.json'))).toBe('600');
    }));

  it('of saves that overlap the last one counts', () =>
    inTemporaryFolder(async (folder) => {
      const kept = await keptState(folder);
      await Promise.all([1, 2, 3].map((offsetSeconds) => kept.save({ offsetSeconds })));
      expect((await keptState(folder)).saved).toEqual({ offsetSeconds: 3 });
      expect(await readdir(folder)).toEqual(['state.json']);
    }));

  it('is not written again as long as it is the same', () =>
    inTemporaryFolder(async (folder) => {
      const kept = await keptState(folder);
      await kept.save({ offsetSeconds: 1 });
      await writeFile(join(folder, 'state.json'), 'touched');
      await kept.save({ offsetSeconds: 1 });
      expect(await readFile(join(folder, 'state.json'), 'utf8')).toBe('touched');
    }));

  it('a save that failed does not stop the next', () =>
    inTemporaryFolder(async (folder) => {
      const kept = await keptState(folder);
      await mkdir(join(folder, 'state.json.new', 'in the way'), { recursive: true });
      await expect(kept.save({ offsetSeconds: 1 })).rejects.toThrow();
      await forgetState(folder, 'none');
      await kept.save({ offsetSeconds: 2 });
      expect((await keptState(folder)).saved).toEqual({ offsetSeconds: 2 });
    }));

  it('says how to go on when it cannot be read', () =>
    inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, 'state.json'), '{');
      await expect(keptState(folder)).rejects.toThrow(
        `${join(folder, 'state.json')} cannot be read: start with --reset to begin anew`,
      );
    }));

  it('is nothing without a folder', async () => {
    const kept = await keptState(undefined);
    await kept.save({ offsetSeconds: 7 });
    expect(kept.saved).toEqual({});
  });

  it('is forgotten on request, but for one file', () =>
    inTemporaryFolder(async (folder) => {
      await mkdir(join(folder, 'stand-in'));
      await writeFile(join(folder, 'running.pid'), '1');
      await forgetState(folder, 'running.pid');
      expect(await readdir(folder)).toEqual(['running.pid']);
    }));

  it('a file that replaces another does not take over its permissions', () =>
    inTemporaryFolder(async (folder) => {
      const path = join(folder, 'local.json');
      await writeFile(`${path}.new`, 'left by a crash', { mode: 0o644 });
      await replaceFile(path, 'new');
      expect([await readFile(path, 'utf8'), await permissionsOf(path)]).toEqual(['new', '600']);
    }));
});
