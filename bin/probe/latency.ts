import type { Gateway } from './check.ts';

export type Latency = {
  readonly what: string;
  readonly samples: number;
  readonly medianMs: number;
  readonly slowestMs: number;
};

const SAMPLES = 15;

/** One after the other, as a client waits for them. The first of all pays for TLS and is left out. */
export const measure = async (
  what: string,
  ask: () => ReturnType<Gateway['ask']>,
): Promise<Latency> => {
  await ask();
  const times: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const { milliseconds } = await ask();
    times.push(milliseconds);
  }
  const sorted = times.toSorted((a, b) => a - b);
  return {
    what,
    samples: SAMPLES,
    medianMs: Math.round(sorted[Math.floor(SAMPLES / 2)] ?? 0),
    slowestMs: Math.round(sorted.at(-1) ?? 0),
  };
};
