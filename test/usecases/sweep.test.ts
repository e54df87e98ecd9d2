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

  it('counts two Stripe reads for each customer due, from nothing in a new month', async () => {
    const world = sweepWorld();
    const reads = async () => (await world.stage.findCursor('due'))?.reads;
    const due = { ...stranger('cus_now'), version: 1, effectsDone: 1, dueAt: NOON };
    await world.customers.saveCustomer(due, 0);
    await sweep(world, SETTINGS)();
    expect(await reads()).toBe(2);
    world.time.now += 300;
    await sweep(world, SETTINGS)();
    expect(await reads()).toBe(4);
    world.time.now += 30 * 86_400;
    await sweep(world, SETTINGS)();
    expect(await reads()).toBe(2);
  });

  it('takes the reads of customers due for its own when it looks at the month', async () => {
    const world = sweepWorld();
    const due = { ...stranger('cus_now'), version: 1, effectsDone: 1, dueAt: NOON };
    await world.customers.saveCustomer(due, 0);
    await sweep(world, { ...SETTINGS, readsMax: 4 })();
    expect(world.report.lines.find(({ metric }) => metric === 'StripeReadsPercent')?.value).toBe(
      50,
    );
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

  it('says of each step that failed which it was and why', async () => {
    const world = sweepWorld();
    world.policies.fail = new Error('could not send', { cause: new RangeError('secret text') });
    await expect(sweep(world, SETTINGS)()).rejects.toThrow('1 steps of the sweep failed');
    expect(world.report.lines.filter(({ message }) => message === 'sweep step failed')).toEqual([
      {
        message: 'sweep step failed',
        fields: { step: 'repositories', errors: ['Error', 'RangeError'], reason: 'could not send' },
      },
    ]);
  });

  it('has run when only Stripe could not be read', async () => {
    const world = sweepWorld();
    world.billing.unavailable = 'server';
    await expect(sweep(world, SETTINGS)()).rejects.toThrow('2 steps of the sweep failed');
    expect(world.report.counted('SweepCompleted')).toBe(1);
  });
});
