import { describe, expect, it } from 'vitest';
import { catalogHash } from '../../functions/core/catalog-hash.ts';
import { NOTHING_APPLIED } from '../../functions/core/policy-record.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { type Diagnosis, diagnose } from '../../functions/usecases/diagnose.ts';
import {
  catalog,
  customer,
  found,
  invoice,
  itemOf,
  NOW,
  PAID_UNTIL,
  subscription,
} from '../support/builders.ts';
import { type CommandWorld, commandWorld } from '../support/command-world.ts';
import { ONE, TWO, unavailable } from '../support/sync-world.ts';

const HASH = catalogHash(catalog());
const OTHER = '1111111111111111';

const request = {
  stage: 'test',
  partition: 'aws',
  checkoutHash: HASH,
  onProgress: () => {},
};

/** Deployed, with one customer whose policies are applied: nothing is wrong. */
const healthy = async (): Promise<CommandWorld> => {
  const world = commandWorld();
  await world.deploy();
  await world.sync();
  await world.apply('acme/app', 'acme/tools');
  return world;
};

const examine = (world: CommandWorld, given: Partial<typeof request> = {}): Promise<Diagnosis> =>
  diagnose(world.deps)({ ...request, ...given });

const whatOf = async (world: CommandWorld): Promise<readonly string[]> =>
  (await examine(world)).findings.map(({ what }) => what);

describe('a healthy stage', () => {
  it('has no findings, and nothing is written to find that out', async () => {
    const world = await healthy();
    const before = new Map(world.stores.table);
    expect(await examine(world)).toStrictEqual({
      findings: [],
      unreached: [],
      customers: 1,
      repositories: 2,
    });
    expect(world.stores.table).toStrictEqual(before);
    expect(world.ecr.calls.filter((call) => call.startsWith('setPolicy acme/tools'))).toStrictEqual(
      [],
    );
  });

  it('has none without a customer either', async () => {
    const world = commandWorld();
    await world.deploy();
    world.stripe.customers.clear();
    expect((await examine(world)).findings).toStrictEqual([]);
  });

  it('shows its progress', async () => {
    const world = await healthy();
    const shown: string[] = [];
    await diagnose(world.deps)({
      ...request,
      onProgress: (what, done, total) => shown.push(`${what} ${done} ${total ?? '?'}`),
    });
    expect(shown).toStrictEqual([
      'subscriptions listed 1 ?',
      'repositories 1 2',
      'repositories 2 2',
      'customers 1 1',
      'pull credentials 1 1',
    ]);
  });
});

describe('Stripe', () => {
  it.each([
    ['unauthorized', 'docs/deploy.md'],
    ['wrong_mode', 'this stage’s mode'],
    ['rate_limited', 'wait a minute'],
    ['server', 'status.stripe.com'],
    ['timeout', 'status.stripe.com'],
    ['missing', 'log of the sync function'],
    ['paging', 'log of the sync function'],
    ['malformed', 'log of the sync function'],
  ] as const)('that answers %s is a finding that says what to do', async (because, mend) => {
    const world = await healthy();
    world.stripe.listing = unavailable(because);
    const { findings } = await examine(world);
    expect(findings).toMatchObject([
      { area: 'stripe', what: 'Stripe did not show the list of subscriptions' },
    ]);
    expect(findings[0]?.mend).toContain(mend);
  });

  it('may refuse events or customers alone, when the key lacks a permission', async () => {
    const world = await healthy();
    world.stripe.events = unavailable('unauthorized');
    world.deps.billing.readCustomer = async () => unavailable('unauthorized');
    expect(await whatOf(world)).toStrictEqual([
      'Stripe did not show the list of events',
      'Stripe did not show customer cus_Nova',
    ]);
  });
});

describe('the webhook secret', () => {
  it.each([
    ['is not JSON', 'whsec_canary', ['the webhook secret holds no signing secret under "current"']],
    ['has no current', '{}', ['the webhook secret holds no signing secret under "current"']],
    [
      'has a broken previous',
      '{"current":"whsec_a","previous":""}',
      ['"previous" in the webhook secret is not a signing secret'],
    ],
    ['has both', '{"current":"whsec_a","previous":"whsec_b"}', []],
  ])('that %s', async (_case, text, what) => {
    const world = await healthy();
    world.settings.webhookSecret = text;
    expect(await whatOf(world)).toStrictEqual(what);
    expect(JSON.stringify(await examine(world))).not.toContain('canary');
  });
});

