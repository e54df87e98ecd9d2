import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** A file's text, or what comes on stdin for `-`: what must not stand on a command line. */
export const readText = async (path: string): Promise<string> => {
  if (path === '-') return text(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`${path} cannot be read`, { cause });
  }
};

/** Readable for its owner only. One that exists is left alone. */
export const writeText = async (path: string, content: string): Promise<void> => {
  try {
    await writeFile(path, content, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new Error(`${path} cannot be written, or exists already`, { cause });
  }
};

/** For everybody's eyes, over what was there before. */
export const writePage = async (path: string, content: string): Promise<void> => {
  try {
    await writeFile(path, content);
  } catch (cause) {
    throw new Error(`${path} cannot be written`, { cause });
  }
};
