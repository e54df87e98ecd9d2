import type { Guard } from './guard.ts';
import type { Notice } from './verdict.ts';

/** One row: what each instrument said with this guard out. No simulator in this tree, no word of it. */
export type Row = {
  readonly guard: Guard;
  readonly tests: Notice;
  readonly simulator: Notice | undefined;
};

/** A red one is proof; an unclear one is a sabotage, or a test, that has to be mended. */
export const isNoticed = ({ tests, simulator }: Row): boolean => {
  const notices = simulator === undefined ? [tests] : [tests, simulator];
  return (
    notices.some(({ kind }) => kind === 'red') && notices.every(({ kind }) => kind !== 'unclear')
  );
};

export const textOfRow = (row: Row): string =>
  [
    `${isNoticed(row) ? 'red    ' : 'MISSED '} ${row.guard.name}: ${row.guard.costs}`,
    `        test       ${textOf(row.tests)}`,
    ...(row.simulator === undefined ? [] : [`        simulator  ${textOf(row.simulator)}`]),
  ].join('\n');

const HOW_CHARACTERS = 140;

const textOf = (notice: Notice): string => {
  const seconds = `${notice.seconds.toFixed(1)} s`;
  switch (notice.kind) {
    case 'green':
      return `-  (${seconds})`;
    case 'unclear':
      return `UNCLEAR: ${notice.what}  (${seconds})`;
    case 'red': {
      const how = notice.how?.slice(0, HOW_CHARACTERS);
      return `${notice.what}  (${seconds})${how === undefined ? '' : `\n                   ${how}`}`;
    }
  }
};