describe('the catalogs and the sweep', () => {
  it('are unknown before the first sweep', async () => {
    const world = commandWorld();
    world.stripe.customers.clear();
    expect(await whatOf(world)).toStrictEqual(['no sweep has ever run in this stage']);
  });

  it('differ when this checkout is not deployed', async () => {
    const { findings } = await examine(await healthy(), { checkoutHash: OTHER });
    expect(findings).toMatchObject([
      { area: 'catalog', what: `bin/catalog.ts here is ${OTHER}, deployed is ${HASH}` },
    ]);
  });

  it('differ when losses wait, and say how to accept them', async () => {
    const world = commandWorld();
    world.stripe.customers.clear();
    await world.deploy({ acceptedHash: OTHER, redecided: '' });
    const { findings } = await examine(world);
    expect(findings.map(({ mend }) => mend)).toStrictEqual([
      `wharfage plan, then wharfage plan --accept ${HASH}`,
      'wait for the next sweep, at most 5 minutes',
    ]);
  });

  it.each([
    ['an hour and five minutes', HOUR + 5 * MINUTE - 600, []],
    ['longer', 2 * HOUR - 600, ["Stripe's events were last listed 120 minutes ago"]],
  ])('may have listed events last %s ago', async (_case, later, what) => {
    const world = commandWorld();
    world.stripe.customers.clear();
    await world.deploy();
    world.now = NOW + later;
    expect(await whatOf(world)).toStrictEqual(what);
  });

  it('may never have listed events', async () => {
    const world = commandWorld();
    world.stripe.customers.clear();
    await world.deploy();
    world.stores.table.delete('STAGE CURSOR#events');
    expect(await whatOf(world)).toStrictEqual(["Stripe's events have never been listed"]);
  });
});

describe('the customers', () => {
  it('may lack somebody who subscribes to a catalogued product, and nobody else', async () => {
    const world = await healthy();
    world.stripe.customers.set('cus_New', found([subscription({ subscriptionId: 'sub_9' })]));
    const unrelated = subscription({ subscriptionId: 'sub_8', items: [itemOf('unrelated')] });
    world.stripe.customers.set('cus_Other', found([unrelated]));
    const { findings } = await examine(world);
    expect(findings).toMatchObject([
      {
        what: 'cus_New subscribes to a catalogued product and is not stored',
        mend: 'wharfage sync cus_New',
      },
    ]);
  });

  it('may be stored otherwise than Stripe lists them, which a sync mends', async () => {
    const world = await healthy();
    world.stripe.customers.set('cus_Nova', found([subscription({ status: 'past_due' })]));
    expect(await whatOf(world)).toStrictEqual([
      'cus_Nova is stored otherwise than Stripe lists it',
    ]);
    world.stripe.customers.set('cus_Nova', found([]));
    expect(await whatOf(world)).toStrictEqual([
      'cus_Nova is stored otherwise than Stripe lists it',
    ]);
  });

  it('may have unfinished effects, and then their members say nothing', async () => {
    const world = commandWorld();
    await world.deploy();
    world.stores.hooks.before = (method) => {
      if (method === 'saveMember') throw new Error('cut off');
    };
    await expect(world.sync()).rejects.toThrow('cut off');
    expect(await whatOf(world)).toStrictEqual(['cus_Nova has effects that are not marked as done']);
  });

  it('may be overdue', async () => {
    const world = await healthy();
    const dueAt = (await world.customer()).dueAt ?? 0;
    world.now = dueAt + 30 * MINUTE;
    expect(await whatOf(world)).toStrictEqual([]);
    world.now = dueAt + 31 * MINUTE;
    expect(await whatOf(world)).toStrictEqual(['cus_Nova has been due for 31 minutes']);
  });

  it('may have members edited by hand, which a repair mends', async () => {
    const world = await healthy();
    const edited = { repository: 'acme/app', account: TWO, customerId: 'cus_Nova' };
    await world.stores.members.saveMember({ ...edited, until: PAID_UNTIL, version: 7 }, NOW);
    const { findings } = await examine(world);
    expect(findings).toContainEqual({
      area: 'customers',
      cause: 'it was edited by hand, or a restore lost one of the two',
      what: `the member item of account ${TWO} in acme/app is not what cus_Nova says`,
      mend: 'wharfage sync cus_Nova --repair',
    });
    await world.run('sync', 'cus_Nova', '--repair');
    await world.apply('acme/app');
    expect(await whatOf(world)).toStrictEqual([]);
  });

  it('may keep members although nothing is open and nobody waits', async () => {
    const world = await healthy();
    await world.stores.customers.saveCustomer(
      customer({ customerId: 'cus_Idle', version: 1, effectsDone: 1 }),
      0,
    );
    const orphan = { repository: 'acme/tools', account: TWO, customerId: 'cus_Idle' };
    await world.stores.members.saveMember({ ...orphan, until: PAID_UNTIL, version: 1 }, NOW);
    expect(await whatOf(world)).toContain(
      `the member item of account ${TWO} in acme/tools is not what cus_Idle says`,
    );
  });

  it('may be missing while their members are not', async () => {
    const world = await healthy();
    const orphan = { repository: 'acme/tools', account: TWO, customerId: 'cus_Lost' };
    await world.stores.members.saveMember({ ...orphan, until: PAID_UNTIL, version: 1 }, NOW);
    expect(await whatOf(world)).toContain(
      `the member item of account ${TWO} in acme/tools is not what cus_Lost says`,
    );
  });
});

