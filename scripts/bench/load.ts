import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

export type Ask = {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type Load = {
  readonly requests: number;
  readonly perSecond: number;
  /** User and system time of the process that answered, for one request. */
  readonly cpuMs: number;
};

const CONNECTIONS = 16;
const SECONDS = 5;
const WARM_UP_REQUESTS = 200;

/** The same request over and over, on connections that stay open. Any answer but the wanted one is an error. */
export const measureLoad = async (ask: Ask, wanted: number, pid: number): Promise<Load> => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    await inParallel(agent, ask, wanted, (count) => count < WARM_UP_REQUESTS);
    const cpuBefore = cpuMsOf(pid);
    const begin = performance.now();
    const isBefore = (): boolean => performance.now() - begin < SECONDS * 1_000;
    const requests = await inParallel(agent, ask, wanted, isBefore);
    const seconds = (performance.now() - begin) / 1_000;
    const cpuMs = (cpuMsOf(pid) - cpuBefore) / requests;
    return { requests, perSecond: requests / seconds, cpuMs };
  } finally {
    agent.destroy();
  }
};

const inParallel = async (
  agent: Agent,
  ask: Ask,
  wanted: number,
  goesOn: (count: number) => boolean,
): Promise<number> => {
  let count = 0;
  const work = async (): Promise<void> => {
    while (goesOn(count)) {
      count += 1;
      const status = await statusOf(agent, ask);
      if (status !== wanted) throw new Error(`${ask.url} answered ${status}, wanted ${wanted}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return count;
};

const statusOf = (agent: Agent, { url, method, headers }: Ask): Promise<number> =>
  new Promise((resolve, reject) => {
    request(url, { agent, method, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end();
  });

/** Linux counts in hundredths of a second, which is fine over thousands of requests. */
const TICK_MS = 10;

const cpuMsOf = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold spaces; everything is counted from behind its closing parenthesis.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
};
