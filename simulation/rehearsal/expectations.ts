import type { World } from '../world/world.ts';
import { isCounted, tally } from './count-checks.ts';
import type { Counters } from './counters.ts';
import type { Eyes } from './eyes.ts';
import { type Finding, isMet, lookAt } from './look.ts';
import type { Check } from './rehearsal.ts';
import type { Outcome, PullMark } from './result.ts';
import { nameOf, sinceText } from './text.ts';

type Access = Extract<Check, { readonly kind: 'access' }>;
type AwsPull = Extract<Check, { readonly kind: 'aws_pull' }>;
type Pending = { readonly check: Access; readonly until: number };

/** Looks where and when the file says, while the world is there to be looked at. */
export const watchExpectations = (
  world: World,
  {
    eyes,
    counters,
    checks,
  }: { readonly eyes: Eyes; readonly counters: Counters; readonly checks: readonly Check[] },
) => {
  const { kernel } = world.far;
  const { startsAt } = world.plan;
  const outcomes: Outcome[] = [];
  const awsPulls: (PullMark & { readonly account: string })[] = [];
  const pending = new Set<Pending>();

  const settle = (check: Access, findings: readonly Finding[]): void => {
    outcomes.push(...outcomesOf(check, findings, kernel.now(), startsAt));
  };
  const lookAtAccess = (check: Access): void => {
    const findings = lookAt(world, eyes, check);
    const isOver = check.withinSeconds === 0 || findings.every(isMet);
    if (isOver) settle(check, findings);
    else pending.add({ check, until: startsAt + check.at + check.withinSeconds });
  };
  const pullFromEcr = ({ account, repository, expected, line }: AwsPull): void => {
    const at = kernel.now();
    const isServed = eyes.aws(account).includes(repository);
    const actual = isServed ? 'served' : 'refused';
    const text = `${repository} from AWS account ${account}: ${actual}`;
    awsPulls.push({ at, text, isServed, account });
    if (expected === undefined) return;
    const what = `a pull of ${repository} from AWS account ${account}`;
    outcomes.push({ line, at, isMet: actual === expected, what, expected, actual });
  };
  const look = (check: Check): void => {
    if (check.kind === 'access') lookAtAccess(check);
    if (check.kind === 'aws_pull') pullFromEcr(check);
    // Spans, pulls and deliveries are judged when all is over.
    if (!isCounted(check)) return;
    const common = { line: check.line, at: kernel.now() };
    for (const each of tally(world, counters, check)) outcomes.push({ ...common, ...each });
  };
  for (const check of checks) {
    kernel.at(startsAt + check.at, () => look(check));
    if (check.kind !== 'access' || check.withinSeconds === 0) continue;
    // Without a happening at its end nobody would look then.
    kernel.at(startsAt + check.at + check.withinSeconds, () => {});
  }
  return {
    outcomes,
    awsPulls,
    /** After each thing that happened. */
    step: (): void => {
      for (const each of pending) {
        const findings = lookAt(world, eyes, each.check);
        if (!findings.every(isMet) && kernel.now() < each.until) continue;
        settle(each.check, findings);
        pending.delete(each);
      }
    },
  };
};

/** All of what was found when it is as expected, and else only what is not. */
const outcomesOf = (
  check: Access,
  findings: readonly Finding[],
  at: number,
  startsAt: number,
): readonly Outcome[] => {
  const missed = findings.filter((finding) => !isMet(finding));
  const told = missed.length === 0 ? findings : missed;
  return told.map(({ what, ...finding }) => ({
    line: check.line,
    at,
    isMet: missed.length === 0,
    what: `${nameOf(check.customer)} ${what}${soonText(check, at - startsAt)}`,
    ...finding,
    customerId: check.customer,
  }));
};

const soonText = ({ at, withinSeconds }: Access, since: number): string =>
  withinSeconds === 0 ? '' : ` (${sinceText(since - at).replace('+', 'after ')})`;
