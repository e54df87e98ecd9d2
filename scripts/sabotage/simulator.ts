import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from './processes.ts';
import type { Notice } from './verdict.ts';

/** Asks the simulator about one folder: a number of seeds, up to the first violated invariant. */
export type Simulator = (folder: string) => Promise<Notice>;

const SECONDS_MAX = 300;
const INVARIANT = /\bI\d{1,2} [^\n]*/;
/** The line that says which seed, or after how many. */
const SEED = /^.*\bseeds?\b.*$/im;
const BROKEN_PROGRAM = /^(?:\w*Error: Transform failed|ReferenceError|SyntaxError)/m;

/** `npm run simulate`, run in the copy; `undefined` when this tree has no such command. */
export const simulatorOf = (root: string, seeds: number): Simulator | undefined => {
  const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const [tool, ...args] = scripts.simulate?.split(' ') ?? [];
  if (tool !== 'tsx' || seeds === 0) return undefined;
  return async (folder) => {
    const startedAt = performance.now();
    const command = ['node_modules/tsx/dist/cli.mjs', ...args, '--seeds', String(seeds)];
    const { code, output } = await runNode(folder, command, SECONDS_MAX);
    return simulatorVerdict(code, output, (performance.now() - startedAt) / 1_000);
  };
};

/** Exit 1 alone may be a crash: only an invariant's name is evidence. */
export const simulatorVerdict = (code: number, output: string, seconds: number): Notice => {
  if (code === 0) return { kind: 'green', seconds };
  const invariant = INVARIANT.exec(output)?.[0].trim();
  if (invariant === undefined || BROKEN_PROGRAM.test(output)) {
    return { kind: 'unclear', what: `exit ${code}: ${output.trim().slice(-200)}`, seconds };
  }
  const how = SEED.exec(output)?.[0].trim();
  return { kind: 'red', what: invariant, ...(how === undefined ? {} : { how }), seconds };
};
