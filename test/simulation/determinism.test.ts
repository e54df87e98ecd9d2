import { Worker } from 'node:worker_threads';
import { expect, it, vi } from 'vitest';
import { generate } from '../../simulation/plan/generate.ts';
import { traceOf } from './worlds.ts';

const SEEDS = [3, 8, 21, 34];

it.each(SEEDS)('the plan of seed %i is the same run twice', async (seed) => {
  const first = await traceOf(generate(seed));
  expect(first.calls).toBeGreaterThan(100);
  expect(await traceOf(generate(seed))).toEqual(first);
});

it('a busy machine changes nothing', async () => {
  const alone = await traceOf(generate(5));
  const load = [1, 2].map(() => new Worker('for (;;) {}', { eval: true }));
  // A neighbour in the same process takes turns with it.
  const neighbour = setInterval(() => generate(1), 1);
  try {
    expect(await traceOf(generate(5))).toEqual(alone);
  } finally {
    clearInterval(neighbour);
    await Promise.all(load.map((worker) => worker.terminate()));
  }
});

it.each(SEEDS)('seed %i is the same run when each step waits for the event loop', async (seed) => {
  const alone = await traceOf(generate(seed));
  const patient = vi.spyOn(process, 'nextTick').mockImplementation((callback, ...args) => {
    setImmediate(() => callback(...args));
  });
  try {
    expect(await traceOf(generate(seed))).toEqual(alone);
    expect(patient.mock.calls.length).toBeGreaterThan(1_000);
  } finally {
    patient.mockRestore();
  }
});

it('two runs side by side do not disturb each other', async () => {
  const alone = await traceOf(generate(13));
  const [one, other] = await Promise.all([traceOf(generate(13)), traceOf(generate(14))]);
  expect(one).toEqual(alone);
  expect(other).not.toEqual(alone);
});

it('another seed is another run', async () => {
  const [one, other] = [await traceOf(generate(1)), await traceOf(generate(2))];
  expect(one.hash).not.toBe(other.hash);
});
