import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { isoOf } from '../functions/core/calendar.ts';
import { errorFields } from '../functions/core/error-fields.ts';
import type { EpochSeconds } from '../functions/core/time.ts';
import { STAGE } from './names.ts';

export type LogLine = { readonly at: EpochSeconds; readonly text: string };

/** What CloudWatch Logs would hold: the lines of all functions, in one place. */
export type FunctionLog = {
  /** The last ones, oldest first. */
  lines(): readonly LogLine[];
  /** What Lambda itself would log of a failure. */
  note(message: string, error: unknown): void;
  /** Gives the terminal back and ends the file. */
  close(): Promise<void>;
};

type Options = {
  readonly now: () => EpochSeconds;
  /** Appended to; nothing is written without it. */
  readonly path: string | undefined;
};

const LINES_MAX = 200;
const FILE_BYTES_MAX = 10 * 1024 * 1024;

/** From here on what the functions print goes to the log, and everything else to the terminal as before. */
export const startFunctionLog = async ({ now, path }: Options): Promise<FunctionLog> => {
  const lines: LogLine[] = [];
  const file = path === undefined ? undefined : await openFile(path);
  const take = (text: string): void => {
    const at = now();
    lines.push({ at, text });
    if (lines.length > LINES_MAX) lines.shift();
    file?.write(`${isoOf(at)} ${text}\n`);
  };
  const giveBack = divert(take);
  return {
    lines: () => [...lines],
    note: (message, error) =>
      take(JSON.stringify({ ...errorFields(error), message, Stage: STAGE })),
    close: async () => {
      giveBack();
      await endOf(file);
    },
  };
};

/** The functions print one line of JSON at a time, as Lambda takes it, with the stage in it. */
const divert = (take: (text: string) => void): (() => void) => {
  const { stdout } = process;
  const print = stdout.write;
  const printOrTake = (...args: Parameters<typeof print>): boolean => {
    const [chunk] = args;
    if (args.length > 1 || typeof chunk !== 'string' || !isFunctionLine(chunk)) {
      return print.apply(stdout, args);
    }
    take(chunk.trimEnd());
    return true;
  };
  stdout.write = printOrTake as typeof print;
  return () => {
    stdout.write = print;
  };
};

const isFunctionLine = (text: string): boolean =>
  text.startsWith('{') && text.endsWith('}\n') && text.includes(`"Stage":"${STAGE}"`);

/** The file of a long life makes room by becoming the old one. */
const openFile = async (path: string): Promise<WriteStream> => {
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) await rename(path, `${path}.old`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  // A full disk costs the log, not the system: the lines are in memory as well.
  file.on('error', (error) => console.error(`${path} cannot be written: ${error.message}`));
  return file;
};

const endOf = (file: WriteStream | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (file === undefined || file.destroyed) resolve();
    else file.end(resolve);
  });
