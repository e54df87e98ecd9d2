import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/time.ts';
import { grantOffer, ungrantOffer } from '../../functions/usecases/change-grant.ts';
import { found, NOW } from '../support/builders.ts';
import { commandWorld } from '../support/command-world.ts';
import { unavailable } from '../support/sync-world.ts';

const request = { customerId: 'cus_Nova', offerId: 'tools', actor: 'ada' };
const until = NOW + 60 * DAY;

describe('a manual grant', () => {
  it('opens the offer until its time, and the audit trail names the operator', async () => {
    const world = commandWorld();
    const outcome = await grantOffer(world.deps)({ ...request, until });
    expect(outcome.kind).toBe('done');
    const customer = await world.customer();
    expect(customer.grants).toStrictEqual([{ offerId: 'tools', startsAt: NOW, until, by: 'ada' }]);
    expect(customer.windows).toContainEqual({
      offerId: 'tools',
      source: 'manual',
      startsAt: NOW,
      endsAt: until,
      because: 'manual',
    });
    expect(customer.transition).toMatchObject({ because: 'operator', actor: 'ada' });
  });

  it('replaces an earlier one of the same offer, keeps its start and leaves others alone', async () => {
    const world = commandWorld();
    const grant = grantOffer(world.deps);
    await grant({ ...request, until });
    await grant({ ...request, offerId: 'app', until });
    world.now = NOW + DAY;
    await grant({ ...request, until: until + DAY, actor: 'bob' });
    expect((await world.customer()).grants).toStrictEqual([
      { offerId: 'app', startsAt: NOW, until, by: 'ada' },
      { offerId: 'tools', startsAt: NOW, until: until + DAY, by: 'bob' },
    ]);
  });

  it('reaches a customer of Stripe’s without any subscription', async () => {
    const world = commandWorld();
    world.stripe.customers.set('cus_Nova', found([]));
    await grantOffer(world.deps)({ ...request, until });
    expect((await world.customer()).windows).toMatchObject([{ offerId: 'tools' }]);
  });

  it('survives that Stripe is down, for a customer we know', async () => {
    const world = commandWorld();
    await world.sync();
    world.stripe.customers.set('cus_Nova', unavailable('timeout'));
    const outcome = await grantOffer(world.deps)({ ...request, until });
    expect(outcome).toMatchObject({ kind: 'done', sync: { unavailable: 'timeout' } });
  });

  it.each(['missing', 'timeout'] as const)(
    'makes no customer of a mistyped id: Stripe says %s',
    async (because) => {
      const world = commandWorld();
      world.stripe.customers.set('cus_Typo', unavailable(because));
      const outcome = await grantOffer(world.deps)({ ...request, customerId: 'cus_Typo', until });
      expect(outcome).toStrictEqual({ kind: 'unknown_customer', because });
      expect(await world.stores.customers.findCustomer('cus_Typo')).toBeUndefined();
    },
  );

  it.each(['never stored', 'stored as deleted', 'deleted meanwhile'])(
    'is refused to a deleted customer, %s',
    async (when) => {
      const world = commandWorld();
      if (when !== 'never stored') await world.sync();
      world.stripe.customers.set('cus_Nova', { kind: 'deleted' });
      if (when === 'stored as deleted') await world.sync();
      const outcome = await grantOffer(world.deps)({ ...request, until });
      expect(outcome).toStrictEqual({ kind: 'deleted_customer' });
    },
  );

  it('is taken back without touching what a subscription opens', async () => {
    const world = commandWorld();
    await grantOffer(world.deps)({ ...request, until });
    await grantOffer(world.deps)({ ...request, offerId: 'app', until });
    const outcome = await ungrantOffer(world.deps)({ ...request, actor: 'bob' });
    expect(outcome.kind).toBe('done');
    const customer = await world.customer();
    expect(customer.windows.map(({ offerId, source }) => `${offerId} ${source}`)).toStrictEqual([
      'app manual',
      'app sub_1',
    ]);
    expect(customer.withheld).toMatchObject([{ offerId: 'tools', because: 'grant_ended' }]);
    expect(customer.transition?.actor).toBe('bob');
  });

  it('cannot be taken back where there is none', async () => {
    const world = commandWorld();
    const ungrant = ungrantOffer(world.deps);
    expect(await ungrant(request)).toStrictEqual({ kind: 'unknown_customer' });
    await world.sync();
    expect(await ungrant(request)).toStrictEqual({ kind: 'no_grant' });
  });
});
