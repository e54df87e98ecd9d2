import { expect } from 'vitest';
import { entitlementsOf } from '../../functions/core/entitlement.ts';
import { DAY, HOUR } from '../../functions/core/time.ts';
import { offer } from '../support/builders.ts';
import { START } from './stage.ts';
import type { Case, Scene, Step } from './story.ts';

const BOUGHT: Step = { act: ({ buy }) => buy('S', 'a'), open: 'a' };

export const PAUSE: readonly Case[] = [
  {
    number: 46,
    sentence: 'pausing collection keeps access, whatever the behaviour, also beyond a renewal',
    reachable: true,
    always: ['a'],
    story: [
      BOUGHT,
      { act: ({ world, sub }) => world.pauseCollection(sub('S'), 'void'), open: 'a' },
      { afterSeconds: 40 * DAY, open: 'a' },
      { act: ({ world, sub }) => world.pauseCollection(sub('S'), 'keep_as_draft'), open: 'a' },
      { afterSeconds: 40 * DAY, open: 'a' },
      { act: ({ world, sub }) => world.pauseCollection(sub('S'), 'mark_uncollectible'), open: 'a' },
      { afterSeconds: 40 * DAY, open: 'a' },
      { act: ({ world, sub }) => world.pauseCollection(sub('S'), null), open: 'a' },
    ],
  },
  {
    number: 46,
    sentence: 'pausing collection closes where the vendor says so, and its end opens again',
    catalog: { onPauseCollection: 'suspend' },
    reachable: true,
    story: (['void', 'keep_as_draft', 'mark_uncollectible'] as const).flatMap((behavior, index) => [
      { ...(index === 0 ? BOUGHT : {}), open: 'a' },
      { act: ({ world, sub }: Scene) => world.pauseCollection(sub('S'), behavior), open: '' },
      { act: ({ world, sub }: Scene) => world.pauseCollection(sub('S'), null), open: 'a' },
    ]),
  },
  {
    number: 46,
    sentence: 'only the behaviour void closes where the vendor says so',
    catalog: { onPauseCollection: 'suspend_void' },
    reachable: true,
    story: [
      BOUGHT,
      { act: ({ world, sub }) => world.pauseCollection(sub('S'), 'void'), open: '' },
      { act: ({ world, sub }) => world.pauseCollection(sub('S'), 'keep_as_draft'), open: 'a' },
      { act: ({ world, sub }) => world.pauseCollection(sub('S'), 'mark_uncollectible'), open: 'a' },
    ],
  },
  {
    number: 47,
    sentence: 'paused closes at once, long before the period’s end',
    reachable: true,
    story: [
      BOUGHT,
      { act: ({ world, sub }) => world.pause(sub('S')), open: '' },
      { afterSeconds: 5 * DAY, open: '' },
    ],
  },
  {
    number: 47,
    sentence: 'paused closes although the items’ period goes on',
    reachable: true,
    story: [BOUGHT, { act: ({ world, sub }) => world.setStatus(sub('S'), 'paused'), open: '' }],
  },
  {
    number: 49,
    sentence: 'resumed by an attempt that fails is past_due, which opens nothing',
    reachable: true,
    story: [
      BOUGHT,
      { act: ({ world, sub }) => world.pause(sub('S')), open: '' },
      {
        afterSeconds: 2 * DAY,
        act: ({ world, sub }) => {
          world.failPayment('cus_C');
          world.resume(sub('S'), 'resume_on_payment_attempt');
        },
        open: '',
      },
      { act: ({ world, sub }) => world.pay(sub('S')), open: 'a' },
    ],
  },
  {
    number: 50,
    sentence: 'resumed on success: closed while the payment fails, open when it is paid',
    reachable: true,
    story: [
      BOUGHT,
      { act: ({ world, sub }) => world.pause(sub('S')), open: '' },
      {
        afterSeconds: 2 * DAY,
        act: ({ world, sub }) => {
          world.failPayment('cus_C');
          world.resume(sub('S'), 'resume_on_payment_success');
        },
        open: '',
      },
      { act: ({ world, sub }) => world.pay(sub('S')), open: 'a' },
    ],
  },
];

