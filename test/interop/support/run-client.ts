import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export type ClientCommand = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Goes to stdin, which is then closed. Without it stdin is /dev/null. */
  readonly input?: string;
};

export type Outcome = {
  readonly code: number;
  /** Everything that a terminal would have shown. */
  readonly output: string;
  readonly seconds: number;
};

/** Old docker tries an interrupted layer five times, some seconds apart. */
const SECONDS_MAX = 90;

/** Runs a real client to its end. One that waits for somebody at the keyboard does not end, and is an error. */
export const runClient = async ({ file, args, env, input }: ClientCommand): Promise<Outcome> => {
  const begin = performance.now();
  const child = spawn(file, [...args], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    // Of its own session: there is no terminal that it could open to ask.
    detached: true,
  });
  const { stdin, stdout, stderr, pid } = child;
  if (stdout === null || stderr === null) throw new Error(`${file} has no output`);
  stdin?.end(input);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  }, SECONDS_MAX * 1_000);
  const ended = once(child, 'close');
  const [out, errors, [code, signal]] = await Promise.all([text(stdout), text(stderr), ended]);
  clearTimeout(timer);
  const output = `${out}${errors}`;
  if (isLate) {
    throw new Error(`${file} ${args[0]} did not end within ${SECONDS_MAX} s: ${output}`);
  }
  if (typeof code !== 'number') throw new Error(`${file} was ended by ${signal}: ${output}`);
  return { code, output, seconds: (performance.now() - begin) / 1_000 };
};

/** One after the other, up to the first that fails. */
export const runAll = async (commands: readonly ClientCommand[]): Promise<Outcome> => {
  let last: Outcome = { code: 0, output: '', seconds: 0 };
  for (const command of commands) {
    last = await runClient(command);
    if (last.code !== 0) return last;
  }
  return last;
};
