import { expect } from 'vitest';
import { isEventType } from '../../functions/core/event-types.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import { watchOf } from '../../simulation/oracle/watcher.ts';
import type { Check, Count, Rehearsal } from '../../simulation/rehearsal/rehearsal.ts';
import { rehearse } from '../../simulation/rehearsal/rehearse.ts';
import type { Watcher } from '../../simulation/run.ts';
import type { TravelWindow } from '../../simulation/world/stripe.ts';
import type { World } from '../../simulation/world/world.ts';

/** A rehearsal whose events travel in another way than its file says, and who watches it. */
export type Variant = {
  readonly rehearsal: Rehearsal;
  readonly rules: (world: World) => Watcher;
};

/** Nothing broken, nothing missed, and something looked at. */
export const expectFine = async ({ rehearsal, rules }: Variant): Promise<void> => {
  expect(rehearsal.checks).not.toEqual([]);
  const { outcomes, broken } = await rehearse(rehearsal, rules);
  expect(broken).toBeUndefined();
  expect(outcomes.filter(({ isMet }) => !isMet)).toEqual([]);
};

/** Each event twice at once, and a third time beyond the five minutes in which the queue takes two for one. */
export const doubled = (rehearsal: Rehearsal): Variant => ({
  rehearsal: {
    ...withTravel(rehearsal, [{ ...ALL_EVENTS, mishap: { kind: 'doubled' } }]),
    checks: rehearsal.checks.filter((check) => !isCounted(check)),
  },
  rules: (world) => {
    const watcher = watchOf(world);
    const { kernel, stripe } = world.far;
    let seen = 0;
    const step = (): string | undefined => {
      for (const { id, type } of stripe.state.events.slice(seen)) {
        if (isEventType(type)) kernel.after(6 * MINUTE, () => stripe.resend(id));
      }
      seen = stripe.state.events.length;
      return watcher.step(world);
    };
    return { step, rest: () => watcher.rest(world) };
  },
});

/** The sweep looks into the list of events every 15 minutes, and leaves out those of the last two. */
const LISTED_AFTER_SECONDS = 30 * MINUTE;

/** Any event late by anything up to two days, so that they arrive in any order. */
export const shuffled = (rehearsal: Rehearsal, seed: number): Variant => {
  const { plan } = rehearsal;
  const late = ([share, seconds]: readonly [number, number]): TravelWindow => ({
    ...ALL_EVENTS,
    share,
    mishap: { kind: 'delayed', seconds },
  });
  const delays = [
    [0.2, 20],
    [0.2, 3 * MINUTE],
    [0.3, 40 * MINUTE],
    [0.3, 6 * HOUR],
    [0.3, 2 * DAY],
  ] as const;
  const moved = withTravel({ ...rehearsal, plan: { ...plan, seed } }, delays.map(late));
  return { rehearsal: { ...moved, checks: laterBy(moved, LISTED_AFTER_SECONDS) }, rules: watchOf };
};

/** The sweep looks through all subscriptions once a day. */
const LOOKED_AFTER_SECONDS = 25 * HOUR;

/**
 * Not one event is made. The sweep has looked once before the story begins, so that it is no adoption
 * of an existing account.
 */
export const allLost = (rehearsal: Rehearsal): Variant => {
  const { plan, said } = rehearsal;
  // Nobody claims what does not exist yet, or sends again what was never made.
  const isPossible = plan.acts.map(
    ({ act }) => act.who !== 'customer' && act.does !== 'resend' && act.does !== 'deliver',
  );
  const without: Rehearsal = {
    ...rehearsal,
    plan: {
      ...plan,
      acts: plan.acts.filter((_, index) => isPossible[index]),
      travel: [{ ...ALL_EVENTS, mishap: { kind: 'never_generated' } }],
    },
    said: { ...said, acts: said.acts.filter((_, index) => isPossible[index]), travel: [] },
  };
  const moved = startedEarlier(without, HOUR);
  return { rehearsal: { ...moved, checks: laterBy(moved, LOOKED_AFTER_SECONDS) }, rules: watchOf };
};

const ALL_EVENTS = { from: 0, until: Number.MAX_SAFE_INTEGER, share: 1 } as const;

/** What the file itself says about events goes first. */
const withTravel = (rehearsal: Rehearsal, travel: readonly TravelWindow[]): Rehearsal => ({
  ...rehearsal,
  plan: { ...rehearsal.plan, travel: [...rehearsal.plan.travel, ...travel] },
});

