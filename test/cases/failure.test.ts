import { expect, it } from 'vitest';
import { catalogHash } from '../../functions/core/catalog-hash.ts';
import { DAY, MINUTE } from '../../functions/core/time.ts';
import { acceptCatalog } from '../../functions/usecases/accept-catalog.ts';
import { customer, itemOf, offer, stored, windowOf } from '../support/builders.ts';
import {
  ACCOUNT,
  type CaseStage,
  caseStage,
  eventsOf,
  START,
  selling,
  setCursor,
} from './stage.ts';

const OPEN = { gateway: 'a', aws: 'a' };
const CLOSED = { gateway: '', aws: '' };

/** Customer C subscribed to `a`; `deliver` brings the newest event and works through the queue. */
const subscribed = async () => {
  const stage = await caseStage();
  stage.world.createCustomer({ id: 'cus_C', metadata: { aws_account_ids: ACCOUNT } });
  const id = stage.world.subscribe({ customer: 'cus_C', products: ['prod_a'] });
  const deliver = async (): Promise<void> => {
    await stage.deliver(eventsOf(stage).at(-1) ?? {});
    await stage.settle();
  };
  return { stage, id, deliver };
};

const pass = async (stage: CaseStage, seconds: number): Promise<void> => {
  stage.time.now += seconds;
  await stage.sweepDue();
  await stage.settle();
};

it('case 86: 429 with endpoint-rate, then an answer: opened later, nothing lost', async () => {
  const { stage, deliver } = await subscribed();
  const limited = { kind: 'rate_limited', reason: 'endpoint-rate' } as const;
  stage.stripe.faults.next(2, limited, 'GET /v1/subscriptions');
  await deliver();
  expect(await stage.access('cus_C')).toEqual(CLOSED);
  await pass(stage, 3 * MINUTE);
  expect(await stage.access('cus_C')).toEqual(CLOSED);
  await pass(stage, 5 * MINUTE);
  expect(await stage.access('cus_C')).toEqual(OPEN);
  expect(stage.queue.deadLetters).toEqual([]);
});

it('case 88: the key is revoked while 1,000 customers are looked at: nobody loses anything, and it alarms', async () => {
  const stage = await caseStage();
  const ids = Array.from({ length: 1_000 }, (_, index) => `cus_${index}`);
  const until = START + 20 * DAY;
  for (const [index, customerId] of ids.entries()) {
    await stage.stores.customers.saveCustomer(
      customer({
        customerId,
        version: 1,
        effectsDone: 1,
        hasCredential: true,
        subscriptions: [stored({ startedAt: START - DAY, items: [itemOf('a', until)] })],
        windows: [windowOf('a', { startsAt: START - DAY, endsAt: until + 14 * DAY })],
        dueAt: index < 100 ? START : START + DAY,
      }),
      0,
    );
  }
  stage.stripe.faults.revokeKey();
  await expect(stage.sweep()).rejects.toThrow('2 steps of the sweep failed');
  await stage.settle();
  const open = await Promise.all(ids.map((id) => stage.customer(id)));
  expect(open.filter((each) => each?.windows[0]?.endsAt === until + 14 * DAY)).toHaveLength(1_000);
  expect(stage.report.counted('AccessRevoked')).toBe(0);
  // A hundred are due, and then there are the two lists.
  expect(stage.report.counted('StripeUnauthorized')).toBe(102);
  expect(stage.queue.deadLetters).toEqual([]);
});

it.each([
  ['StripeUnavailable', 'the subscription is of the other mode'],
  ['StripeMissing', 'Stripe does not know the customer'],
] as const)('case 89: nothing changes, and %s alarms, when %s', async (metric, _when) => {
  const { stage, id, deliver } = await subscribed();
  await deliver();
  if (metric === 'StripeUnavailable') stage.world.patch(id, { livemode: true });
  else stage.stripe.faults.next(1, { kind: 'status', status: 404 }, 'GET /v1/customers/:id');
  stage.world.cancelAtPeriodEnd(id);
  const before = await stage.customer('cus_C');
  await deliver();
  expect(await stage.access('cus_C')).toEqual(OPEN);
  expect((await stage.customer('cus_C'))?.windows).toEqual(before?.windows);
  expect(stage.report.counted(metric)).toBe(1);
});

it('case 91: the sweep and an event name one customer at once: one group, one look, the newest truth', async () => {
  const { stage, id, deliver } = await subscribed();
  await stage.sweep();
  await deliver();
  await pass(stage, DAY);
  await stage.sweep();
  await stage.settle();
  stage.world.cancelNow(id);
  await setCursor(stage, 'subscriptions', 'due');
  stage.stripe.resetCalls();
  await Promise.all([stage.sweep(), stage.deliver(eventsOf(stage).at(-1) ?? {})]);
  await stage.settle();
  expect(await stage.access('cus_C')).toEqual(CLOSED);
  expect(stage.stripe.calls()['GET /v1/customers/:id']).toBe(1);
});

it('case 68: another catalog is applied to all who hold the product, from what was read before', async () => {
  const stage = await caseStage();
  for (const id of ['cus_C', 'cus_D', 'cus_E']) {
    stage.world.createCustomer({ id, metadata: { aws_account_ids: ACCOUNT } });
    stage.world.subscribe({ customer: id, products: ['prod_a'] });
  }
  await stage.sweep();
  await stage.settle();
  await pass(stage, DAY);
  await stage.sweep();
  await stage.settle();
  stage.stripe.resetCalls();
  const more = offer('a', { repositories: ['acme/a', 'acme/c'] });
  stage.deploy(selling({ offers: { a: more, b: offer('b') } }));
  await stage.sweep();
  await stage.settle();
  for (const id of ['cus_C', 'cus_D', 'cus_E']) {
    expect(await stage.access(id)).toEqual({ gateway: 'a c', aws: 'a c' });
  }
  // Who buys nothing of ours yet may by the new catalog: that takes the list once more, and no customer.
  expect(Object.keys(stage.stripe.calls())).not.toContain('GET /v1/customers/:id');

  const less = selling({ offers: { a: offer('a', { repositories: ['acme/c'] }), b: offer('b') } });
  stage.deploy(less);
  await stage.sweep();
  await stage.settle();
  const openTo = async (repository: string): Promise<number> => {
    const { members } = await stage.stores.members.readRepository(repository);
    return members.filter(({ until }) => until > 0).length;
  };
  expect(await openTo('acme/a')).toBe(3);
  expect(stage.report.counted('CatalogLossWaiting')).toBeGreaterThan(0);
  await acceptCatalog(stage.stores)(catalogHash(less));
  await pass(stage, 5 * MINUTE);
  await stage.sweep();
  await stage.settle();
  expect([await openTo('acme/a'), await openTo('acme/c')]).toEqual([0, 3]);
});
