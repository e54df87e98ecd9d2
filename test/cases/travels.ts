import { expect } from 'vitest';
import { subjectOf } from '../../functions/core/event-types.ts';
import { MINUTE } from '../../functions/core/time.ts';
import { randomOf } from '../../simulation/kernel/random.ts';
import { type Event, setCursor } from './stage.ts';
import type { Scene, Travel } from './story.ts';

/** One after the other, and then the queue is worked through: several events may become one look. */
const deliver = async (scene: Scene, events: readonly Event[]): Promise<void> => {
  for (const event of events) expect((await scene.deliver(event)).status).toBe(200);
  await scene.settle();
};

const deliverEach = async (scene: Scene, events: readonly Event[]): Promise<void> => {
  for (const event of events) await deliver(scene, [event]);
};

const nothing = async (): Promise<void> => {};

/** Each event at once, unless the story says otherwise. */
const plain = (): Travel => {
  const held: Event[] = [];
  return {
    name: 'plain',
    events: 'delivered',
    happened: async (scene, events, step) => {
      if (step.events === 'held') held.push(...events);
      else await deliverEach(scene, step.events === 'newest_first' ? events.toReversed() : events);
    },
    stepEnded: async (scene, _events, step) => {
      if (step.events === 'released') await deliverEach(scene, held.splice(0));
    },
    ended: nothing,
  };
};

/** Each event twice at once and a third time a step later, beyond what the queue takes for the same. */
const doubled = (): Travel => {
  let before: readonly Event[] = [];
  return {
    name: 'doubled',
    events: 'delivered',
    happened: (scene, events) =>
      deliver(
        scene,
        events.flatMap((event) => [event, event]),
      ),
    stepEnded: async (scene, events) => {
      await deliver(scene, before);
      before = events;
    },
    ended: async (scene) => {
      scene.time.now += 6 * MINUTE;
      await deliver(scene, before);
    },
  };
};

/** In any order across steps; each step delivers at least one event about each subject that it made one about. */
const shuffled = (seed: number): Travel => {
  const random = randomOf(seed, 'travels');
  const pool: Event[] = [];
  const draw = (isWanted: (event: Event) => boolean): Event[] => {
    const wanted = pool.filter(isWanted);
    const event = wanted[Math.floor(random() * wanted.length)];
    return event === undefined ? [] : pool.splice(pool.indexOf(event), 1);
  };
  return {
    name: `shuffled, seed ${seed}`,
    events: 'delivered',
    happened: async (scene, events) => {
      pool.push(...events);
      if (random() < 0.3)
        await deliver(
          scene,
          draw(() => true),
        );
    },
    stepEnded: async (scene, events) => {
      const made = new Set(events);
      for (const subject of new Set(events.map(aboutOf))) {
        await deliver(
          scene,
          draw((event) => made.has(event) && aboutOf(event) === subject),
        );
      }
      if (random() < 0.5)
        await deliver(
          scene,
          draw(() => true),
        );
    },
    ended: async (scene) => {
      for (let left = pool.length; left > 0; left -= 1)
        await deliver(
          scene,
          draw(() => true),
        );
    },
  };
};

const aboutOf = (event: Event): string => subjectOf(event)?.id ?? 'nobody';

/** No event arrives, and the sweep looks into Stripe's list of events only. */
const undelivered = (): Travel => ({
  name: 'with no event delivered',
  events: 'listed',
  happened: nothing,
  stepEnded: async (scene) => {
    // A younger event is still on its way to the webhook.
    scene.time.now += 3 * MINUTE;
    await setCursor(scene, 'events', 'due');
    await setCursor(scene, 'subscriptions', 'just_done');
    await scene.sweep();
    await scene.settle();
  },
  ended: nothing,
});

/** No event is even made, so that nothing but the list of subscriptions can tell. */
const lost = (): Travel => ({
  name: 'with all events lost',
  events: 'none',
  happened: nothing,
  stepEnded: async (scene) => {
    await setCursor(scene, 'subscriptions', 'due');
    await scene.sweep();
    await scene.settle();
  },
  ended: nothing,
});

const SEEDS = [1, 2, 3];

export const travelsOf = (reachable: true | string): readonly Travel[] => [
  plain(),
  doubled(),
  ...SEEDS.map(shuffled),
  undelivered(),
  ...(reachable === true ? [lost()] : []),
];
