import type { Transition } from '../functions/core/customer.ts';
import type {
  CustomerTale,
  Outcome,
  RehearsalResult,
  TroubleSpan,
} from '../simulation/rehearsal/result.ts';
import { nameOf, sinceText } from '../simulation/rehearsal/text.ts';
import { transitionText } from './customer-text.ts';
import { plural, section, table, timeText } from './format.ts';

type Played = { readonly path: string; readonly result: RehearsalResult };

/** Each rehearsal as a story, and at the end which of them failed. */
export const rehearsalText = (played: readonly Played[]): string => {
  const failed = played.filter(({ result }) => !result.isFine);
  const summary =
    failed.length === 0
      ? `${plural(played.length, 'rehearsal')}: everything came as expected.`
      : `${failed.length} of ${plural(played.length, 'rehearsal')} failed: ${failed.map(({ path }) => path).join(', ')}`;
  return [...played.flatMap(({ path, result }) => [...oneText(path, result), '']), summary].join(
    '\n',
  );
};

const TALES_MAX = 20;
const FAILURES_MAX = 50;

const oneText = (path: string, result: RehearsalResult): readonly string[] => {
  const { title, startsAt, endsAt, tales, trouble, outcomes, broken, calls } = result;
  const others = tales.length - TALES_MAX;
  return [
    `${title} (${path})`,
    `${timeText(startsAt)} to ${timeText(endsAt)}, ${plural(calls, 'call')} of the system`,
    ...tales.slice(0, TALES_MAX).flatMap((tale) => taleText(tale, startsAt)),
    ...(others > 0 ? ['', `and ${plural(others, 'customer')} more: --json has them all`] : []),
    ...section('What went wrong on the way', table(trouble.map(troubleRow))),
    ...outcomeText(outcomes),
    ...(broken === undefined
      ? []
      : ['', 'A rule that holds in every world was broken:', `  ${broken}`]),
  ];
};

type Line = { readonly at: number; readonly kind: string; readonly text: string };

const taleText = (tale: CustomerTale, startsAt: number): readonly string[] => {
  const lines: readonly Line[] = [
    ...tale.acts.map(({ at, text }) => ({ at, kind: 'happens', text })),
    ...tale.transitions.map((each) => ({ at: each.at, kind: 'access', text: accessText(each) })),
    ...tale.pulls.map(({ at, text }) => ({ at, kind: 'pull', text })),
  ];
  const rows = lines
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, kind, text }) => [timeText(at), sinceText(at - startsAt), kind, text]);
  return section(nameOf(tale.customerId), table(rows));
};

/** What changed and why, by the words of `wharfage status`, and who asked for the look. */
export const accessText = (transition: Transition): string => {
  const { because, after } = transition;
  const reasons = [...after.windows, ...after.withheld].map(
    (each) => `${each.offerId} ${each.because}`,
  );
  const why = reasons.length === 0 ? '' : `: ${[...new Set(reasons)].join(', ')}`;
  return `${transitionText(transition)}${why} (${because})`;
};

const troubleRow = ({ line, from, until, text, kind, met }: TroubleSpan): readonly string[] => [
  `line ${line}`,
  `${timeText(from)} to ${timeText(until)}`,
  text,
  met === undefined ? '' : `met ${plural(met, kind === 'fault' ? 'call' : 'event')}`,
];

const outcomeText = (outcomes: readonly Outcome[]): readonly string[] => {
  const missed = outcomes.filter(({ isMet }) => !isMet);
  if (missed.length === 0) {
    return ['', `All of ${plural(outcomes.length, 'expectation')} came true.`];
  }
  const shown = missed.slice(0, FAILURES_MAX);
  const more = missed.length - shown.length;
  return [
    ...section(`${missed.length} of ${plural(outcomes.length, 'expectation')} did not come true`, [
      ...shown.flatMap(differenceText),
      ...(more > 0 ? [`and ${more} more: --json has them all`] : []),
    ]),
  ];
};

const differenceText = ({ line, at, what, expected, actual }: Outcome): readonly string[] => [
  `line ${line}, ${timeText(at)}: ${what}`,
  `  expected  ${expected}`,
  `  actual    ${actual}`,
];
