import { describe, expect, it } from 'vitest';
import type { Subject } from '../../functions/core/subject.ts';
import { syncSubjects } from '../../functions/usecases/sync-subjects.ts';
import { catalog, PAID_UNTIL } from '../support/builders.ts';
import { ONE, type SyncWorld, syncWorld, TWO, unavailable } from '../support/sync-world.ts';

const handle = (world: SyncWorld, ...subjects: Subject[]) => syncSubjects(world.deps)(subjects);

const subject = (given: Partial<Subject> = {}): Subject => ({
  kind: 'customer',
  id: 'cus_Nova',
  because: 'event',
  occasion: 'evt_1',
  ...given,
});
const charge = subject({ kind: 'charge', id: 'ch_1' });

describe('customers', () => {
  it('many events are one sync', async () => {
    const world = syncWorld();
    const calls = await world.callsOf(() =>
      handle(world, subject(), subject({ occasion: 'evt_2' }), subject({ because: 'due' })),
    );
    expect(calls).toMatchObject({ readCustomer: 1, saveCustomer: 1 });
  });

  it('no subject is no work', async () => {
    const world = syncWorld();
    expect(await world.callsOf(() => handle(world))).toStrictEqual({});
  });

  it('a re-decision beside an event asks Stripe, in either order', async () => {
    for (const order of [
      ['catalog', 'event'],
      ['event', 'catalog'],
    ] as const) {
      const world = syncWorld();
      await handle(world, ...order.map((because) => subject({ because })));
      expect((await world.customer()).verifiedBy).toBe('event');
    }
  });

  it('a re-decision alone does not', async () => {
    const world = syncWorld();
    const calls = await world.callsOf(() => handle(world, subject({ because: 'catalog' })));
    expect(calls).toStrictEqual({ findCustomer: 1 });
  });

  it('a restore beside an event still writes everything again', async () => {
    const world = syncWorld();
    await handle(world, subject());
    await handle(world, subject({ because: 'due' }), subject({ because: 'restore' }));
    expect((await world.customer()).version).toBe(1_000_001);
  });

  it('the strays of all of them are collected', async () => {
    const world = syncWorld();
    const strays = [ONE, TWO].map((account) => ({ repository: 'acme/tools', account }));
    for (const stray of strays) {
      const member = { ...stray, customerId: 'cus_Nova', until: PAID_UNTIL, version: 9 };
      await world.stores.members.saveMember(member, world.now);
    }
    const drift = strays.map((stray) => subject({ because: 'drift', strays: [stray] }));
    await handle(world, subject(), ...drift);
    expect(await world.membersOf('acme/tools')).toStrictEqual([]);
  });
});

describe('a charge', () => {
  it('costs no call where disputes and refunds are ignored', async () => {
    const world = syncWorld();
    expect(await world.callsOf(() => handle(world, charge))).toStrictEqual({});
    expect(world.subjects.calls).toBe(0);
  });

  it.each([
    ['onDispute', { onDispute: 'suspend' }],
    ['onFullRefund', { onFullRefund: 'revoke' }],
  ] as const)('is sent on as its customer where %s matters', async (_what, settings) => {
    const world = syncWorld(catalog(settings));
    const calls = await world.callsOf(() => handle(world, charge));
    expect(calls).toStrictEqual({ resolveSubject: 1 });
    expect(world.subjects.sent).toStrictEqual([
      { kind: 'customer', id: 'cus_Nova', because: 'payment', occasion: 'evt_1:cus_Nova' },
    ]);
  });

  it('matters while the accepted catalog says so', async () => {
    const world = syncWorld();
    world.catalogs = { deployed: catalog(), accepted: catalog({ onDispute: 'suspend' }) };
    await handle(world, charge);
    expect(world.subjects.sent).toHaveLength(1);
  });

  it('without a customer is nobody’s', async () => {
    const world = syncWorld(catalog({ onDispute: 'suspend' }));
    world.resolved = { kind: 'none' };
    await handle(world, charge);
    expect(world.subjects.calls).toBe(0);
  });

  it('whose customer Stripe cannot name now goes back to the queue', async () => {
    const world = syncWorld(catalog({ onDispute: 'suspend' }));
    world.resolved = unavailable('server');
    await expect(handle(world, charge)).rejects.toThrow(
      'Stripe could not name the customer of ch_1: server',
    );
  });

  it('goes back to the queue when it cannot be sent on', async () => {
    const world = syncWorld(catalog({ onDispute: 'suspend' }));
    world.subjects.fail = new Error('SQS is down');
    await expect(handle(world, charge)).rejects.toThrow('SQS is down');
  });
});

it('a subscription is sent on whatever the settings', async () => {
  const world = syncWorld();
  await handle(world, subject({ kind: 'subscription', id: 'sub_1' }));
  expect(world.subjects.sent).toMatchObject([{ kind: 'customer', id: 'cus_Nova' }]);
});
