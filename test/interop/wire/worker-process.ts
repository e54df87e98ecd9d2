import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { FromWorker, ToWorker } from './worker-messages.ts';

export type WorkerProcess = {
  /** Where its webhook function listens. */
  readonly webhookUrl: string;
  tell(message: ToWorker): void;
  /** One tick of the sweep. Resolves when it is over, or the process is dead. */
  sweep(): Promise<void>;
  /** Invocations under way; none in a dead process. */
  running(): Promise<number>;
  /** SIGKILL, at once: nothing of it runs any more. */
  kill(): void;
  isAlive(): boolean;
  gone(): Promise<void>;
};

type Options = {
  readonly bundle: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
};

export const startWorkerProcess = async ({
  bundle,
  env,
  log,
}: Options): Promise<WorkerProcess | undefined> => {
  const child = fork(bundle, {
    env: { PATH: process.env.PATH, ...env },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  keepLines(child, log);
  let isAlive = true;
  const gone = once(child, 'exit').then(() => {
    isAlive = false;
  });
  // A message to somebody who has just died is no error here.
  child.on('error', () => undefined);
  const answers = new Map<number, (running: number) => void>();
  const ready = new Promise<string>((resolve) => {
    child.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') resolve(message.webhookUrl);
      else answers.get(message.id)?.(message.running);
    });
  });
  let lastId = 0;
  const ask = async (kind: 'ask' | 'sweep'): Promise<number> => {
    lastId += 1;
    const id = lastId;
    const answer = new Promise<number>((resolve) => {
      answers.set(id, resolve);
    });
    if (isAlive && child.connected) child.send({ kind, id } satisfies ToWorker, () => undefined);
    const running = await Promise.race([answer, gone.then(() => 0)]);
    answers.delete(id);
    return running;
  };
  const webhookUrl = await Promise.race([ready, gone.then(() => undefined)]);
  if (webhookUrl === undefined) return undefined;
  return {
    webhookUrl,
    tell: (message) => {
      if (isAlive && child.connected) child.send(message, () => undefined);
    },
    sweep: async () => {
      await ask('sweep');
    },
    running: () => ask('ask'),
    kill: () => {
      isAlive = false;
      child.kill('SIGKILL');
    },
    isAlive: () => isAlive,
    gone: () => gone,
  };
};

const keepLines = (child: ChildProcess, log: (line: string) => void): void => {
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((each) => each !== '')) log(line);
    });
  }
};
