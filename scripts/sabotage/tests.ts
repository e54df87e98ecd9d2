import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from './processes.ts';
import { type Notice, verdictOf } from './verdict.ts';

const REPORT = 'sabotage-report.json';
const SECONDS_MAX = 300;

/** Runs these test files in one folder, up to the first red test. */
export const runTests = async (folder: string, files: readonly string[]): Promise<Notice> => {
  const startedAt = performance.now();
  const report = join(folder, REPORT);
  rmSync(report, { force: true });
  const { output } = await runNode(
    folder,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      ...files,
      '--bail=1',
      '--coverage.enabled=false',
      '--maxWorkers=1',
      '--reporter=json',
      `--outputFile=${REPORT}`,
    ],
    SECONDS_MAX,
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  return existsSync(report)
    ? verdictOf(readFileSync(report, 'utf8'), seconds)
    : { kind: 'unclear', what: `vitest left no report: ${output.slice(-300)}`, seconds };
};

/** One file after the other, until one is red. */
export const noticeByTests = async (folder: string, files: readonly string[]): Promise<Notice> => {
  let seconds = 0;
  for (const file of files) {
    const notice = await runTests(folder, [file]);
    seconds += notice.seconds;
    if (notice.kind !== 'green') return { ...notice, seconds };
  }
  return { kind: 'green', seconds };
};
