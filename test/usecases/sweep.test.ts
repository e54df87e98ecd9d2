import { describe, expect, it } from 'vitest';
import { stranger } from '../../functions/core/next-customer.ts';
import { sweep } from '../../functions/usecases/sweep.ts';
import { catalogWith, NOON, offer, sweepWorld } from '../support/sweep-world.ts';

const SETTINGS = {
  catalog: catalogWith({
    pro: offer(['prod_pro'], ['acme/app', 'acme/agent']),
    lite: offer(['prod_lite'], ['acme/agent']),
  }),
  catalogHash: 'h',
  readsMax: 0,
};

describe('one tick of the sweep', () => {
  it('queues the customers that are due, under the time that was due', async () => {
    const world = sweepWorld();
    for (const [customerId, dueAt] of [
      ['cus_now', NOON],
      ['cus_later', NOON + 1],
    ] as const) {
      await world.customers.saveCustomer(
        { ...stranger(customerId), version: 1, effectsDone: 1, dueAt },
        0,
      );
    }
    await sweep(world, SETTINGS)();
    expect(world.subjects.sent.filter(({ because }) => because === 'due')).toEqual([
      { kind: 'customer', id: 'cus_now', because: 'due', occasion: `cus_now:${NOON}` },
    ]);
  });

  it('queues every repository once, under the tick', async () => {
    const world = sweepWorld();
    await sweep(world, SETTINGS)();
    const tick = NOON / 300;
    expect(world.policies.sent).toEqual([
      { repository: 'acme/app', occasion: `acme/app:sweep:${tick}` },
      { repository: 'acme/agent', occasion: `acme/agent:sweep:${tick}` },
    ]);
  });

  it('queues a repository that only the accepted catalog still has', async () => {
    const world = sweepWorld();
    await sweep(world, SETTINGS)();
    world.policies.sent.length = 0;
    await sweep(world, { ...SETTINGS, catalog: catalogWith({}), catalogHash: 'none' })();
    expect(world.policies.sent.map(({ repository }) => repository)).toEqual([
      'acme/app',
      'acme/agent',
    ]);
  });

  it('tells that it ran', async () => {
    const world = sweepWorld();
    await sweep(world, SETTINGS)();
    expect(world.report.counted('SweepCompleted')).toBe(1);
  });

  it('goes on to the other steps when one fails, and fails at the end', async () => {
    const world = sweepWorld();
    world.billing.unavailable = 'server';
    world.policies.fail = new Error('queue down');
    await expect(sweep(world, SETTINGS)()).rejects.toThrow('3 steps of the sweep failed');
    expect(world.calls.listAll).toBeGreaterThan(0);
    expect(world.report.counted('SweepCompleted')).toBe(0);
  });

  it('has run when only Stripe could not be read', async () => {
    const world = sweepWorld();
    world.billing.unavailable = 'server';
    await expect(sweep(world, SETTINGS)()).rejects.toThrow('2 steps of the sweep failed');
    expect(world.report.counted('SweepCompleted')).toBe(1);
  });
});
