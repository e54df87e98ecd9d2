import { expect } from 'vitest';
import { DAY, HOUR } from '../../functions/core/time.ts';
import { ACCOUNT } from './stage.ts';
import type { Case, Scene, Step } from './story.ts';

const BOUGHT: Step = { act: ({ buy }) => buy('S', 'a'), open: 'a' };

/** A second customer, with the same e-mail address as the first. */
const addCustomerD = ({ world }: Scene): void => {
  world.updateCustomer('cus_C', { email: 'ada@customer.example' });
  world.createCustomer({
    id: 'cus_D',
    email: 'ada@customer.example',
    metadata: { aws_account_ids: ACCOUNT },
  });
};

export const SEVERAL: readonly Case[] = [
  {
    number: 70,
    sentence: 'of two subscriptions to one offer one is canceled: the other keeps it open',
    reachable: true,
    story: [
      BOUGHT,
      { act: ({ buy }) => buy('S2', 'a'), open: 'a' },
      { act: ({ world, sub }) => world.cancelNow(sub('S')), open: 'a' },
    ],
  },
  {
    number: 71,
    sentence: 'one active, one unpaid: only the active one’s offer',
    reachable: true,
    story: [
      BOUGHT,
      { act: ({ buy }) => buy('S2', 'b'), open: 'a b' },
      { act: ({ world, sub }) => world.setStatus(sub('S2'), 'unpaid'), open: 'a' },
    ],
  },
  {
    number: 73,
    sentence: 'news of one subscription changes nothing of the other',
    reachable: true,
    story: [
      BOUGHT,
      { act: ({ buy }) => buy('S2', 'b'), open: 'a b' },
      { act: ({ world, sub }) => world.cancelAtPeriodEnd(sub('S2')), open: 'a b' },
    ],
    finally: async ({ customer, sub }) => {
      const stored = await customer('cus_C');
      const [first, second] = [sub('S'), sub('S2')].map((id) =>
        stored?.subscriptions.find(({ subscriptionId }) => subscriptionId === id),
      );
      expect(first).toMatchObject({ status: 'active', items: [{ productId: 'prod_a' }] });
      expect(first?.cancelAt).toBeUndefined();
      const end = first?.items[0]?.currentPeriodEndAt ?? 0;
      expect(stored?.windows).toMatchObject([
        { offerId: 'a', source: sub('S'), endsAt: end + 14 * DAY },
        { offerId: 'b', source: sub('S2'), endsAt: second?.cancelAt },
      ]);
    },
  },
  {
    number: 74,
    sentence: 'two customers of one e-mail address have each their own',
    reachable: true,
    story: [
      {
        act: (scene) => {
          addCustomerD(scene);
          scene.buy('S', 'a');
          scene.buy('T', 'b', { by: 'D' });
        },
        open: { C: 'a', D: 'b' },
      },
      { act: ({ world, sub }) => world.cancelNow(sub('T')), open: { C: 'a', D: '' } },
    ],
  },
  {
    number: 76,
    sentence: 'a customer who is deleted has nothing, and later news changes nothing',
    reachable: true,
    story: [
      BOUGHT,
      { act: ({ world }) => world.deleteCustomer('cus_C'), open: '' },
      {
        afterSeconds: DAY,
        act: ({ resend }) => resend('customer.subscription.updated'),
        open: '',
      },
    ],
    finally: async ({ customer }) => {
      expect(await customer('cus_C')).toMatchObject({
        isDeleted: true,
        windows: [],
        members: { accounts: [] },
      });
    },
  },
  {
    number: 77,
    sentence: 'the end of one customer touches no other',
    reachable: true,
    story: [
      {
        act: (scene) => {
          addCustomerD(scene);
          scene.buy('S', 'a');
          scene.buy('T', 'a', { by: 'D' });
        },
        open: { C: 'a', D: 'a' },
      },
      { act: ({ world, sub }) => world.cancelNow(sub('S')), open: { C: '', D: 'a' } },
    ],
  },
];

const NOT_LISTED =
  'one look at Stripe tells it, but the list of subscriptions shows neither disputes nor refunds: the list of events says whom to look at';

export const MONEY_BACK: readonly Case[] = [
  {
    number: 79,
    sentence: 'a dispute cancels by the vendor’s setting at Stripe an hour later: closed',
    reachable: true,
    story: [
      {
        act: ({ buy, world }) => {
          world.setCancelOnDispute(true);
          buy('S', 'a');
        },
        open: 'a',
      },
      {
        afterSeconds: 5 * DAY,
        act: ({ world, chargeOf }) => void world.dispute(chargeOf('C')),
        open: 'a',
      },
      { afterSeconds: 2 * HOUR, open: '' },
    ],
  },
  {
    number: 79,
    sentence:
      'a dispute closes at once where the vendor’s catalog says so, and opens when it is won',
    catalog: { onDispute: 'suspend' },
    reachable: NOT_LISTED,
    story: [
      BOUGHT,
      {
        afterSeconds: 5 * DAY,
        act: ({ world, chargeOf }) => void world.dispute(chargeOf('C')),
        open: '',
      },
      {
        afterSeconds: 20 * DAY,
        act: ({ world, disputeOf }) => world.closeDispute(disputeOf(), 'won'),
        open: 'a',
      },
    ],
  },
  {
    number: 80,
    sentence: 'a full refund of an active subscription changes nothing by default',
    reachable: true,
    always: ['a'],
    story: [
      BOUGHT,
      { act: ({ world, chargeOf }) => void world.refund(chargeOf('C'), 'full'), open: 'a' },
      { afterSeconds: 5 * DAY, open: 'a' },
    ],
  },
  {
    number: 80,
    sentence: 'where the catalog revokes, a part given back keeps access and the whole closes it',
    catalog: { onFullRefund: 'revoke' },
    reachable: NOT_LISTED,
    story: [
      BOUGHT,
      { act: ({ world, chargeOf }) => void world.refund(chargeOf('C'), 500), open: 'a' },
      {
        afterSeconds: DAY,
        act: ({ world, chargeOf }) => void world.refund(chargeOf('C'), 'full'),
        open: '',
      },
    ],
  },
];

export const UNKNOWN: readonly Case[] = [
  {
    number: 24,
    sentence:
      'an unknown status holds what is open up to its end, with an alarm, and opens nothing',
    reachable: true,
    story: [
      BOUGHT,
      {
        act: (scene) => {
          addCustomerD(scene);
          scene.world.setStatus(scene.sub('S'), 'frozen');
          scene.buy('T', 'b', { by: 'D', payment: 'fails' });
          scene.world.setStatus(scene.sub('T'), 'frozen');
        },
        open: { C: 'a', D: '' },
        also: async ({ report }) => {
          expect(report.counted('SubscriptionHeld')).toBeGreaterThan(0);
        },
      },
      { afterSeconds: 43 * DAY, open: { C: 'a', D: '' } },
      { afterSeconds: 2 * DAY, open: { C: '', D: '' } },
    ],
  },
];
