import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Guard } from './sabotage/guard.ts';
import { GUARDS } from './sabotage/guards.ts';
import { probeAll, requireSound } from './sabotage/probe.ts';
import { endAll } from './sabotage/processes.ts';
import { simulatorOf } from './sabotage/simulator.ts';
import { isNoticed, textOfRow } from './sabotage/table.ts';
import { copyTree, removeTree, type Tree } from './sabotage/tree.ts';

/*
 * Breaks each guard of the real code, one at a time and in a copy, and requires a test or the
 * simulator to turn red for every one: what nothing misses is kept by nobody.
 */

const { values } = parseArgs({
  options: {
    /** The name of one guard; may be given several times. */
    only: { type: 'string', multiple: true },
    /** Seeds for the simulator; 0 leaves it out. */
    seeds: { type: 'string', default: '0' },
  },
});

const chosen = (names: readonly string[] | undefined): readonly Guard[] => {
  if (names === undefined) return GUARDS;
  const unknown = names.filter((name) => GUARDS.every((guard) => guard.name !== name));
  if (unknown.length > 0) throw new Error(`no guard is called ${unknown.join(', ')}`);
  return GUARDS.filter(({ name }) => names.includes(name));
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const run = async (asked: readonly Guard[], copies: readonly Tree[]): Promise<void> => {
  const simulator = simulatorOf(process.cwd(), Number(values.seeds));
  await requireSound(copies, asked, simulator);
  print(`${asked.length} guards, and everything is green while all of them are in place`);
  const startedAt = performance.now();
  const rows = await probeAll(copies, asked, simulator, (row) => print(textOfRow(row)));
  const missed = rows.filter((row) => !isNoticed(row));
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  print(
    `${rows.length - missed.length} of ${rows.length} turned something red when they were broken, in ${seconds} s`,
  );
  for (const { guard } of missed) print(`not noticed: ${guard.name}`);
  if (missed.length > 0) process.exitCode = 1;
};

const guards = chosen(values.only);
const trees: Tree[] = [];
const cleanUp = (): void => {
  endAll();
  for (const tree of trees) removeTree(tree);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    cleanUp();
    process.exit(130);
  });
}
try {
  for (let worker = 0; worker < Math.min(guards.length, availableParallelism()); worker += 1) {
    trees.push(copyTree(process.cwd()));
  }
  await run(guards, trees);
} finally {
  cleanUp();
}
