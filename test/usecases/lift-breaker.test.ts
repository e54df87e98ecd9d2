import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/time.ts';
import { liftBreaker, showBreaker } from '../../functions/usecases/lift-breaker.ts';
import { found, NOW, subscription } from '../support/builders.ts';
import { commandWorld } from '../support/command-world.ts';

const ids = ['cus_1', 'cus_2', 'cus_3', 'cus_4', 'cus_5'];
const subscriptionOf = (customerId: string) => ({ subscriptionId: `sub_${customerId}` });

/** Five customers whose subscriptions all end at once: three may, two are held. */
const tripped = async () => {
  const world = commandWorld();
  for (const id of ids) {
    world.stripe.customers.set(id, found([subscription(subscriptionOf(id))]));
    await world.sync({ customerId: id });
  }
  for (const id of ids) {
    const ended = subscription({ ...subscriptionOf(id), status: 'canceled' });
    world.stripe.customers.set(id, found([ended]));
    await world.sync({ customerId: id });
  }
  return world;
};

describe('the breaker, shown', () => {
  it('says who was revoked, who is held and how many more may go', async () => {
    const view = await showBreaker((await tripped()).deps)();
    expect(view).toMatchObject({ limit: 3, left: 0, held: ['cus_4', 'cus_5'] });
    expect(view.today).toMatchObject({ day: '2026-11-21', customers: ['cus_1', 'cus_2', 'cus_3'] });
    expect(view.yesterday).toStrictEqual({ day: '2026-11-20', customers: [], held: [] });
  });

  it('names as held only who still is', async () => {
    const world = await tripped();
    world.stripe.customers.set('cus_4', found([subscription({ subscriptionId: 'sub_new' })]));
    await world.sync({ customerId: 'cus_4' });
    expect((await showBreaker(world.deps)()).held).toStrictEqual(['cus_5']);
  });

  it('is calm before anything happened', async () => {
    const view = await showBreaker(commandWorld().deps)();
    expect(view).toMatchObject({ limit: 3, left: 3, held: [], customersWithAccess: 0 });
  });

  it('takes a day that the store leaves out for an empty one', async () => {
    const world = commandWorld();
    const breaker = {
      ...world.stores.breaker,
      readBreaker: async () => ({ days: [], customersWithAccess: 100 }),
    };
    expect(await showBreaker({ ...world.deps, breaker })()).toMatchObject({ limit: 5, left: 5 });
  });
});

describe('the breaker, lifted', () => {
  it('records who lifted it and queues everyone held, named by the occasion', async () => {
    const world = await tripped();
    expect(await liftBreaker(world.deps)('ada')).toStrictEqual({
      day: '2026-11-21',
      queued: ['cus_4', 'cus_5'],
    });
    expect(world.subjects.sent).toStrictEqual([
      { kind: 'customer', id: 'cus_4', because: 'operator', occasion: `cus_4:lifted:${NOW}` },
      { kind: 'customer', id: 'cus_5', because: 'operator', occasion: `cus_5:lifted:${NOW}` },
    ]);
    const view = await showBreaker(world.deps)();
    expect(view).toMatchObject({ left: 'lifted', today: { liftedAt: NOW, liftedBy: 'ada' } });
  });

  it('lets those who were held lose access', async () => {
    const world = await tripped();
    await liftBreaker(world.deps)('ada');
    await world.sync({ customerId: 'cus_4', because: 'operator' });
    expect(await world.customer('cus_4')).toMatchObject({ windows: [], isHeld: false });
  });

  it('looks at whoever was held yesterday too', async () => {
    const world = await tripped();
    world.now = NOW + DAY;
    expect((await liftBreaker(world.deps)('ada')).queued).toStrictEqual(['cus_4', 'cus_5']);
  });
});
