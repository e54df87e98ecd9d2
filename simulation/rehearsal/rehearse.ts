import { watchOf } from '../oracle/watcher.ts';
import { runPlan, type Watcher } from '../run.ts';
import type { World } from '../world/world.ts';
import { judgeAfterwards } from './afterwards.ts';
import { countersOf } from './counters.ts';
import { watchExpectations } from './expectations.ts';
import { eyesOn } from './eyes.ts';
import { given } from './readers.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { RehearsalResult } from './result.ts';
import { talesOf, troubleOf } from './tales.ts';
import { trackDoors } from './tracks.ts';

type Observer = ReturnType<typeof observe>;

/** Lives through a rehearsal; what must hold in every world is watched as well. */
export const rehearse = async (
  rehearsal: Rehearsal,
  rules: (world: World) => Watcher = watchOf,
): Promise<RehearsalResult> => {
  const { plan, isWatched } = rehearsal;
  let observer: Observer | undefined;
  const { world, calls } = await runPlan(plan, {
    watch: (born) => {
      observer = observe(born, rehearsal, isWatched ? rules(born) : undefined);
      return observer;
    },
  });
  if (observer === undefined) throw new Error('nobody watched the rehearsal');
  return { ...(await resultOf(world, rehearsal, observer)), calls };
};

/** The rules speak once: what follows a broken one is broken too. */
const observe = (world: World, rehearsal: Rehearsal, watcher: Watcher | undefined) => {
  const eyes = eyesOn(world);
  const counters = countersOf(world);
  const doors = trackDoors(world, eyes, rehearsal.customers);
  const expectations = watchExpectations(world, { eyes, counters, checks: rehearsal.checks });
  let broken: string | undefined;
  return {
    eyes,
    counters,
    expectations,
    tracks: doors.tracks,
    broken: () => broken,
    step: (): undefined => {
      doors.step();
      expectations.step();
      broken ??= watcher?.step(world);
    },
    rest: (): undefined => {
      broken ??= watcher?.rest(world);
    },
  };
};

const resultOf = async (
  world: World,
  rehearsal: Rehearsal,
  observer: Observer,
): Promise<Omit<RehearsalResult, 'calls'>> => {
  const { expectations } = observer;
  const broken = observer.broken();
  const outcomes = [
    ...expectations.outcomes,
    ...judgeAfterwards(world, rehearsal, observer),
  ].toSorted((a, b) => a.at - b.at || a.line - b.line);
  const { startsAt, seconds } = world.plan;
  return {
    title: rehearsal.title,
    ...given({ about: rehearsal.about, broken }),
    startsAt,
    endsAt: startsAt + seconds,
    tales: await talesOf(world, rehearsal, observer),
    trouble: troubleOf(rehearsal, observer.counters),
    outcomes,
    isFine: broken === undefined && outcomes.every(({ isMet }) => isMet),
  };
};
