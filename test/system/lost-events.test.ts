import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import { type LocalSystem, localSystem } from '../support/local-system.ts';

const APP = 'acme/app';
const MANY = 1_000;

let system: LocalSystem;
beforeAll(async () => {
  system = await localSystem();
});
afterAll(async () => {
  await system.close();
});

it('every webhook is lost for four days, a cancellation among them: the event list repairs it and says so', async () => {
  const { world, stripe, clock } = system;
  const leaving = system.subscribe('cus_Leaves', '100000000001');
  system.subscribe('cus_Stays', '100000000002');
  await system.live(HOUR);
  expect(system.allowed(APP)).toEqual(['100000000001', '100000000002']);

  const lostAt = clock.now();
  stripe.delivery.next(MANY, 'lose');
  world.createCustomer({ id: 'cus_Comes', metadata: { aws_account_ids: '100000000003' } });
  world.subscribe({ customer: 'cus_Comes', products: ['prod_app'] });
  await system.live(DAY);
  world.cancelNow(leaving);
  await system.live(3 * DAY);
  expect(stripe.delivery.log().every(({ at }) => at < lostAt)).toBe(true);
  expect(await system.openTo('cus_Comes')).toEqual(['app']);
  expect(await system.openTo('cus_Leaves')).toEqual([]);
  expect(system.allowed(APP)).toEqual(['100000000002', '100000000003']);
  const drifts = system.counted('DriftFound', lostAt);
  expect(drifts.map(({ customerId, cause }) => [customerId, cause])).toEqual([
    ['cus_Comes', 'an event was not delivered'],
    ['cus_Leaves', 'an event was not delivered'],
  ]);
  stripe.delivery.calm();
});

it('events are never generated: the daily listing finds who came and who left', async () => {
  const { world, stripe, clock } = system;
  await system.live(HOUR);
  const silentAt = clock.now();
  stripe.delivery.next(MANY, 'never_generate');
  for (const id of world.subscriptionIds('cus_Comes')) world.cancelNow(id);
  system.subscribe('cus_Silent', '100000000004');
  await system.live(DAY + 6 * HOUR);
  expect(await system.openTo('cus_Silent')).toEqual(['app']);
  expect(await system.openTo('cus_Comes')).toEqual([]);
  expect(system.allowed(APP)).toEqual(['100000000002', '100000000004']);
  const causes = system.counted('DriftFound', silentAt).map(({ cause }) => cause);
  expect(causes).toEqual([
    'Stripe changed and no event told us',
    'Stripe changed and no event told us',
  ]);
  stripe.delivery.calm();
});

it('the event of a change of accounts is never generated: the daily listing takes the old one out and lets the new one in', async () => {
  const { world, stripe } = system;
  expect(system.allowed(APP)).toContain('100000000004');
  stripe.delivery.next(MANY, 'never_generate');
  world.updateCustomer('cus_Silent', { metadata: { aws_account_ids: '100000000006' } });
  await system.live(DAY + HOUR);
  expect(system.allowed(APP)).toEqual(['100000000002', '100000000006']);
  stripe.delivery.calm();
});

it('two events of one customer arrive at the same instant: one grant, one line in the audit trail', async () => {
  system.stripe.delivery.next(3, 'double');
  system.subscribe('cus_Twice', '100000000005');
  await Promise.all([system.settle(), system.sweep()]);
  await system.live(MINUTE);
  expect(await system.stores.customers.listAudit('cus_Twice')).toHaveLength(1);
  expect(await system.stores.credentials.listCredentials('cus_Twice')).toHaveLength(1);
  expect(system.allowed(APP)).toContain('100000000005');
  expect(system.failures).toEqual([]);
});
