import type { Guard } from './guard.ts';
import type { Simulator } from './simulator.ts';
import type { Row } from './table.ts';
import { noticeByTests, runTests } from './tests.ts';
import type { Tree } from './tree.ts';

/** Without a sound tree a red test proves nothing. */
export const requireSound = async (
  trees: readonly Tree[],
  guards: readonly Guard[],
  simulator: Simulator | undefined,
): Promise<void> => {
  const files = [...new Set(guards.flatMap(({ tests }) => tests))];
  // Without a file to run, vitest would run them all.
  const asked = trees.slice(0, files.length).map(({ folder }, worker) =>
    runTests(
      folder,
      files.filter((_, index) => index % trees.length === worker),
    ),
  );
  const notices = await Promise.all(asked);
  const [tree] = trees;
  if (simulator !== undefined && tree !== undefined) notices.push(await simulator(tree.folder));
  for (const notice of notices) {
    if (notice.kind !== 'green') {
      throw new Error(`with every guard in place something is ${notice.kind}: ${notice.what}`);
    }
  }
};

/** Each worker has a tree, and takes the next guard when it is done with one. */
export const probeAll = async (
  trees: readonly Tree[],
  guards: readonly Guard[],
  simulator: Simulator | undefined,
  onRow: (row: Row) => void,
): Promise<readonly Row[]> => {
  const waiting = [...guards];
  const rows: Row[] = [];
  const work = async (tree: Tree): Promise<void> => {
    for (let guard = waiting.shift(); guard !== undefined; guard = waiting.shift()) {
      const row = await probe(tree, guard, simulator);
      onRow(row);
      rows.push(row);
    }
  };
  await Promise.all(trees.map(work));
  return rows;
};

const probe = async (tree: Tree, guard: Guard, simulator: Simulator | undefined): Promise<Row> => {
  const mend = tree.breakGuard(guard);
  try {
    const tests = await noticeByTests(tree.folder, guard.tests);
    return { guard, tests, simulator: await simulator?.(tree.folder) };
  } finally {
    mend();
  }
};
