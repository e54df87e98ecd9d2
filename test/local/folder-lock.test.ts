import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder } from '../../local/folder-lock.ts';
import { inTemporaryFolder } from '../support/temporary-folder.ts';

describe('the lock of the folder', () => {
  it('is held by this process until it is released', () =>
    inTemporaryFolder(async (folder) => {
      const path = join(folder, 'running.pid');
      const lock = await lockFolder(path);
      expect(await readFile(path, 'utf8')).toBe(String(process.pid));
      if (lock.kind === 'held') await lock.release();
      await expect(readFile(path)).rejects.toThrow('ENOENT');
    }));

  it('is taken as long as the process it names lives, and then left behind', () =>
    inTemporaryFolder(async (folder) => {
      const path = join(folder, 'running.pid');
      const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      const { pid } = other;
      await writeFile(path, String(pid));
      expect(await lockFolder(path)).toEqual({ kind: 'taken', pid });
      other.kill();
      await once(other, 'exit');
      expect((await lockFolder(path)).kind).toBe('held');
    }));

  it('is free when the file names nobody', () =>
    inTemporaryFolder(async (folder) => {
      const path = join(folder, 'running.pid');
      await writeFile(path, 'nonsense');
      expect((await lockFolder(path)).kind).toBe('held');
    }));
});
