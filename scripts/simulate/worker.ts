import { setFlagsFromString } from 'node:v8';
import { emptyRun } from '../../simulation/empty-run.ts';
import { trySeed } from '../../simulation/search.ts';
import type { Answer, Order } from './messages.ts';

/* One process of the search: answers seed after seed. What breaks it names the seed, and it alone. */

/** Inlining through all of the real code takes a sixth of a short run's time, and earns less. */
setFlagsFromString('--max-inlined-bytecode-size-cumulative=300');

const EMPTY_CALLS = 100_000;

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
};

const answer = (message: Answer, then: () => void = () => {}): void => {
  process.send?.(message, then);
};

const perform = async (order: Order): Promise<void> => {
  const before = cpuSeconds();
  if (order.kind === 'seed') {
    const tried = await trySeed(order.seed);
    answer({ kind: 'tried', seed: order.seed, tried, cpuSeconds: cpuSeconds() - before });
    return;
  }
  const calls = await emptyRun(EMPTY_CALLS);
  answer({ kind: 'empty', calls, cpuSeconds: cpuSeconds() - before }, () => process.disconnect());
};

process.on('message', (order: Order) => {
  void perform(order);
});
