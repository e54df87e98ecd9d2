import type { CleanUp } from './clean-up.ts';
import type { Probe } from './probe.ts';
import type { Result } from './run.ts';
import type { Account } from './world.ts';

export type Report = {
  readonly runId: string;
  readonly account: Account;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly calls: number;
  readonly results: readonly Result[];
  /** Why the run ended before its last probe. */
  readonly stopped: string | undefined;
  readonly cleanUp: CleanUp;
};

/**
 * 1: something is otherwise than we believe. 2: not everything that was asked could be tried, or not
 * everything could be deleted. What a probe tried and could not tell is no failure.
 */
export const codeOf = ({ results, stopped, cleanUp }: Report): 0 | 1 | 2 => {
  if (results.some(({ outcome }) => outcome === 'otherwise')) return 1;
  const isWhole = stopped === undefined && results.every(({ how }) => how !== 'failed');
  return isWhole && cleanUp.left.length === 0 ? 0 : 2;
};

export const jsonOf = (report: Report): string =>
  `${JSON.stringify(
    {
      program: 'wharfage probe:aws',
      ...report,
      results: report.results.map(({ probe: { run: _, ...probe }, ...result }) => ({
        ...probe,
        ...result,
      })),
    },
    null,
    2,
  )}\n`;

export const textOf = (report: Report): string => {
  const { results, account, runId, calls } = report;
  const counted = (['as believed', 'otherwise', 'not settled'] as const).map(
    (outcome) => `${results.filter((one) => one.outcome === outcome).length} ${outcome}`,
  );
  return [
    `Run ${runId} in account ${account.id}, ${account.region}: ${counted.join(', ')}; ${calls} calls.`,
    '',
    ...table(
      ['probe', 'outcome', 'observed'],
      results.map(({ probe, outcome, observed }) => [probe.id, outcome, shortened(observed)]),
    ),
    ...results
      .filter(({ outcome }) => outcome === 'otherwise')
      .map(
        ({ probe }) =>
          `\nOTHERWISE ${probe.id}: ${probe.belief}\nDepends on it: ${probe.dependents}`,
      ),
    '',
    cleanUpText(report.cleanUp, runId),
    ...(report.stopped === undefined ? [] : [`Stopped early: ${report.stopped}.`]),
  ].join('\n');
};

export const cleanUpText = ({ deleted, left }: CleanUp, runId: string | undefined): string =>
  [
    `Deleted ${deleted.length} resources.`,
    ...left.map(({ what, because }) => `NOT deleted: ${what}: ${because}`),
    ...(left.length === 0
      ? []
      : [
          `Try again: npm run probe:aws -- --region … ${againOption(runId)}, or delete them by hand.`,
        ]),
  ].join('\n');

const CELL_CHARACTERS = 300;

/** The file of `--out` has all of it. */
const shortened = (text: string): string =>
  text.length > CELL_CHARACTERS ? `${text.slice(0, CELL_CHARACTERS)}…` : text;

const againOption = (runId: string | undefined): string =>
  runId === undefined ? '--cleanup-all' : `--cleanup ${runId}`;

/** The page in docs holds these rows; a test compares the two. */
export const probeTable = (probes: readonly Probe[]): readonly string[] =>
  table(
    ['id', 'what we believe', 'source', 'what depends on it', 'how to run'],
    probes.map(({ id, belief, source, dependents, needs }) => [
      `\`${id}\``,
      belief,
      source,
      dependents,
      { none: 'always', slow: '`--slow`', iam: '`--with-iam`' }[needs ?? 'none'],
    ]),
  );

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  [head, head.map(() => '---'), ...rows].map(
    (row) =>
      `| ${row.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')).join(' | ')} |`,
  );