describe('the pull credentials', () => {
  it('may have lost their secret', async () => {
    const world = await healthy();
    world.sealed.clear();
    world.now = NOW + 599;
    expect(await whatOf(world)).toStrictEqual([]);
    world.now = NOW + 600;
    expect(await whatOf(world)).toStrictEqual([
      'credential Cred00000001 of cus_Nova waits to be claimed and has no secret',
    ]);
  });

  it('may have left a secret behind after a claim', async () => {
    const world = await healthy();
    await claimCredential(world.deps)({ customerId: 'cus_Nova' });
    expect(await whatOf(world)).toStrictEqual([]);
    world.sealed.set('Cred00000001', 'canary');
    expect(await whatOf(world)).toStrictEqual([]);
    world.now = NOW + 600;
    expect(await whatOf(world)).toStrictEqual([
      'credential Cred00000001 of cus_Nova is active and its secret still exists',
    ]);
    await world.stores.credentials.retireCredential('cus_Nova', 'Cred00000001', NOW + 600);
    expect(await whatOf(world)).toStrictEqual([]);
    world.now = NOW + 1_200;
    expect(await whatOf(world)).toStrictEqual([
      'credential Cred00000001 of cus_Nova is retired and its secret still exists',
    ]);
  });

  it('may have left a secret behind that nobody claimed, after the sync that deletes it', async () => {
    const world = await healthy();
    const leftAt = async (now: number): Promise<readonly string[]> => {
      world.now = now;
      return (await whatOf(world)).filter((what) => what.startsWith('credential'));
    };
    expect(await leftAt(NOW + 30 * DAY + 4_199)).toStrictEqual([]);
    expect(await leftAt(NOW + 30 * DAY + 4_200)).toStrictEqual([
      'credential Cred00000001 of cus_Nova is unclaimed and its secret still exists',
    ]);
  });

  it('are compared with the secrets that existed before the customers were read', async () => {
    const world = await healthy();
    const listSealed = async (): Promise<readonly string[]> => {
      const ids = [...world.sealed.keys()];
      await world.sync({ because: 'operator', isCredentialWanted: true });
      return ids;
    };
    const { findings } = await diagnose({ ...world.deps, listSealed })(request);
    expect(findings).toStrictEqual([]);
    expect(world.sealed.size).toBe(2);
  });

  it('are not looked for where no secret was ever sealed', async () => {
    const world = await healthy();
    const unpaid = subscription({
      subscriptionId: 'sub_7',
      latestInvoice: invoice({ status: 'open' }),
    });
    world.stripe.customers.set('cus_Wait', found([unpaid]));
    await world.sync({ customerId: 'cus_Wait' });
    const calls = await world.callsOf(() => examine(world));
    expect(calls.listCredentials).toBe(1);
  });

  it('may include a secret of nobody’s', async () => {
    const world = await healthy();
    world.sealed.set('Stray0000000', 'canary');
    expect(await whatOf(world)).toStrictEqual([
      'the sealed secret of credential Stray0000000 belongs to no customer',
    ]);
  });
});

