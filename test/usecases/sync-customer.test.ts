import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../functions/core/time.ts';
import type { Unavailable } from '../../functions/ports.ts';
import {
  found,
  grant,
  invoice,
  itemOf,
  NOW,
  PAID_UNTIL,
  subscription,
} from '../support/builders.ts';
import { ONE, syncWorld, TWO, unavailable } from '../support/sync-world.ts';

const CANCELED = found([subscription({ status: 'canceled' })], { accountsText: ONE });
const REASONS: readonly Unavailable['because'][] = [
  'unauthorized',
  'missing',
  'wrong_mode',
  'rate_limited',
  'server',
  'timeout',
  'paging',
  'malformed',
];

const granted = async () => {
  const world = syncWorld();
  await world.sync();
  world.now += HOUR;
  return world;
};

describe('a subscription', () => {
  it('opens both doors', async () => {
    const world = syncWorld();
    const outcome = await world.sync();
    expect(outcome.kind).toBe('changed');
    const customer = await world.customer();
    expect(customer).toMatchObject({
      version: 1,
      effectsDone: 1,
      windows: [{ offerId: 'app', endsAt: PAID_UNTIL }],
      verifiedAt: NOW,
      verifiedBy: 'event',
    });
    expect(customer.projected).toStrictEqual(customer.members);
    expect(await world.membersOf('acme/app')).toStrictEqual([`${ONE} ${PAID_UNTIL}`]);
    expect(world.policies.sent).toStrictEqual([
      { repository: 'acme/app', occasion: 'acme/app:cus_Nova:1' },
    ]);
  });

  it('that ends closes them', async () => {
    const world = await granted();
    world.truth = CANCELED;
    expect((await world.sync()).kind).toBe('changed');
    expect((await world.customer()).windows).toStrictEqual([]);
    expect(await world.membersOf('acme/app')).toStrictEqual([]);
    expect(world.policies.sent).toHaveLength(2);
  });

  it('leaves one audit line a transition, without gaps', async () => {
    const world = await granted();
    world.truth = CANCELED;
    await world.sync();
    await world.sync();
    const audit = await world.stores.customers.listAudit('cus_Nova');
    expect(audit).toHaveLength(2);
    expect(audit[1]).toMatchObject({
      sequence: 2,
      version: 2,
      at: NOW + HOUR,
      because: 'event',
      before: { windows: [{ offerId: 'app' }], accounts: [ONE] },
      after: { windows: [] },
      evidence: ['sub_1 canceled, invoice paid'],
    });
  });

  it('past_due for ever closes after the grace, and paid later opens again', async () => {
    const world = await granted();
    const latestInvoice = invoice({ status: 'open', createdAt: NOW });
    world.truth = found([subscription({ status: 'past_due', latestInvoice })]);
    await world.sync();
    expect((await world.customer()).windows[0]?.endsAt).toBe(NOW + 14 * DAY);
    for (const day of [5, 10, 14, 44]) {
      world.now = NOW + day * DAY;
      const next = invoice({ status: 'open', createdAt: world.now });
      world.truth = found([subscription({ status: 'past_due', latestInvoice: next })]);
      await world.sync({ because: 'due' });
    }
    expect((await world.customer()).windows).toStrictEqual([]);
    world.truth = found([subscription({ items: [itemOf('app', NOW + 60 * DAY)] })]);
    await world.sync();
    expect((await world.customer()).windows[0]?.endsAt).toBe(NOW + 74 * DAY);
  });

  it('says nothing about another customer', async () => {
    const world = await granted();
    await world.sync({ customerId: 'cus_Vega' });
    world.truth = CANCELED;
    await world.sync();
    expect((await world.customer('cus_Vega')).windows).toHaveLength(1);
    expect(await world.membersOf('acme/app')).toStrictEqual([`${ONE} ${PAID_UNTIL}`]);
  });
});

describe('somebody who bought nothing of ours', () => {
  it.each([
    ['no subscription', found([])],
    ['another product', found([subscription({ items: [itemOf('stranger')] })])],
    ['been deleted', { kind: 'deleted' }],
  ] as const)('is not stored: %s', async (_what, truth) => {
    const world = syncWorld();
    world.truth = truth;
    const calls = await world.callsOf(async () => {
      expect(await world.sync()).toStrictEqual({ kind: 'irrelevant' });
    });
    expect(calls).toStrictEqual({ findCustomer: 1, readCustomer: 1 });
    expect(world.stores.table.size).toBe(0);
    expect(world.report.lines).toStrictEqual([]);
  });
});

