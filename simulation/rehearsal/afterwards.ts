import type { PullNote } from '../world/hands.ts';
import type { World } from '../world/world.ts';
import { listText } from './look.ts';
import type { Check, PullOutcome, Rehearsal } from './rehearsal.ts';
import type { Outcome } from './result.ts';
import { breachOf, spanText } from './span-checks.ts';
import { nameOf } from './text.ts';
import type { Tracks } from './tracks.ts';

/** What is judged when all is over: spans, pulls, deliveries by hand, and acts that could not be done. */
export const judgeAfterwards = (
  world: World,
  rehearsal: Rehearsal,
  { tracks }: { readonly tracks: Tracks },
): readonly Outcome[] => [
  ...rehearsal.checks.flatMap((check) => spanOutcome(world, tracks, check)),
  ...pullsOf(world, rehearsal.checks).flatMap(pullOutcome),
  ...deliveryOutcomes(world, rehearsal.checks),
  ...impossible(world, rehearsal),
];

const spanOutcome = ({ plan }: World, tracks: Tracks, check: Check): readonly Outcome[] => {
  if (check.kind !== 'always' && check.kind !== 'never' && check.kind !== 'one_of') return [];
  const { startsAt } = plan;
  const breach = breachOf(tracks, plan, check);
  const name = nameOf(check.customer);
  const common = { line: check.line, expected: spanText(check), customerId: check.customer };
  return breach === undefined
    ? [
        {
          ...common,
          at: startsAt + check.at,
          isMet: true,
          what: `${name} open`,
          actual: spanText(check),
        },
      ]
    : [
        {
          ...common,
          at: breach.at,
          isMet: false,
          what: `${name} ${breach.where}: open`,
          actual: listText(breach.open),
        },
      ];
};

export type Pulled = {
  readonly check: Extract<Check, { readonly kind: 'pull' }>;
  readonly at: number;
  readonly outcome: PullOutcome;
};

/** Of the requests that a pull makes the last one tells. */
export const pullsOf = ({ plan, hands }: World, checks: readonly Check[]): readonly Pulled[] => {
  const left = [...hands.pulls];
  const pulls = checks.filter((check) => check.kind === 'pull');
  return pulls.map((check, index): Pulled => {
    const at = plan.startsAt + check.at;
    const next = pulls.slice(index + 1).find((other) => isSame(other, check));
    const end = next === undefined ? Number.POSITIVE_INFINITY : plan.startsAt + next.at;
    const mine = left.filter(
      (note) => isOf(note, check) && note.sentAt >= at && note.sentAt < Math.max(end, at + 1),
    );
    return { check, at, outcome: outcomeOf(mine.at(-1)) };
  });
};

type PullCheck = Pulled['check'];

const isSame = (one: PullCheck, other: PullCheck): boolean =>
  one.customer === other.customer && one.repository === other.repository && one.tag === other.tag;

const isOf = (note: PullNote, check: PullCheck): boolean =>
  note.customerId === check.customer &&
  note.repository === check.repository &&
  note.tag === check.tag;

const outcomeOf = (note: PullNote | undefined): PullOutcome => {
  if (note === undefined) return 'no_answer';
  const { outcome } = note;
  if (outcome.kind === 'served') return 'served';
  if (outcome.kind === 'refused') return outcome.because;
  return outcome.because === 'no credential' ? 'no_credential' : 'no_answer';
};

const pullOutcome = ({ check, at, outcome }: Pulled): readonly Outcome[] => {
  const { expected, customer, repository, tag, line } = check;
  if (expected === undefined) return [];
  const isRefused = outcome !== 'served' && outcome !== 'no_answer';
  const isMet = expected === outcome || (expected === 'refused' && isRefused);
  const what = `${nameOf(customer)} pulls ${repository}:${tag}`;
  return [{ line, at, isMet, what, expected, actual: outcome, customerId: customer }];
};

const deliveryOutcomes = ({ plan, far }: World, checks: readonly Check[]): readonly Outcome[] => {
  const left = [...far.stripe.delivered];
  return checks.flatMap((check): readonly Outcome[] => {
    if (check.kind !== 'delivery') return [];
    const at = plan.startsAt + check.at;
    const index = left.findIndex(({ sentAt }) => sentAt === at);
    const [found] = index < 0 ? [] : left.splice(index, 1);
    if (check.expected === undefined) return [];
    const actual = found === undefined ? 'no answer' : String(found.status);
    const expected = String(check.expected);
    const what = 'the webhook answers the delivery by hand';
    return [{ line: check.line, at, isMet: actual === expected, what, expected, actual }];
  });
};

const impossible = ({ plan, notDone }: World, { said }: Rehearsal): readonly Outcome[] =>
  notDone.map(({ at, act: does, because }) => {
    const index = plan.acts.findLastIndex(
      ({ at: planned, act }) => act.does === does && plan.startsAt + planned <= at,
    );
    const { line, text } = said.acts[index] ?? { line: 0, text: does };
    return { line, at, isMet: false, what: text, expected: 'it is done', actual: because };
  });