describe('the policies', () => {
  it('may wait for the next apply', async () => {
    const world = commandWorld();
    await world.deploy();
    await world.sync();
    expect((await examine(world)).findings).toMatchObject([
      {
        area: 'ecr',
        what: 'the policy of acme/app is not what it should be',
        cause: 'a change has not been applied yet',
      },
    ]);
  });

  it('may have been edited by hand', async () => {
    const world = await healthy();
    world.ecr.stored.delete('acme/app');
    expect((await examine(world)).findings).toMatchObject([
      { cause: 'our statements in it were edited outside Wharfage' },
    ]);
  });

  it('may belong to a repository that does not exist', async () => {
    const world = await healthy();
    const { findPolicy } = world.ecr.policies;
    const repositories = {
      ...world.ecr.policies,
      findPolicy: async (repository: string) =>
        repository === 'acme/tools' ? ({ kind: 'no_repository' } as const) : findPolicy(repository),
    };
    const { findings } = await diagnose({ ...world.deps, repositories })(request);
    expect(findings.map(({ what }) => what)).toStrictEqual([
      'repository acme/tools does not exist in this account and Region',
    ]);
  });

  it('may leave out accounts and statements', async () => {
    const world = await healthy();
    await world.stores.members.savePolicy('acme/tools', {
      ...NOTHING_APPLIED,
      revision: 1,
      quarantined: { [ONE]: { since: NOW - DAY, triedAt: NOW } },
      overflow: [TWO],
      dead: ['{"Sid":"Vendor"}'],
    });
    expect(await whatOf(world)).toStrictEqual([
      `account ${ONE} is quarantined for acme/tools since 2026-11-20T12:00:00Z`,
      `account ${TWO} waits because the policy of acme/tools is full`,
      'a statement of your own was left out of the policy of acme/tools: {"Sid":"Vendor"}',
    ]);
  });
});

describe('what cannot be reached', () => {
  const broken = async () => {
    throw new Error('no route');
  };
  const unreachedOf = async (given: object): Promise<readonly string[]> => {
    const world = await healthy();
    const { unreached, findings } = await diagnose({ ...world.deps, ...given })(request);
    expect(findings).toStrictEqual([]);
    return unreached.map(({ what }) => what);
  };

  it.each([
    ['the webhook secret', { readWebhookSecret: broken }],
    ['the catalogs', { catalogs: broken }],
    ['the customers', { customers: { findCustomer: broken } }],
    ['the sealed secrets', { listSealed: broken }],
    ['the pull credentials', { credentials: { listCredentials: broken } }],
  ])('hides nothing else: %s', async (what, given) => {
    expect(await unreachedOf(given)).toStrictEqual([what]);
  });

  it('hides nothing else: Stripe', async () => {
    const billing = { listSubscriptions: broken, listEvents: broken, readCustomer: broken };
    expect(await unreachedOf({ billing })).toStrictEqual(['Stripe']);
  });

  it('hides nothing else: a repository, whose members are not missed for it', async () => {
    const world = await healthy();
    const members = {
      readRepository: async (repository: string) =>
        repository === 'acme/app' ? broken() : world.stores.members.readRepository(repository),
    };
    expect(await unreachedOf({ members })).toStrictEqual(['the members of acme/app']);
    const repositories = { ...world.ecr.policies, findPolicy: broken };
    expect(await unreachedOf({ repositories })).toStrictEqual([
      'the policy of acme/app',
      'the policy of acme/tools',
    ]);
  });
});

describe('the audit trail', () => {
  const audit = (sequence: number): string =>
    `CUSTOMER#cus_Nova AUDIT#${String(sequence).padStart(12, '0')}`;

  it('is named when an entry of it was deleted', async () => {
    const world = await healthy();
    world.stores.table.delete(audit(1));
    expect(await whatOf(world)).toContain('the audit trail of cus_Nova lacks 1');
  });

  it('names five and counts the rest', async () => {
    const world = await healthy();
    const key = 'CUSTOMER#cus_Nova CUSTOMER';
    const stored = JSON.parse(world.stores.table.get(key) ?? '');
    const transition = { ...stored.transition, sequence: 8 };
    world.stores.table.set(key, JSON.stringify({ ...stored, transition }));
    expect(await whatOf(world)).toContain(
      'the audit trail of cus_Nova lacks 2, 3, 4, 5, 6 and 2 more',
    );
  });

  it('need not have the entry of a version whose effects are under way', async () => {
    const world = await healthy();
    const key = 'CUSTOMER#cus_Nova CUSTOMER';
    const stored = JSON.parse(world.stores.table.get(key) ?? '');
    const version = stored.version + 1;
    const transition = { ...stored.transition, sequence: 2, version };
    world.stores.table.set(key, JSON.stringify({ ...stored, version, transition }));
    const what = await whatOf(world);
    expect(what.filter((each) => each.includes('audit'))).toStrictEqual([]);
    expect(what).toContain('cus_Nova has effects that are not marked as done');
  });
});
