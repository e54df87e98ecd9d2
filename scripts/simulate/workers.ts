import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './messages.ts';

/*
 * Processes and not threads: what ends one of them, an error that nobody caught or too little memory,
 * leaves the others and names its seed, and each one's processor time is its own.
 */

type Seeds = { readonly from: number; readonly seeds: number; readonly workers: number };

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

/** A run leaves much behind that is soon forgotten: with room for it a tenth of the time is saved. */
const YOUNG = '--max-semi-space-size=64';

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
  const running = new Set<ChildProcess>();
  const endAll = (): void => {
    for (const child of running) child.kill();
  };
  process.once('exit', endAll);
  try {
    await Promise.all(Array.from({ length: workers }, () => live(running, order, hear)));
  } finally {
    endAll();
    process.removeListener('exit', endAll);
  }
};

const live = (
  running: Set<ChildProcess>,
  order: () => Order,
  hear: (answer: Answer) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = fork(WORKER, { execArgv: [...process.execArgv, YOUNG] });
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
