import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Answer, Order } from './messages.ts';

/*
 * Processes and not threads: what ends one of them, an error that nobody caught or too little memory,
 * leaves the others and names its seed, and each one's processor time is its own.
 */

type Seeds = { readonly from: number; readonly seeds: number; readonly workers: number };

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

/** Beside the packages it imports. */
const BUNDLES = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

/** As one file of plain JavaScript: what tsx adds so that each function keeps its name takes a third of the time. */
const bundledIn = async (folder: string): Promise<string> => {
  const outfile = join(folder, 'worker.mjs');
  await build({
    entryPoints: [WORKER],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
};

/** Hands out the seeds, until none is left or `heard` says that it is enough. */
export const askWorkers = async (
  { from, seeds, workers }: Seeds,
  heard: (answer: Answer) => 'go_on' | 'enough',
): Promise<void> => {
  let next = from;
  let isEnough = false;
  const order = (): Order =>
    isEnough || next >= from + seeds ? { kind: 'end' } : { kind: 'seed', seed: next++ };
  const hear = (answer: Answer): void => {
    if (heard(answer) === 'enough') isEnough = true;
  };
  mkdirSync(BUNDLES, { recursive: true });
  const folder = mkdtempSync(join(BUNDLES, 'simulate-'));
  const running = new Set<ChildProcess>();
  const endAll = (): void => {
    for (const child of running) child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', endAll);
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    const file = await bundledIn(folder);
    const worker = () => live({ file, running, order, hear });
    await Promise.all(Array.from({ length: workers }, worker));
  } finally {
    endAll();
    process.removeListener('exit', endAll);
    process.removeListener('SIGINT', interrupted);
    process.removeListener('SIGTERM', interrupted);
  }
};

/** Node tells nobody of its end when a signal ends it: the workers and their file would stay. */
const interrupted = (): never => process.exit(130);

type Working = {
  readonly file: string;
  readonly running: Set<ChildProcess>;
  readonly order: () => Order;
  readonly hear: (answer: Answer) => void;
};

const live = ({ file, running, order, hear }: Working): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = fork(file, { execArgv: ['--enable-source-maps'] });
    running.add(child);
    let current: Order = { kind: 'end' };
    const send = (): void => {
      current = order();
      child.send(current);
    };
    child.on('message', (answer: Answer) => {
      hear(answer);
      if (answer.kind === 'tried') send();
      else resolve();
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      running.delete(child);
      const where = current.kind === 'seed' ? ` at seed ${current.seed}` : '';
      reject(new Error(`a worker ended with ${code}${where}`));
    });
    send();
  });
