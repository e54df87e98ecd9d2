import type { Bound } from '../../simulation/oracle/measured.ts';
import { ago } from '../../simulation/oracle/text.ts';
import type { Tally } from './tally.ts';

const whole = (number: number): string => Math.round(number).toLocaleString('en');

export const progressText = (
  { seeds, calls, failures }: Tally,
  of: number,
  seconds: number,
): string =>
  `${whole(seeds)} of ${whole(of)} seeds, ${whole(seeds / seconds)} seeds/s, ${whole(calls / seconds)} port calls/s, ${failures.length} failed`;

/** Per core: by the processor's own time, so that whatever else runs on the machine does not count. */
export const speedText = ({ calls, cpuSeconds, empty }: Tally): string => {
  const rate = whole(calls / cpuSeconds);
  const emptyRate = whole(empty.calls / empty.cpuSeconds);
  return `port calls per second per core: ${rate}; the empty harness: ${emptyRate}`;
};

export const boundsText = (bounds: readonly Bound[]): string => {
  const rows = bounds.map(({ name, worstSeconds, boundSeconds, seed }) => [
    name,
    ago(worstSeconds),
    ago(boundSeconds),
    String(seed),
  ]);
  const all = [['bound', 'worst observed', 'allowed', 'seed'], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