describe('Stripe tells us nothing', () => {
  it.each(REASONS)('nothing closes and a later look is due: %s', async (because) => {
    const world = await granted();
    const before = await world.customer();
    world.truth = unavailable(because);
    expect(await world.sync()).toMatchObject({ kind: 'unchanged', unavailable: because });
    const after = await world.customer();
    expect(after).toMatchObject({ windows: before.windows, version: 1, retries: 1 });
    expect(after.dueAt).toBeGreaterThan(world.now);
    expect(after.dueAt).toBeLessThan(world.now + 75);
    expect(await world.membersOf('acme/app')).toHaveLength(1);
    expect(
      world.report.counted(because === 'missing' ? 'StripeMissing' : 'StripeUnavailable'),
    ).toBe(1);
  });

  it.each(REASONS)(
    'about somebody new: he is remembered and opens nothing: %s',
    async (because) => {
      const world = syncWorld();
      world.truth = unavailable(because);
      await world.sync();
      const stored = await world.customer();
      expect(stored).toMatchObject({ windows: [], retries: 1, version: 1, effectsDone: 1 });
      expect(stored.dueAt).toBeGreaterThan(NOW);
    },
  );

  it('an empty list closes nothing', async () => {
    const world = await granted();
    world.truth = found([], { accountsText: ONE });
    await world.sync();
    expect((await world.customer()).windows[0]).toMatchObject({ because: 'not_listed' });
    expect(await world.membersOf('acme/app')).toHaveLength(1);
    expect(world.report.counted('SubscriptionHeld')).toBe(1);
  });

  it('retries come ever later, up to an hour and a bit, and stop with the first answer', async () => {
    const world = await granted();
    world.truth = unavailable('server');
    const waits: number[] = [];
    for (let failure = 0; failure < 12; failure += 1) {
      await world.sync({ because: 'due' });
      const { retryAt = 0 } = await world.customer();
      waits.push(retryAt - world.now);
      world.now = retryAt;
    }
    for (const [index, wait] of waits.slice(1, 6).entries()) {
      expect(wait).toBeGreaterThan(waits[index] ?? 0);
    }
    for (const wait of waits) expect(wait).toBeLessThan(4_500);
    world.truth = found([subscription()], { accountsText: ONE });
    await world.sync({ because: 'due' });
    const customer = await world.customer();
    expect(customer.retries).toBe(0);
    expect(customer).not.toHaveProperty('retryAt');
  });

  it('a customer whom Stripe does not know is looked up once a day, and never revoked', async () => {
    const world = await granted();
    world.truth = unavailable('missing');
    for (let failure = 0; failure < 30; failure += 1) {
      await world.sync({ because: 'due' });
      world.now = (await world.customer()).retryAt ?? 0;
    }
    const { retryAt = 0, windows } = await world.customer();
    expect(windows).toHaveLength(1);
    await world.sync({ because: 'due' });
    expect(((await world.customer()).retryAt ?? 0) - retryAt).toBeGreaterThanOrEqual(DAY);
  });

  it('the deadline closes all the same', async () => {
    const world = await granted();
    world.truth = unavailable('server');
    world.now = PAID_UNTIL;
    await world.sync({ because: 'due' });
    expect((await world.customer()).windows).toStrictEqual([]);
    expect(await world.membersOf('acme/app')).toStrictEqual([]);
  });
});

describe('a deleted customer', () => {
  const deleted = async () => {
    const world = await granted();
    await world.sync({ because: 'operator', actor: 'ada', grants: () => [grant('tools')] });
    world.truth = { kind: 'deleted' };
    world.now += HOUR;
    return world;
  };

  it('loses everything: windows, grants, members, credentials and secrets', async () => {
    const world = await deleted();
    await world.sync();
    expect(await world.customer()).toMatchObject({ isDeleted: true, windows: [], grants: [] });
    expect(await world.membersOf('acme/app')).toStrictEqual([]);
    expect(await world.membersOf('acme/tools')).toStrictEqual([]);
    expect(world.sealed.size).toBe(0);
    const credentials = await world.stores.credentials.listCredentials('cus_Nova');
    expect(credentials.map(({ retiresAt }) => retiresAt)).toStrictEqual([world.now]);
  });

  it('is never asked about again', async () => {
    const world = await deleted();
    await world.sync();
    world.truth = found([subscription()], { accountsText: ONE });
    for (const because of ['event', 'catalog', 'operator'] as const) {
      const calls = await world.callsOf(async () => {
        expect((await world.sync({ because })).kind).toBe('deleted');
      });
      expect(calls).toStrictEqual({ findCustomer: 1 });
    }
  });

  it('gets no credential, whoever wants one', async () => {
    const world = await deleted();
    await world.sync();
    const calls = await world.callsOf(() =>
      world.sync({ because: 'operator', actor: 'ada', isCredentialWanted: true }),
    );
    expect(calls).toStrictEqual({ findCustomer: 1 });
    expect(world.sealed.size).toBe(0);
    expect(await world.customer()).not.toHaveProperty('mint');
  });

  it('is looked at once more, in case we died before the effects, and then never', async () => {
    const world = await deleted();
    await world.sync();
    const { dueAt } = await world.customer();
    expect(dueAt).toBe(world.now + 600);
    world.now += 600;
    await world.sync({ because: 'due' });
    expect((await world.customer()).dueAt).toBeUndefined();
  });

  it('is let go without the breaker', async () => {
    const world = await deleted();
    const calls = await world.callsOf(() => world.sync());
    expect(calls.countRevocation).toBeUndefined();
  });
});

