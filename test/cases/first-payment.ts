import { DAY } from '../../functions/core/time.ts';
import type { Case } from './story.ts';

export const FIRST_PAYMENT: readonly Case[] = [
  {
    number: 26,
    sentence: 'incomplete for 23 hours, then expired: never open',
    reachable: true,
    always: [''],
    story: [
      { act: ({ buy }) => buy('S', 'a', { payment: 'fails' }), open: '' },
      { afterSeconds: DAY, open: '' },
    ],
  },
  {
    number: 28,
    sentence: 'active by a delayed payment that then fails: never open, although it stays active',
    reachable: true,
    always: [''],
    story: [
      { act: ({ buy }) => buy('S', 'a', { payment: 'delayed_then_fails' }), open: '' },
      { afterSeconds: 5 * DAY, open: '' },
    ],
  },
  {
    number: 28,
    sentence: 'active by a delayed payment that arrives: open from then on',
    reachable: true,
    story: [
      { act: ({ buy }) => buy('S', 'a', { payment: 'delayed' }), open: '' },
      { afterSeconds: 5 * DAY, open: 'a' },
    ],
  },
  {
    number: 29,
    sentence: 'an invoice that was sent and is not paid opens nothing; paid, it does',
    reachable: true,
    story: [
      {
        act: ({ buy }) => buy('S', 'a', { collectionMethod: 'send_invoice', daysUntilDue: 30 }),
        open: '',
      },
      { afterSeconds: DAY, open: '' },
      { act: ({ world, sub }) => world.payOutOfBand(sub('S')), open: 'a' },
    ],
  },
  {
    number: 29,
    sentence: 'an invoice that was sent opens where the vendor trusts that, until it is overdue',
    catalog: { trustSendInvoice: true },
    reachable: true,
    story: [
      {
        act: ({ buy }) => buy('S', 'a', { collectionMethod: 'send_invoice', daysUntilDue: 30 }),
        open: 'a',
      },
      { afterSeconds: 43 * DAY, open: 'a' },
      { afterSeconds: 2 * DAY, open: '' },
    ],
  },
  {
    number: 31,
    sentence: 'a coupon for everything: an invoice of zero opens',
    reachable: true,
    story: [{ act: ({ buy }) => buy('S', 'a', { coupon100: true, payment: 'none' }), open: 'a' }],
  },
  {
    number: 32,
    sentence: 'bought twice in two tabs: open once, and one end changes nothing',
    reachable: true,
    story: [
      {
        act: ({ buy }) => {
          buy('S1', 'a');
          buy('S2', 'a');
        },
        open: 'a',
      },
      { act: ({ world, sub }) => world.cancelNow(sub('S1')), open: 'a' },
      { act: ({ world, sub }) => world.cancelNow(sub('S2')), open: '' },
    ],
  },
];
