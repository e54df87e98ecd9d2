import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY, HOUR } from '../../functions/core/time.ts';
import { type LocalSystem, localSystem } from '../support/local-system.ts';

const APP = 'acme/app';
const DOWN = { kind: 'status', status: 503, shouldRetry: false } as const;

let system: LocalSystem;
beforeAll(async () => {
  system = await localSystem();
});
afterAll(async () => {
  await system.close();
});

const customers = ['cus_Stays', 'cus_Leaves', 'cus_Buys'] as const;

it('Stripe is down for two days: nobody is cut off, and afterwards everything is as it should be', async () => {
  const { world, stripe, clock } = system;
  system.subscribe('cus_Stays', '100000000001');
  const leaving = system.subscribe('cus_Leaves', '100000000002');
  world.createCustomer({ id: 'cus_Buys', metadata: { aws_account_ids: '100000000003' } });
  await system.live(HOUR);

  const downAt = clock.now();
  stripe.faults.until(downAt + 2 * DAY, DOWN);
  world.cancelNow(leaving);
  world.subscribe({ customer: 'cus_Buys', products: ['prod_app'] });
  for (let hours = 0; hours < 42; hours += 6) {
    await system.live(6 * HOUR);
    expect(system.allowed(APP)).toEqual(['100000000001', '100000000002']);
    expect(await system.openTo('cus_Leaves')).toEqual(['app']);
  }
  expect(system.counted('StripeUnavailable', downAt).length).toBeGreaterThan(0);
  expect(system.counted('AccessRevoked')).toEqual([]);

  await system.live(10 * HOUR);
  expect(await Promise.all(customers.map(system.openTo))).toEqual([['app'], [], ['app']]);
  expect(system.allowed(APP)).toEqual(['100000000001', '100000000003']);
});

it('the key is revoked while a cancellation is due: nobody loses anything, and the alarm is told', async () => {
  const { world, stripe, clock } = system;
  const revokedAt = clock.now();
  stripe.faults.revokeKey();
  for (const id of world.subscriptionIds('cus_Buys')) world.cancelNow(id);
  await system.live(DAY);
  expect(system.allowed(APP)).toEqual(['100000000001', '100000000003']);
  expect(await system.openTo('cus_Buys')).toEqual(['app']);
  expect(system.counted('StripeUnauthorized', revokedAt).length).toBeGreaterThan(0);
  expect(system.counted('AccessRevoked', revokedAt)).toEqual([]);

  stripe.faults.restoreKey();
  await system.live(6 * HOUR);
  expect(await system.openTo('cus_Buys')).toEqual([]);
  expect(system.allowed(APP)).toEqual(['100000000001']);
});

it('Stripe is down beyond the end it had announced: the deadline ends access without it, and not before', async () => {
  const { world, stripe, clock } = system;
  const endsAt = clock.now() + 2 * DAY;
  world.cancelAt(system.subscribe('cus_Ends', '100000000004'), endsAt);
  await system.live(HOUR);
  stripe.faults.until(endsAt + 7 * DAY, DOWN);
  await system.live(endsAt - clock.now() - HOUR);
  expect(await system.openTo('cus_Ends')).toEqual(['app']);
  expect(system.allowed(APP)).toEqual(['100000000001', '100000000004']);
  await system.live(2 * HOUR);
  expect(await system.openTo('cus_Ends')).toEqual([]);
  expect(system.allowed(APP)).toEqual(['100000000001']);
  expect(system.counted('AccessRevoked', endsAt)).toMatchObject([{ customerId: 'cus_Ends' }]);
});