describe('accounts', () => {
  it('a malformed one alarms and the others go on', async () => {
    const world = syncWorld();
    world.truth = found([subscription()], { accountsText: `${ONE} 12345` });
    await world.sync();
    expect(await world.membersOf('acme/app')).toStrictEqual([`${ONE} ${PAID_UNTIL}`]);
    expect(world.report.lines).toContainEqual({
      message: 'AccountMalformed',
      metric: 'AccountMalformed',
      value: 1,
      fields: { customerId: 'cus_Nova', because: 'event', version: 1, count: 1 },
    });
  });

  it('one that is removed becomes a tombstone', async () => {
    const world = syncWorld();
    world.truth = found([subscription()], { accountsText: `${ONE} ${TWO}` });
    await world.sync();
    world.truth = found([subscription()], { accountsText: TWO });
    await world.sync();
    const { members } = await world.stores.members.readRepository('acme/app');
    expect(members.map(({ account, until, version }) => [account, until, version])).toStrictEqual([
      [ONE, 0, 2],
      [TWO, PAID_UNTIL, 1],
    ]);
  });

  it('written twice counts once', async () => {
    const world = syncWorld();
    world.truth = found([subscription()], { accountsText: `${ONE},${ONE}` });
    const calls = await world.callsOf(() => world.sync());
    expect(calls.saveMember).toBe(1);
  });
});

describe('the operator', () => {
  it('grants and takes back, under his name', async () => {
    const world = syncWorld();
    world.truth = found([]);
    const act = { because: 'operator', actor: 'ada' } as const;
    await world.sync({ ...act, grants: (grants) => [...grants, grant('tools')] });
    expect((await world.customer()).windows).toMatchObject([
      { offerId: 'tools', source: 'manual' },
    ]);
    await world.sync({ ...act, grants: () => [] });
    expect((await world.customer()).windows).toStrictEqual([]);
    const audit = await world.stores.customers.listAudit('cus_Nova');
    expect(audit.map(({ actor }) => actor)).toStrictEqual(['ada', 'ada']);
  });

  it('can do so while Stripe is down', async () => {
    const world = syncWorld();
    world.truth = unavailable('server');
    await world.sync({ because: 'operator', actor: 'ada', grants: () => [grant('tools')] });
    expect((await world.customer()).windows).toHaveLength(1);
    const [line] = await world.stores.customers.listAudit('cus_Nova');
    expect(line?.evidence).toStrictEqual(['operator']);
  });

  it('asks for another credential', async () => {
    const world = await granted();
    await world.sync({ because: 'operator', actor: 'ada', isCredentialWanted: true });
    expect(await world.stores.credentials.listCredentials('cus_Nova')).toHaveLength(2);
    expect(world.sealed.size).toBe(2);
  });
});

describe('the first credential', () => {
  it('is minted with the first access: the hash is of what is sealed', async () => {
    const world = await granted();
    const [credential, ...others] = await world.stores.credentials.listCredentials('cus_Nova');
    expect(others).toStrictEqual([]);
    expect(credential).toStrictEqual({
      credentialId: 'cred1',
      customerId: 'cus_Nova',
      hash: `hash of ${world.sealed.get('cred1')}`,
      label: 'wharfage_pull_cred1',
      createdAt: NOW,
      claimBy: NOW + 30 * DAY,
    });
  });

  it('is not minted again by a renewal or after a lapse', async () => {
    const world = await granted();
    world.truth = CANCELED;
    await world.sync();
    world.truth = found([subscription({ subscriptionId: 'sub_2' })]);
    await world.sync();
    expect(world.sealed.size).toBe(1);
  });

  it('that nobody claims is destroyed at its time, and only then forgotten', async () => {
    const world = await granted();
    world.now = NOW + 30 * DAY + 3_599;
    await world.sync({ because: 'due' });
    expect(world.sealed.size).toBe(1);
    expect((await world.customer()).dueAt).toBe(NOW + 30 * DAY + 3_600);
    world.now += 1;
    world.stores.hooks.before = (method) => {
      if (method === 'destroySecret') throw new Error('Secrets Manager is down');
    };
    await expect(world.sync({ because: 'due' })).rejects.toThrow('Secrets Manager is down');
    expect((await world.customer()).sealed).toHaveLength(1);
    delete world.stores.hooks.before;
    await world.sync({ because: 'due' });
    expect(world.sealed.size).toBe(0);
    expect((await world.customer()).sealed).toStrictEqual([]);
  });

  it('that was claimed while we stood still leaves no second secret', async () => {
    const world = await granted();
    world.sealed.delete('cred1');
    const customer = await world.customer();
    const stalled = { ...customer, effectsDone: 0, mint: 'cred1', projected: customer.members };
    world.stores.table.set('CUSTOMER#cus_Nova CUSTOMER', JSON.stringify(stalled));
    await world.sync();
    expect(world.sealed.size).toBe(0);
  });
});