/** Everything happens when it did, and the rehearsal has begun so much before. */
const startedEarlier = (rehearsal: Rehearsal, by: number): Rehearsal => {
  const { plan, checks } = rehearsal;
  return {
    ...rehearsal,
    plan: {
      ...plan,
      startsAt: plan.startsAt - by,
      seconds: plan.seconds + by,
      acts: plan.acts.map((each) => ({ ...each, at: each.at + by })),
      faults: plan.faults.map((each) => ({
        ...each,
        from: each.from + by,
        until: each.until + by,
      })),
    },
    checks: checks.map((check) => ({
      ...check,
      at: check.at + by,
      ...('until' in check ? { until: check.until + by } : {}),
      ...('since' in check ? { since: check.since + by } : {}),
      ...('ends' in check && check.ends !== undefined
        ? { ends: new Map([...check.ends].map(([offer, at]) => [offer, at + by])) }
        : {}),
    })),
  };
};

const isCounted = ({ kind }: Check): boolean => ['metric', 'webhook', 'reads'].includes(kind);

/**
 * What is still expected of a system that hears of everything so much later: the same, by then. What
 * was to be seen at an instant may be seen until then, unless something else happens in between; what
 * was to hold throughout holds from then on.
 */
const laterBy = (rehearsal: Rehearsal, seconds: number): readonly Check[] => {
  const turns = rehearsal.plan.acts.filter(({ act }) => act.who !== 'customer');
  return rehearsal.checks.flatMap((check): readonly Check[] => {
    switch (check.kind) {
      case 'access': {
        const withinSeconds = check.withinSeconds + seconds;
        const isOver = turns.some(({ at }) => check.at <= at && at <= check.at + withinSeconds);
        return isOver ? [] : [{ ...outcomeOf(check), withinSeconds }];
      }
      case 'always':
      case 'never':
      case 'one_of': {
        const at = check.at + seconds;
        return at < check.until ? [{ ...check, at }] : [];
      }
      case 'dead_letters':
        return [check];
      default:
        return [];
    }
  });
};

/** Without what tells how it came to that: what was over before anybody looked left no line and no reason. */
const outcomeOf = (check: Access): Access => {
  const { auditLines: _lines, because, ...outcome } = check;
  return because === undefined || check.open?.length === 0 ? outcome : { ...outcome, because };
};

type Access = Extract<Check, { readonly kind: 'access' }>;

/** Marks what comes of `opposites`. */
export const OPPOSITE_LINES = 1_000_000;

/** Each expectation turned round: whatever is met must now be missed. */
export const opposites = ({ checks }: Rehearsal): readonly Check[] =>
  checks
    .filter(isSaid)
    .map((check) => ({ ...oppositeOf(check), line: check.line + OPPOSITE_LINES }));

/** A pull or a delivery may only be shown. */
const isSaid = (check: Check): boolean => !('expected' in check && check.expected === undefined);

const NOWHERE = 'acme/nowhere';

const oppositeOf = (check: Check): Check => {
  switch (check.kind) {
    case 'access':
      return {
        ...check,
        withinSeconds: 0,
        ...(check.open === undefined ? {} : { open: [...check.open, NOWHERE] }),
        ...(check.kept === undefined ? {} : { kept: [...check.kept, NOWHERE] }),
        ...(check.auditLines === undefined ? {} : { auditLines: check.auditLines + 1 }),
        ...(check.because === undefined
          ? {}
          : {
              because: new Map(
                [...check.because].map(([offer, because]) => [
                  offer,
                  because === 'manual' ? 'nothing' : 'manual',
                ]),
              ),
            }),
        ...(check.ends === undefined
          ? {}
          : { ends: new Map([...check.ends].map(([offer, at]) => [offer, at + DAY])) }),
      };
    case 'always':
      return { ...check, kind: 'never' };
    case 'never':
      return { ...check, kind: 'always' };
    case 'one_of':
      return { ...check, sets: [[NOWHERE]] };
    case 'pull':
      return { ...check, expected: check.expected === 'served' ? 'refused' : 'served' };
    case 'aws_pull':
      return { ...check, expected: check.expected === 'served' ? 'refused' : 'served' };
    case 'delivery':
      return { ...check, expected: check.expected === 200 ? 400 : 200 };
    case 'reads':
      return {
        ...check,
        count: otherThan(check.count),
        ...(check.perSecondMax === undefined ? {} : { perSecondMax: 0 }),
      };
    default:
      return { ...check, count: otherThan(check.count) };
  }
};

const otherThan = ({ min, max }: Count): Count =>
  min > 0 ? { min: 0, max: min - 1 } : { min: max + 1, max: Number.POSITIVE_INFINITY };
