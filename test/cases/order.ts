import { expect } from 'vitest';
import { accessUntilOf } from '../../functions/core/listing.ts';
import { DAY } from '../../functions/core/time.ts';
import type { Case, Scene } from './story.ts';

const lines = (count: number) => async (scene: Scene) => {
  expect(await scene.stores.customers.listAudit('cus_C')).toHaveLength(count);
};

/** Order, duplicates, races. */
export const ORDER: readonly Case[] = [
  {
    number: 1,
    sentence: 'incomplete, active and paid in one go opens, with one audit line',
    reachable: true,
    story: [{ act: ({ buy }) => buy('S', 'a'), open: 'a' }],
    finally: lines(1),
  },
  {
    number: 2,
    sentence: 'the late news that it was incomplete does not revoke what is active',
    reachable: true,
    story: [
      { act: ({ buy }) => buy('S', 'a', { payment: 'fails' }), events: 'held', open: '' },
      { act: ({ world, sub }) => world.pay(sub('S')), open: 'a' },
      { events: 'released', open: 'a' },
    ],
  },
  {
    number: 4,
    sentence: 'an update that arrives after the end revives nothing',
    reachable: true,
    story: [
      { act: ({ buy }) => buy('S', 'a'), open: 'a' },
      { act: ({ world, sub }) => world.cancelAtPeriodEnd(sub('S')), events: 'held', open: 'a' },
      { act: ({ world, sub }) => world.cancelNow(sub('S')), open: '' },
      { events: 'released', open: '' },
    ],
  },
  {
    number: 5,
    sentence: 'past_due arrives two days late, after active: open throughout, and no grace left',
    reachable: true,
    always: ['a'],
    story: [
      { act: ({ buy }) => buy('S', 'a'), open: 'a' },
      { afterSeconds: 29 * DAY, act: ({ world }) => world.failPayment('cus_C'), open: 'a' },
      { afterSeconds: 2 * DAY, events: 'held', open: 'a' },
      { act: ({ world, sub }) => world.pay(sub('S')), open: 'a' },
      { afterSeconds: 2 * DAY, events: 'released', open: 'a' },
    ],
    finally: async ({ customer }) => {
      const stored = await customer('cus_C');
      const [item] = stored?.subscriptions[0]?.items ?? [];
      const until = accessUntilOf(stored ?? { windows: [] });
      expect(until).toBe((item?.currentPeriodEndAt ?? 0) + 14 * DAY);
    },
  },
  {
    number: 7,
    sentence: 'two events of one second about one change leave one audit line',
    reachable: true,
    story: [
      { act: ({ buy }) => buy('S', 'a'), open: 'a' },
      {
        act: ({ world, sub }) => {
          world.cancelAtPeriodEnd(sub('S'));
          world.cancelAtPeriodEnd(sub('S'));
        },
        open: 'a',
      },
    ],
    // One for the grant, one for the date at which it ends.
    finally: lines(2),
  },
  {
    number: 8,
    sentence:
      'the trial’s notice arrives after a change of plan in the same second: the new plan counts',
    reachable: true,
    story: [
      { act: ({ buy }) => buy('S', 'a', { trialDays: 10 }), open: 'a' },
      {
        afterSeconds: 7 * DAY,
        act: ({ world, sub }) => world.changePlan(sub('S'), ['prod_b']),
        events: 'newest_first',
        open: 'b',
      },
    ],
  },
  {
    number: 13,
    sentence: 'a creation that is sent again after 29 days does not open what was canceled',
    reachable: true,
    story: [
      { act: ({ buy }) => buy('S', 'a'), open: 'a' },
      {
        afterSeconds: 10 * DAY,
        act: ({ world, sub }) => world.cancelNow(sub('S')),
        open: '',
      },
      {
        afterSeconds: 19 * DAY,
        act: ({ resend }) => resend('customer.subscription.created'),
        open: '',
      },
    ],
  },
];
