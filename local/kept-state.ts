import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FarEndsState } from './far-ends.ts';

type Saved = FarEndsState & { readonly offsetSeconds?: number };

export type KeptState = {
  /** What the last run left. */
  readonly saved: Saved;
  /** Whole or not at all, one at a time. */
  save(state: Saved): Promise<void>;
};

const STATE_FILE = 'state.json';

/** Secret values are in it: nobody but its owner may read it. */
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;

/** Everything but the table, from one run to the next. Without a directory nothing is kept. */
export const keptState = async (directory: string | undefined): Promise<KeptState> => {
  if (directory === undefined) return { saved: {}, save: async () => undefined };
  await mkdir(directory, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
  const path = join(directory, STATE_FILE);
  let written = '';
  let last: Promise<void> = Promise.resolve();
  const write = async (text: string): Promise<void> => {
    if (text === written) return;
    await replaceFile(path, text);
    written = text;
  };
  return {
    saved: await readState(path),
    save: (state) => {
      const text = JSON.stringify(state);
      last = last.then(
        () => write(text),
        () => write(text),
      );
      return last;
    },
  };
};

/** Forgets everything that earlier runs kept, but for one file. */
export const forgetState = async (directory: string, kept: string): Promise<void> => {
  for (const name of await readdir(directory)) {
    if (name !== kept) await rm(join(directory, name), { recursive: true });
  }
};

/** A crash must not leave half a file, and an older file must not lend its permissions. */
export const replaceFile = async (path: string, text: string): Promise<void> => {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode: OWNER_ONLY_FILE, flag: 'wx' });
  await rename(draft, path);
};

const readState = async (path: string): Promise<Saved> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Saved;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    throw new Error(`${path} cannot be read: start with --reset to begin anew`, { cause });
  }
};
