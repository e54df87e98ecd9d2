import { readFile, rm, writeFile } from 'node:fs/promises';

/** Two systems over one table would each take the other's writes for faults. */
export type FolderLock =
  | { readonly kind: 'held'; readonly release: () => Promise<void> }
  | { readonly kind: 'taken'; readonly pid: number };

/** The file names the process that works here; one that no longer lives has left it behind. */
export const lockFolder = async (path: string): Promise<FolderLock> => {
  if (!(await isWritten(path))) {
    const pid = Number(await readFile(path, 'utf8'));
    if (isAlive(pid)) return { kind: 'taken', pid };
    await rm(path, { force: true });
    if (!(await isWritten(path)))
      return { kind: 'taken', pid: Number(await readFile(path, 'utf8')) };
  }
  return { kind: 'held', release: () => rm(path, { force: true }) };
};

/** False when there is a file already. */
const isWritten = async (path: string): Promise<boolean> => {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
};

const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    // Signal 0 reaches nobody: it only asks whether there is somebody.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
