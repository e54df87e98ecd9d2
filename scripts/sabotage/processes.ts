import { type ChildProcess, spawn } from 'node:child_process';

export type Ended = { readonly code: number; readonly output: string };

const running = new Set<ChildProcess>();

/** Runs one program of Node's to its end, with what it printed. */
export const runNode = (
  folder: string,
  args: readonly string[],
  secondsMax: number,
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    // Its own process group, so that its workers end with it.
    const child = spawn(process.execPath, args, { cwd: folder, detached: true });
    running.add(child);
    let output = '';
    const note = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    const timer = setTimeout(() => end(child), secondsMax * 1_000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code: code ?? -1, output });
    });
  });

/** Ends whatever is still running. */
export const endAll = (): void => {
  for (const child of running) end(child);
};

const end = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
};
