import { describe, expect, it } from 'vitest';
import type { Customer } from '../../functions/core/customer.ts';
import { stranger } from '../../functions/core/next-customer.ts';
import type { Subscription } from '../../functions/core/subscription.ts';
import { sweepSubscriptions } from '../../functions/usecases/sweep-subscriptions.ts';
import {
  catalogWith,
  listedSubscription,
  NOON,
  offer,
  sweepWorld,
} from '../support/sweep-world.ts';

const SETTINGS = {
  catalog: catalogWith({ pro: offer(['prod_pro'], ['acme/app']) }),
  catalogHash: 'h',
  readsMax: 0,
};
const PRO = listedSubscription('sub_1', 'prod_pro');

const worldWith = async (
  stored: Readonly<Record<string, readonly Subscription[]>>,
  listed: Readonly<Record<string, readonly Subscription[]>>,
  accountsText = '',
) => {
  const world = sweepWorld();
  for (const [customerId, subscriptions] of Object.entries(stored)) {
    await world.customers.saveCustomer(
      {
        ...stranger(customerId),
        version: 1,
        effectsDone: 1,
        dueAt: NOON + 86_400,
        subscriptions: subscriptions.map((each) => ({ ...each, proven: true })),
        windows: [
          { offerId: 'pro', source: 'sub_1', startsAt: 0, endsAt: NOON + 5, because: 'paid' },
        ],
      },
      0,
    );
  }
  world.billing.subscriptions = Object.entries(listed).flatMap(([customerId, subscriptions]) =>
    subscriptions.map((subscription) => ({ customerId, accountsText, subscription })),
  );
  return world;
};

/** As somebody's next sync leaves it. */
const state = async (
  { customers }: ReturnType<typeof sweepWorld>,
  customerId: string,
  accounts: Pick<Customer, 'accounts' | 'statedAccounts'>,
): Promise<void> => {
  const customer = await customers.findCustomer(customerId);
  await customers.saveCustomer({ ...customer, ...accounts, version: 2 } as Customer, 1);
};

describe("the sweep over Stripe's subscriptions", () => {
  it('adopts the subscribers of an existing Stripe account at its first run', async () => {
    const world = await worldWith({}, { cus_a: [PRO], cus_b: [PRO] });
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([
      { kind: 'customer', id: 'cus_a', because: 'listing', occasion: `cus_a:listing:${NOON}` },
      { kind: 'customer', id: 'cus_b', because: 'listing', occasion: `cus_b:listing:${NOON}` },
    ]);
    expect(await world.stage.findCursor('subscriptions')).toMatchObject({ customersWithAccess: 2 });
  });

  it('leaves alone who subscribes to nothing in the catalog', async () => {
    const world = await worldWith({}, { cus_a: [listedSubscription('sub_1', 'prod_other')] });
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
  });

  it('leaves alone who is stored as Stripe lists them', async () => {
    const world = await worldWith({ cus_a: [PRO] }, { cus_a: [PRO] });
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
    expect(await world.stage.findCursor('subscriptions')).toMatchObject({ customersWithAccess: 1 });
  });

  it.each([
    ['another status', [{ ...PRO, status: 'past_due' as const }]],
    ['another product', [{ ...PRO, items: [{ productId: 'prod_pro2' }] }]],
    ['a second subscription', [PRO, listedSubscription('sub_2', 'prod_other')]],
    ['nothing any more', []],
  ])('looks at a customer for whom Stripe lists %s', async (_what, listed) => {
    const world = await worldWith({ cus_a: [PRO] }, { cus_a: listed });
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.subjects.sent.map(({ id }) => id)).toEqual(['cus_a']);
  });

  it.each([
    ['an account removed', ''],
    ['another account', '444455556666'],
    ['one account more', '111122223333 444455556666'],
    ['a malformed account more', '111122223333 12345'],
  ])('looks at a customer for whom Stripe lists %s', async (_what, accountsText) => {
    const world = await worldWith({ cus_a: [PRO] }, { cus_a: [PRO] }, accountsText);
    await state(world, 'cus_a', { accounts: ['111122223333'] });
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.subjects.sent.map(({ id }) => id)).toEqual(['cus_a']);
  });

  it.each([
    ['the accounts that are stored', { accounts: ['111122223333'] }],
    ['what the breaker keeps out', { accounts: [], statedAccounts: ['111122223333'] }],
  ])('leaves alone a customer for whom Stripe lists %s', async (_what, accounts) => {
    const world = await worldWith({ cus_a: [PRO] }, { cus_a: [PRO] }, ' 111122223333,');
    await state(world, 'cus_a', accounts);
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
  });

  it('leaves alone who has accounts and no live subscription: no list shows those', async () => {
    const world = await worldWith({ cus_a: [] }, {});
    await state(world, 'cus_a', { accounts: ['111122223333'] });
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
  });

  it('takes the accounts from the later page when they changed while it listed', async () => {
    const others = Object.fromEntries(
      Array.from({ length: 99 }, (_, index) => [
        `cus_${index}`,
        [listedSubscription('s', 'other')],
      ]),
    );
    const SECOND = listedSubscription('sub_2', 'prod_pro');
    const world = await worldWith({ cus_a: [PRO, SECOND] }, { cus_a: [PRO], ...others });
    world.billing.subscriptions.push({
      customerId: 'cus_a',
      accountsText: '111122223333',
      subscription: SECOND,
    });
    await state(world, 'cus_a', { accounts: ['111122223333'] });
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
  });

  it('says so when a customer was different at the last run already', async () => {
    const world = await worldWith({ cus_a: [PRO] }, {});
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.report.counted('DriftRepeated')).toBe(0);
    world.time.now = NOON + 86_400;
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.report.counted('DriftRepeated')).toBe(1);
  });

  it('runs once a day and counts its reads', async () => {
    const listed = Object.fromEntries(
      Array.from({ length: 250 }, (_, index) => [`cus_${index}`, [PRO]]),
    );
    const world = await worldWith({}, listed);
    await sweepSubscriptions(world, SETTINGS)();
    world.time.now = NOON + 86_399;
    await sweepSubscriptions(world, SETTINGS)();
    expect(world.billing.calls).toBe(3);
    expect(await world.stage.findCursor('subscriptions')).toMatchObject({
      doneAt: NOON,
      startedAt: 0,
      reads: 503,
      month: '2026-11',
    });
  });

  it('queues nobody from a list that could not be read to its end', async () => {
    const world = await worldWith({ cus_a: [PRO] }, {});
    world.billing.unavailable = 'paging';
    await expect(sweepSubscriptions(world, SETTINGS)()).rejects.toThrow(
      "Stripe's subscription list could not be read: paging",
    );
    world.billing.unavailable = undefined;
    world.billing.endless = true;
    await expect(sweepSubscriptions(world, SETTINGS)()).rejects.toThrow(
      "Stripe's subscription list could not be read: paging",
    );
    expect(world.subjects.sent).toEqual([]);
  });
});
