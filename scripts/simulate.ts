import { generate } from '../simulation/plan/generate.ts';
import type { Plan } from '../simulation/plan/plan.ts';
import { tryPlan, type Wrong } from '../simulation/search.ts';
import { OptionError, type Options, optionsOf, USAGE } from './simulate/options.ts';
import { boundsText, progressText, speedText } from './simulate/print.ts';
import { readPlan, shrunk, writeRegression } from './simulate/regression.ts';
import { count, emptyTally, type Tally } from './simulate/tally.ts';
import { askWorkers } from './simulate/workers.ts';

/*
 * Lives through plan after plan and asks the oracle about each. What goes wrong is made small and
 * written down where `npm test` finds it from then on.
 */

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const EVERY_MS = { terminal: 500, log: 15_000 } as const;

const search = async (options: Extract<Options, { readonly kind: 'seeds' }>): Promise<Tally> => {
  const tally = emptyTally();
  const startedAt = performance.now();
  const isTerminal = process.stderr.isTTY === true;
  const progress = (): void => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const text = progressText(tally, options.seeds, seconds);
    process.stderr.write(isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
  };
  const timer = setInterval(progress, isTerminal ? EVERY_MS.terminal : EVERY_MS.log);
  try {
    await askWorkers(options, (answer) => {
      count(tally, answer);
      const isWrong = answer.kind === 'tried' && answer.tried.wrong !== undefined;
      if (!isWrong) return 'go_on';
      if (options.until === 'first') return 'enough';
      if (isTerminal) process.stderr.write('\r\u001b[K');
      print(`seed ${answer.seed}: ${answer.tried.wrong.text.split('\n').slice(0, 3).join(' | ')}`);
      return 'go_on';
    });
  } finally {
    clearInterval(timer);
    progress();
    if (isTerminal) process.stderr.write('\n');
  }
  return tally;
};

const reportFailure = async (plan: Plan, wrong: Wrong, command: string): Promise<void> => {
  print(wrong.text);
  print(`again: ${command}`);
  print(`seed ${plan.seed}: shrinking ${plan.acts.length} acts and ${plan.faults.length} faults`);
  const { plan: smallest, runs } = await shrunk(plan, wrong);
  const again = (await tryPlan(smallest)).wrong ?? wrong;
  const file = writeRegression(again, smallest);
  print(
    `${smallest.acts.length} acts and ${smallest.faults.length} faults are left after ${runs} runs: ${file}`,
  );
  print(again.text);
  print(`again: npm run simulate -- --plan ${file}`);
};

const reportAll = ({ failures }: Tally): void => {
  const byInvariant = new Map<string, number[]>();
  for (const { seed, wrong } of failures) {
    byInvariant.set(wrong.invariant, [...(byInvariant.get(wrong.invariant) ?? []), seed]);
  }
  for (const [invariant, seeds] of byInvariant) {
    print(`${seeds.length} times ${invariant}: seeds ${seeds.sort((a, b) => a - b).join(' ')}`);
  }
};

const searchSeeds = async (
  options: Extract<Options, { readonly kind: 'seeds' }>,
): Promise<number> => {
  const tally = await search(options);
  const [first] = tally.failures.toSorted((a, b) => a.seed - b.seed);
  if (tally.bounds.length > 0) print(boundsText(tally.bounds));
  print(speedText(tally));
  if (first === undefined) {
    print(`${tally.seeds} seeds, and every invariant held`);
    return 0;
  }
  if (options.until === 'all') reportAll(tally);
  else {
    const { seed, wrong } = first;
    await reportFailure(generate(seed), wrong, `npm run simulate -- --seed ${seed}`);
  }
  return 1;
};

const replay = async (file: string): Promise<number> => {
  const plan = readPlan(file);
  const { wrong, calls, bounds } = await tryPlan(plan);
  if (wrong !== undefined) {
    print(wrong.text);
    return 1;
  }
  if (bounds.length > 0) print(boundsText(bounds));
  print(`${calls} port calls, and every invariant held`);
  return 0;
};

const main = async (argv: readonly string[]): Promise<number> => {
  const options = optionsOf(argv);
  switch (options.kind) {
    case 'usage':
      print(options.text);
      return 0;
    case 'plan':
      return replay(options.file);
    case 'seeds':
      return searchSeeds(options);
  }
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isMistake = error instanceof OptionError;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${text}${isMistake ? `\n\n${USAGE}` : ''}\n`);
  process.exitCode = 2;
}