describe('a change', () => {
  it('is read once more after ten minutes, and only once', async () => {
    const world = syncWorld();
    await world.sync();
    expect((await world.customer()).dueAt).toBe(NOW + 600);
    world.now += 600;
    await world.sync({ because: 'due' });
    const { confirmAt, dueAt } = await world.customer();
    expect(confirmAt).toBeUndefined();
    expect(dueAt).toBe(NOW + 600 + 30 * DAY);
  });

  it('without effects is one write and no audit line', async () => {
    const world = await granted();
    world.truth = found([subscription()], { accountsText: ONE, email: 'ops@nova.example' });
    const calls = await world.callsOf(() => world.sync());
    expect(calls).toStrictEqual({ findCustomer: 1, readCustomer: 1, saveCustomer: 1 });
    expect(await world.customer()).toMatchObject({ version: 2, effectsDone: 2 });
  });

  it('a grant that begins reaches the AWS door at its hour', async () => {
    const world = await granted();
    const startsAt = world.now + DAY;
    await world.sync({
      because: 'operator',
      grants: () => [grant('tools', { startsAt, until: startsAt + DAY })],
    });
    expect(await world.membersOf('acme/tools')).toStrictEqual([]);
    world.now = startsAt;
    await world.sync({ because: 'due' });
    expect(await world.membersOf('acme/tools')).toStrictEqual([`${ONE} ${startsAt + DAY}`]);
    expect((await world.customer()).dueAt).toBe(startsAt + 600);
  });
});

describe('when our own note of the members cannot be trusted', () => {
  it('a restore writes them all again, above any version', async () => {
    const world = await granted();
    await world.stores.members.saveMember(
      { repository: 'acme/app', account: ONE, customerId: 'cus_Nova', until: 5, version: 40 },
      world.now,
    );
    await world.sync({ because: 'restore' });
    expect(await world.membersOf('acme/app')).toStrictEqual([`${ONE} ${PAID_UNTIL}`]);
    expect(await world.customer()).toMatchObject({ version: 1_000_001, effectsDone: 1_000_001 });
  });

  it('a stray member becomes a tombstone', async () => {
    const world = await granted();
    const stray = { repository: 'acme/tools', account: TWO };
    await world.stores.members.saveMember(
      { ...stray, customerId: 'cus_Nova', until: PAID_UNTIL, version: 40 },
      world.now,
    );
    await world.sync({ because: 'drift', strays: [stray] });
    expect(await world.membersOf('acme/tools')).toStrictEqual([]);
    expect(await world.membersOf('acme/app')).toStrictEqual([`${ONE} ${PAID_UNTIL}`]);
    expect(world.policies.sent.map(({ repository }) => repository)).toContain('acme/tools');
  });

  it('a stray of somebody who bought nothing too', async () => {
    const world = syncWorld();
    world.truth = found([]);
    const stray = { repository: 'acme/tools', account: TWO };
    await world.stores.members.saveMember(
      { ...stray, customerId: 'cus_Nova', until: PAID_UNTIL, version: 40 },
      world.now,
    );
    await world.sync({ because: 'drift', strays: [stray] });
    expect(await world.membersOf('acme/tools')).toStrictEqual([]);
  });
});

it('gives up, loudly, when others write again and again', async () => {
  const world = await granted();
  world.truth = found([subscription()], { accountsText: TWO });
  world.stores.hooks.before = async (method) => {
    if (method !== 'saveCustomer') return;
    const customer = await world.customer();
    const moved = { ...customer, version: customer.version + 1, effectsDone: customer.version + 1 };
    world.stores.table.set('CUSTOMER#cus_Nova CUSTOMER', JSON.stringify(moved));
  };
  await expect(world.sync()).rejects.toThrow(
    'customer cus_Nova was written by others 10 times in a row',
  );
});
