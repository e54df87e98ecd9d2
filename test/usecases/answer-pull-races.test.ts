import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import { MINUTE } from '../../functions/core/time.ts';
import { NOW, windowOf } from '../support/builders.ts';
import {
  APP,
  blobItem,
  digestOf,
  getBlob,
  getTag,
  LAYER_URL,
  type PullWorld,
  pullWorld,
  tagItem,
} from '../support/pull-world.ts';

const RUNS = 100;
const OLD = digestOf('a');
const NEW = digestOf('b');
const LAYER = digestOf('e');

const paying = (): PullWorld => {
  const world = pullWorld();
  world.buy('cus_Nova', { windows: [windowOf('app')] });
  world.put(blobItem(LAYER));
  world.layers.set(`${APP} ${LAYER}`, LAYER_URL);
  return world;
};

/** Stops before and after every call, for as long as the scheduler likes. */
const stalling = (world: PullWorld, scheduler: fc.Scheduler): void => {
  world.hooks.before = (method) => scheduler.schedule(Promise.resolve(), `to ${method}`);
  world.hooks.after = (method) => scheduler.schedule(Promise.resolve(), `from ${method}`);
};

const consistent = (answer: PullAnswer): string => {
  if (answer.kind !== 'manifest') throw new Error(`no manifest: ${JSON.stringify(answer)}`);
  expect(new TextDecoder().decode(answer.body)).toBe(`manifest ${answer.digest}`);
  return answer.digest;
};

it('a tag that moves while three ask for it: each gets one of both whole, ECR is asked once, and then all get the new one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const world = paying();
      world.release('latest', { checkedAt: NOW - MINUTE });
      stalling(world, scheduler);
      const move = async (): Promise<void> => {
        await scheduler.schedule(Promise.resolve(), 'the tag moves');
        world.push(tagItem('latest', { digest: NEW }));
      };
      const asking = [1, 2, 3].map(() => world.pull(getTag('latest')));
      const [answers] = await scheduler.waitFor(Promise.all([Promise.all(asking), move()]));
      for (const answer of answers) expect([OLD, NEW]).toContain(consistent(answer));
      expect(world.calls.filter((call) => call === 'readImages')).toHaveLength(1);
      world.hooks = {};
      world.now += MINUTE;
      expect(consistent(await world.pull(getTag('latest')))).toBe(NEW);
    }),
    { numRuns: RUNS },
  );
});

it('a revocation while pulling: nothing that is asked for after it is answered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const world = paying();
      world.release('1.0.0', { checkedAt: NOW - MINUTE });
      stalling(world, scheduler);
      let isRevoked = false;
      const revoke = async (): Promise<void> => {
        await scheduler.schedule(Promise.resolve(), 'the subscription is canceled');
        world.buy('cus_Nova', {
          windows: [],
          withheld: [{ offerId: 'app', source: 'sub_1', because: 'canceled', endedAt: NOW }],
        });
        isRevoked = true;
      };
      const client = async (): Promise<void> => {
        for (const request of [getTag('1.0.0'), getBlob(LAYER), getBlob(LAYER)]) {
          const wasRevoked = isRevoked;
          const answer = await world.pull(request);
          if (wasRevoked) expect(answer).toMatchObject({ refusal: { kind: 'lapsed' } });
        }
      };
      await scheduler.waitFor(Promise.all([client(), revoke()]));
      world.hooks = {};
      expect(await world.pull(getBlob(LAYER))).toMatchObject({ refusal: { kind: 'lapsed' } });
    }),
    { numRuns: RUNS },
  );
});
