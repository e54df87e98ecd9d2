import { describe, expect, it } from 'vitest';
import { NOTHING_APPLIED } from '../../functions/core/policy-record.ts';
import { DAY } from '../../functions/core/time.ts';
import { grantOffer } from '../../functions/usecases/change-grant.ts';
import { type Explanation, explainCustomer } from '../../functions/usecases/explain-customer.ts';
import {
  catalog,
  found,
  itemOf,
  NOW,
  offer,
  PAID_UNTIL,
  subscription,
} from '../support/builders.ts';
import { type CommandWorld, commandWorld } from '../support/command-world.ts';
import { ONE, TWO } from '../support/sync-world.ts';

const explain = async (world: CommandWorld): Promise<Explanation> => {
  const explanation = await explainCustomer(world.deps)('cus_Nova');
  if (explanation === undefined) throw new Error('cus_Nova is not stored');
  return explanation;
};

describe('what a customer may pull', () => {
  it('is not known of a customer who is not stored', async () => {
    expect(await explainCustomer(commandWorld().deps)('cus_Nova')).toBeUndefined();
  });

  it('comes with its time, its reason and its grace, at both doors', async () => {
    const world = commandWorld();
    await world.sync();
    expect(await explain(world)).toMatchObject({
      entitlements: [
        {
          kind: 'granted',
          offerId: 'app',
          because: 'paid',
          window: { endsAt: PAID_UNTIL },
          graceAt: PAID_UNTIL - 14 * DAY,
        },
      ],
      gateway: [{ repository: 'acme/app', until: PAID_UNTIL }],
      awsDoor: [
        { repository: 'acme/app', until: PAID_UNTIL, accounts: { [ONE]: { kind: 'pending' } } },
      ],
      credentials: [{ credentialId: 'Cred00000001', state: { kind: 'waiting' } }],
    });
  });

  it('never comes with the e-mail address', async () => {
    const world = commandWorld();
    await world.sync();
    expect((await world.customer()).email).toBe('ops@nova.example');
    expect(JSON.stringify(await explain(world))).not.toContain('nova.example');
  });

  it('is what is open now: not what begins later, nor what has ended', async () => {
    const world = commandWorld();
    await world.sync();
    world.now = PAID_UNTIL;
    const explanation = await explain(world);
    expect(explanation).toMatchObject({ gateway: [], awsDoor: [] });
    expect(explanation.entitlements).toMatchObject([{ kind: 'withheld', because: 'deadline' }]);
  });

  it('counts each repository once, until the latest end', async () => {
    const suite = { repositories: ['acme/zoo', 'acme/tools', 'acme/app'] };
    const world = commandWorld(
      catalog({
        offers: { app: offer('app'), suite: offer('suite', suite), zoo: offer('zoo', suite) },
      }),
    );
    await grantOffer(world.deps)({
      customerId: 'cus_Nova',
      offerId: 'suite',
      actor: 'ada',
      until: NOW + 90 * DAY,
    });
    await grantOffer(world.deps)({
      customerId: 'cus_Nova',
      offerId: 'zoo',
      actor: 'ada',
      until: NOW + 5 * DAY,
    });
    expect((await explain(world)).gateway).toStrictEqual([
      { door: 'gateway', repository: 'acme/app', until: NOW + 90 * DAY },
      { door: 'gateway', repository: 'acme/tools', until: NOW + 90 * DAY },
      { door: 'gateway', repository: 'acme/zoo', until: NOW + 90 * DAY },
    ]);
  });

  it('is read with the accepted catalog where the vendor has not agreed to a loss', async () => {
    const world = commandWorld();
    await world.sync();
    world.catalogs = { deployed: catalog({ offers: {} }), accepted: catalog() };
    await world.sync({ because: 'catalog' });
    expect(await explain(world)).toMatchObject({
      entitlements: [{ held: 'catalog', graceAt: PAID_UNTIL - 14 * DAY }],
      gateway: [{ repository: 'acme/app' }],
    });
  });

  it('lasts as long as the longer of a held window and one that is not', async () => {
    const world = commandWorld();
    await world.sync();
    const grant = { customerId: 'cus_Nova', offerId: 'app', actor: 'ada' };
    await grantOffer(world.deps)({ ...grant, until: NOW + 90 * DAY });
    const shorter = catalog({ offers: { app: offer('app', { graceDays: 0 }) } });
    world.catalogs = { deployed: shorter, accepted: catalog() };
    await world.sync({ because: 'catalog' });
    expect((await world.customer()).windows.map(({ held }) => held)).toContain('catalog');
    expect((await explain(world)).gateway).toMatchObject([{ until: NOW + 90 * DAY }]);
  });

  it('has no grace where the offer is in no catalog any more', async () => {
    const world = commandWorld();
    await world.sync();
    world.catalogs = { deployed: catalog({ offers: {} }), accepted: catalog({ offers: {} }) };
    expect((await explain(world)).entitlements).toMatchObject([{ graceAt: PAID_UNTIL }]);
  });

  it('tells the last five changes, the newest first', async () => {
    const world = commandWorld();
    for (const days of [20, 21, 22, 23, 24, 25]) {
      const item = itemOf('app', NOW + days * DAY);
      world.stripe.customers.set('cus_Nova', found([subscription({ items: [item] })]));
      await world.sync();
    }
    const sequences = (await explain(world)).transitions.map(({ sequence }) => sequence);
    expect(sequences).toStrictEqual([6, 5, 4, 3, 2]);
  });
});

describe('an account of the customer’s', () => {
  it.each([
    ['is in the policy', { applied: [ONE] }, { kind: 'applied' }],
    ['waits for the next apply', { applied: [TWO] }, { kind: 'pending' }],
    ['waits because the policy is full', { overflow: [ONE] }, { kind: 'overflow' }],
    [
      'is quarantined, even if it was applied once',
      { applied: [ONE], quarantined: { [ONE]: { since: 5, triedAt: 6 } } },
      { kind: 'quarantined', since: 5 },
    ],
  ])('%s', async (_case, record, standing) => {
    const world = commandWorld();
    await world.sync();
    await world.stores.members.savePolicy('acme/app', {
      ...NOTHING_APPLIED,
      revision: 1,
      ...record,
    });
    expect((await explain(world)).awsDoor[0]?.accounts[ONE]).toStrictEqual(standing);
  });
});
