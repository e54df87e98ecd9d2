import { DAY } from '../../functions/core/time.ts';
import type { Case, Step } from './story.ts';

const MONTH_DAYS = 30;

/** Subscribed for 29 days when the card stops working. */
const UNTIL_THE_CARD_FAILS: readonly Step[] = [
  { act: ({ buy }) => buy('S', 'a'), open: 'a' },
  { afterSeconds: 29 * DAY, act: ({ world }) => world.failPayment('cus_C'), open: 'a' },
];

export const TRIAL: readonly Case[] = [
  {
    number: 34,
    sentence: 'a trial that ends without a payment method, set to cancel, closes',
    reachable: true,
    story: [
      {
        act: ({ buy }) =>
          buy('S', 'a', { trialDays: 10, payment: 'none', trialEndBehavior: 'cancel' }),
        open: 'a',
      },
      { afterSeconds: 9 * DAY, open: 'a' },
      { afterSeconds: 2 * DAY, open: '' },
    ],
  },
  {
    number: 35,
    sentence: 'a trial whose first invoice fails is past_due: kept for the grace, then closed',
    reachable: true,
    story: [
      {
        act: ({ buy, world }) => {
          world.setDunning({ end: 'past_due' });
          buy('S', 'a', { trialDays: 10, payment: 'fails' });
        },
        open: 'a',
      },
      { afterSeconds: 11 * DAY, open: 'a' },
      { afterSeconds: 12 * DAY, open: 'a' },
      { afterSeconds: 2 * DAY, open: '' },
    ],
  },
  {
    number: 37,
    sentence: 'a trial ended now, with its notice in the same second, and paid: open',
    reachable: true,
    always: ['a'],
    story: [
      { act: ({ buy }) => buy('S', 'a', { trialDays: 10 }), open: 'a' },
      {
        afterSeconds: DAY,
        act: ({ world, sub }) => world.endTrial(sub('S')),
        events: 'newest_first',
        open: 'a',
      },
      { afterSeconds: 20 * DAY, open: 'a' },
    ],
  },
  {
    number: 37,
    sentence: 'a trial ended now and not paid: kept for the grace, then closed',
    reachable: true,
    story: [
      {
        act: ({ buy, world }) => {
          world.setDunning({ end: 'past_due' });
          buy('S', 'a', { trialDays: 10, payment: 'fails' });
        },
        open: 'a',
      },
      {
        afterSeconds: DAY,
        act: ({ world, sub }) => world.endTrial(sub('S')),
        events: 'newest_first',
        open: 'a',
      },
      { afterSeconds: 13 * DAY, open: 'a' },
      { afterSeconds: 2 * DAY, open: '' },
    ],
  },
];

export const DUNNING: readonly Case[] = [
  {
    number: 38,
    sentence: 'past_due, then paid by a retry: open throughout',
    reachable: true,
    always: ['a'],
    story: [
      ...UNTIL_THE_CARD_FAILS,
      { afterSeconds: 2 * DAY, open: 'a' },
      { act: ({ world }) => world.setPayment('cus_C', 'ok'), open: 'a' },
      { afterSeconds: 20 * DAY, open: 'a' },
    ],
  },
  {
    number: 40,
    sentence: 'past_due, then canceled by the vendor’s settings: closed at once',
    reachable: true,
    story: [
      {
        act: ({ buy, world }) => {
          world.setDunning({ retryDays: [1, 3], end: 'canceled' });
          buy('S', 'a');
        },
        open: 'a',
      },
      { afterSeconds: 29 * DAY, act: ({ world }) => world.failPayment('cus_C'), open: 'a' },
      { afterSeconds: 3 * DAY, open: 'a' },
      { afterSeconds: 3 * DAY, open: '' },
    ],
  },
  {
    number: 41,
    sentence:
      'past_due for ever: closed after 14 days, also by the next unpaid period, open when paid',
    reachable: true,
    story: [
      {
        act: ({ buy, world }) => {
          world.setDunning({ end: 'past_due' });
          buy('S', 'a');
        },
        open: 'a',
      },
      { afterSeconds: 29 * DAY, act: ({ world }) => world.failPayment('cus_C'), open: 'a' },
      { afterSeconds: 14 * DAY, open: 'a' },
      { afterSeconds: 2 * DAY, open: '' },
      { afterSeconds: MONTH_DAYS * DAY, open: '' },
      { act: ({ world, sub }) => world.pay(sub('S')), open: 'a' },
    ],
  },
  {
    number: 43,
    sentence: 'paused by the first failed payment: closed; paid and resumed: open',
    reachable: true,
    story: [
      {
        act: ({ buy, world }) => {
          world.setDunning({ onFirstFailure: 'paused' });
          buy('S', 'a');
        },
        open: 'a',
      },
      { afterSeconds: 29 * DAY, act: ({ world }) => world.failPayment('cus_C'), open: 'a' },
      { afterSeconds: 2 * DAY, open: '' },
      { act: ({ world, sub }) => world.pay(sub('S')), open: 'a' },
    ],
  },
  {
    number: 44,
    sentence: 'a failed payment is told after another card has paid: open',
    reachable: true,
    always: ['a'],
    story: [
      ...UNTIL_THE_CARD_FAILS,
      {
        afterSeconds: 2 * DAY,
        act: ({ world, sub }) => world.pay(sub('S')),
        events: 'newest_first',
        open: 'a',
      },
      { act: ({ resend }) => resend('invoice.payment_failed'), open: 'a' },
    ],
  },
];
