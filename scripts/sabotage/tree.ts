import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokenFiles, type Guard } from './guard.ts';

/** A private copy of the working tree: what is broken here is broken nowhere else. */
export type Tree = {
  readonly folder: string;
  /** Takes one guard out; the answer puts it back. */
  readonly breakGuard: (guard: Guard) => () => void;
};

/** What tests and simulator may need of the tree. */
const LEFT_OUT = new Set(['node_modules', 'coverage', 'cdk.out', '.git', '.wharfage']);

export const copyTree = (root: string): Tree => {
  const folder = mkdtempSync(join(tmpdir(), 'wharfage-sabotage-'));
  for (const name of readdirSync(root)) {
    if (!LEFT_OUT.has(name)) cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  linkPackages(join(root, 'node_modules'), join(folder, 'node_modules'));
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  return {
    folder,
    breakGuard: (guard) => {
      const broken = brokenFiles(guard, read);
      const sound = [...broken.keys()].map((file) => [file, read(file)] as const);
      for (const [file, text] of broken) writeFileSync(join(folder, file), text);
      return () => {
        for (const [file, text] of sound) writeFileSync(join(folder, file), text);
      };
    },
  };
};

export const removeTree = ({ folder }: Tree): void => {
  rmSync(folder, { recursive: true, force: true });
};

/** Package by package, so that what tools cache in `node_modules` stays in the copy. */
const linkPackages = (from: string, to: string): void => {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (!name.startsWith('.') || name === '.bin') symlinkSync(join(from, name), join(to, name));
  }
};