export const CANCEL: readonly Case[] = [
  {
    number: 52,
    sentence: 'canceled at the period’s end: open until then, and no longer',
    reachable: true,
    story: [
      BOUGHT,
      { act: ({ world, sub }) => world.cancelAtPeriodEnd(sub('S'), 'classic'), open: 'a' },
      { afterSeconds: 29 * DAY, open: 'a' },
      { afterSeconds: DAY, open: '' },
    ],
  },
  {
    number: 53,
    sentence: 'cancel_at without the flag: open until then with that date shown, then closed',
    reachable: true,
    story: [
      BOUGHT,
      {
        act: ({ world, sub }) => world.cancelAt(sub('S'), START + 10 * DAY),
        open: 'a',
        also: async ({ customer, clock }) => {
          const stored = await customer('cus_C');
          expect(stored && entitlementsOf(stored, clock())).toMatchObject([
            { kind: 'granted', offerId: 'a', window: { endsAt: START + 10 * DAY } },
          ]);
        },
      },
      { afterSeconds: 9 * DAY, open: 'a' },
      { afterSeconds: DAY, open: '' },
    ],
  },
  {
    number: 53,
    sentence: 'a cancellation that is taken back leaves no date behind',
    reachable: true,
    always: ['a'],
    story: [
      BOUGHT,
      { act: ({ world, sub }) => world.cancelAt(sub('S'), START + 10 * DAY), open: 'a' },
      { act: ({ world, sub }) => world.undoCancel(sub('S')), open: 'a' },
      { afterSeconds: 20 * DAY, open: 'a' },
    ],
  },
  {
    number: 55,
    sentence: 'canceled at once: closed at once',
    reachable: true,
    story: [BOUGHT, { act: ({ world, sub }) => world.cancelNow(sub('S')), open: '' }],
  },
  {
    number: 56,
    sentence: 'monthly and yearly items, canceled at the earlier period’s end: both close then',
    reachable: true,
    story: [
      BOUGHT,
      {
        act: ({ world, sub }) =>
          void world.addItem(sub('S'), { productId: 'prod_b', interval: 'year' }),
        open: 'a b',
      },
      { act: ({ world, sub }) => world.cancelAtPeriodEnd(sub('S')), open: 'a b' },
      { afterSeconds: 29 * DAY, open: 'a b' },
      { afterSeconds: DAY, open: '' },
    ],
  },
  {
    number: 58,
    sentence: 'canceled, and bought again within a minute: a gap only as long as Stripe’s',
    reachable: true,
    story: [
      BOUGHT,
      { act: ({ world, sub }) => world.cancelNow(sub('S')), open: '' },
      { afterSeconds: 30, act: ({ buy }) => buy('S2', 'a'), open: 'a' },
    ],
  },
  {
    number: 58,
    sentence: 'bought again and then canceled, in one second: no gap',
    reachable: true,
    always: ['a'],
    story: [
      BOUGHT,
      {
        act: ({ buy, world, sub }) => {
          buy('S2', 'a');
          world.cancelNow(sub('S'));
        },
        open: 'a',
      },
    ],
  },
];

const MANY = Array.from({ length: 25 }, (_, index) => `p${String(index + 1).padStart(2, '0')}`);

export const PLAN: readonly Case[] = [
  {
    number: 59,
    sentence: 'a paid upgrade: the new offer alone, never both and never neither',
    reachable: true,
    always: ['a', 'b'],
    story: [
      BOUGHT,
      { act: ({ world, sub }) => world.changePlan(sub('S'), ['prod_b']), open: 'b' },
      { afterSeconds: 5 * DAY, open: 'b' },
    ],
  },
  {
    number: 59,
    sentence: 'an upgrade whose payment fails keeps the old offer, and opens the new one when paid',
    reachable: true,
    always: ['a', 'b'],
    story: [
      BOUGHT,
      {
        act: ({ world, sub }) => {
          world.failPayment('cus_C');
          world.changePlan(sub('S'), ['prod_b']);
        },
        open: 'a',
      },
      { afterSeconds: 5 * DAY, open: 'a' },
      { act: ({ world, sub }) => world.pay(sub('S')), open: 'b' },
    ],
  },
  {
    number: 59,
    sentence:
      'an upgrade by a delayed payment is active at once, and opens when the money has come',
    reachable: true,
    always: ['a', 'b'],
    story: [
      BOUGHT,
      {
        act: ({ world, sub }) => world.changePlan(sub('S'), ['prod_b'], { payment: 'delayed' }),
        open: 'a',
      },
      { afterSeconds: 3 * DAY, open: 'a' },
      { afterSeconds: 2 * DAY, open: 'b' },
    ],
  },
  {
    number: 61,
    sentence: 'a pending upgrade opens nothing until it is applied',
    reachable: true,
    always: ['a', 'b'],
    story: [
      BOUGHT,
      {
        act: ({ world, sub }) =>
          world.changePlan(sub('S'), ['prod_b'], {
            behavior: 'pending_if_incomplete',
            payment: 'fails',
          }),
        open: 'a',
      },
      { afterSeconds: HOUR, act: ({ world, sub }) => world.pay(sub('S')), open: 'b' },
    ],
  },
  {
    number: 61,
    sentence: 'a pending upgrade that expires leaves the old offer',
    reachable: true,
    always: ['a'],
    story: [
      BOUGHT,
      {
        act: ({ world, sub }) =>
          world.changePlan(sub('S'), ['prod_b'], {
            behavior: 'pending_if_incomplete',
            payment: 'fails',
          }),
        open: 'a',
      },
      { afterSeconds: DAY, open: 'a' },
      { afterSeconds: 20 * DAY, open: 'a' },
    ],
  },
  {
    number: 62,
    sentence: 'a price added instead of replaced: both offers',
    reachable: true,
    story: [
      BOUGHT,
      {
        act: ({ world, sub }) => void world.addItem(sub('S'), { productId: 'prod_b' }),
        open: 'a b',
      },
    ],
  },
  {
    number: 64,
    sentence: '25 items, of which Stripe shows ten: every repository',
    catalog: { offers: Object.fromEntries(MANY.map((name) => [name, offer(name)])) },
    reachable: true,
    story: [{ act: ({ buy }) => buy('S', MANY.join(' ')), open: MANY.join(' ') }],
  },
  {
    number: 65,
    sentence: 'a schedule’s next phase begins at midnight: the new offer',
    reachable: true,
    story: [
      BOUGHT,
      {
        act: ({ world, sub }) =>
          void world.schedulePhase(sub('S'), { at: START + DAY / 2, products: ['prod_b'] }),
        open: 'a',
      },
      { afterSeconds: 2 * DAY, open: 'b' },
    ],
  },
  {
    number: 68,
    sentence: 'a product that is archived stays open for those who have it',
    reachable: true,
    always: ['a'],
    story: [
      BOUGHT,
      { act: ({ world }) => world.archiveProduct('prod_a'), open: 'a' },
      { afterSeconds: 40 * DAY, open: 'a' },
    ],
  },
];
