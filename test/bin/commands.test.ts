import { describe, expect, it } from 'vitest';
import { timeText } from '../../bin/format.ts';
import { catalogHash } from '../../functions/core/catalog-hash.ts';
import { NOTHING_APPLIED } from '../../functions/core/policy-record.ts';
import { DAY } from '../../functions/core/time.ts';
import { catalog, customer, found, itemOf, NOW, offer, subscription } from '../support/builders.ts';
import { type CommandWorld, commandWorld } from '../support/command-world.ts';
import { ONE, TWO, unavailable } from '../support/sync-world.ts';

const HASH = catalogHash(catalog());
const smaller = catalog({ offers: { tools: offer('tools') } });

const ready = async (): Promise<CommandWorld> => {
  const world = commandWorld();
  await world.deploy();
  await world.sync();
  return world;
};

describe('wharfage status', () => {
  it('says of a stranger that it does not know him', async () => {
    const { code, out } = await commandWorld().run('status', 'cus_Nova');
    expect(code).toBe(1);
    expect(out).toContain('cus_Nova is not known to stage test');
  });

  it('shows what may be pulled, until when and why, at both doors', async () => {
    const world = await ready();
    const { code, out } = await world.run('status', 'cus_Nova');
    expect(code).toBe(0);
    expect(out.split('\n')).toStrictEqual(
      expect.arrayContaining([
        'cus_Nova, stage test',
        '  app  granted until 2026-12-25 12:00 UTC: paid (sub_1), grace from 2026-12-11 12:00 UTC',
        '  acme/app  until 2026-12-25 12:00 UTC',
        '  999988887777.dkr.ecr.eu-west-1.amazonaws.com/acme/app until 2026-12-25 12:00 UTC',
        '    111122223333  not in the policy yet',
        '  Cred00000001  waiting to be claimed until 2026-12-21 12:00 UTC',
        '      sub_1 active, invoice paid',
        '  last verified with Stripe 2026-11-21 12:00 UTC (event)',
        '  next look 2026-11-21 12:10 UTC',
      ]),
    );
  });

  it('tells grace, holds, lapses and failures', async () => {
    const world = await ready();
    world.now = NOW + 21 * DAY;
    expect((await world.run('status', 'cus_Nova')).out).toContain(
      'in grace since 2026-12-11 12:00 UTC',
    );
    world.catalogs = { deployed: smaller, accepted: catalog() };
    await world.sync({ because: 'catalog' });
    expect((await world.run('status', 'cus_Nova')).out).toContain('held by the catalog');
    world.catalogs = { deployed: catalog(), accepted: catalog() };
    world.stripe.customers.set('cus_Nova', unavailable('timeout'));
    await world.sync();
    expect((await world.run('status', 'cus_Nova')).out).toContain(
      '1 reads of Stripe in a row have failed',
    );
    world.stripe.customers.set('cus_Nova', found([subscription({ status: 'canceled' })]));
    await world.sync();
    const { out } = await world.run('status', 'cus_Nova');
    expect(out).toContain('app  withheld: canceled (sub_1), ended 2026-12-12 12:00 UTC');
    expect(out).toContain(`-app, -account ${ONE}`);
  });

  it('tells the account that waits from the one that ECR refuses', async () => {
    const world = await ready();
    await world.stores.members.savePolicy('acme/app', {
      ...NOTHING_APPLIED,
      revision: 1,
      quarantined: { [ONE]: { since: NOW, triedAt: NOW } },
    });
    const { out } = await world.run('status', 'cus_Nova');
    expect(out).toContain('quarantined since 2026-11-21 12:00 UTC: ECR refuses this account');
  });

  it('never shows an e-mail address or a secret, in either form', async () => {
    const world = await ready();
    const { out } = await world.run('status', 'cus_Nova');
    const { data } = await world.json('status', 'cus_Nova');
    expect(out + JSON.stringify(data)).not.toMatch(/nova\.example|canary/);
    expect(data).toMatchObject({
      customerId: 'cus_Nova',
      known: true,
      customer: { customerId: 'cus_Nova', version: 1 },
    });
  });

  it('lets nothing that stands in Stripe steer the terminal, in either form', async () => {
    const world = commandWorld();
    const accountsText = `${ONE} x\u001b]0\u0007 \u009b2J \u202egnp`;
    world.stripe.customers.set('cus_Nova', found([subscription()], { accountsText }));
    await world.sync();
    const { out } = await world.run('status', 'cus_Nova');
    expect(out).toContain('x\\u001b]0\\u0007: not an account id, ignored\n');
    expect(out).toContain('\\u009b2J: not an account id');
    const json = await world.run('status', 'cus_Nova', '--json');
    expect(out + json.out).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(JSON.parse(json.out)).toMatchObject({
      customer: { malformedAccounts: ['x\u001b]0\u0007', '\u009b2J', '\u202egnp'] },
    });
  });

  it.each([
    [30, `until ${timeText(NOW + 29 * DAY)}`],
    ['forever', 'for ever'],
  ] as const)('says what stays of an offer that keeps for %s', async (days, until) => {
    const keep = { days, afterPaidDays: 0 };
    const world = commandWorld(catalog({ offers: { app: offer('app', { afterEnd: { keep } }) } }));
    await world.deploy();
    await world.stores.customers.saveCustomer(
      customer({
        version: 1,
        effectsDone: 1,
        withheld: [{ offerId: 'app', source: 'sub_1', because: 'canceled', endedAt: NOW - DAY }],
        paidTimes: [
          { offerId: 'app', source: 'sub_1', startsAt: NOW - 9 * DAY, endsAt: NOW - DAY },
        ],
      }),
      0,
    );
    const { out } = await world.run('status', 'cus_Nova');
    expect(out).toContain('Stays with a credential after the end');
    expect(out).toContain(
      `app  what was pushed before ${timeText(NOW - DAY)}, ${until} (deployed catalog)`,
    );
  });
});

describe('wharfage sync', () => {
  it('asks Stripe and prints what changed', async () => {
    const world = commandWorld();
    const { code, out } = await world.run('sync', 'cus_Nova', '--by', 'bob');
    expect([code, out]).toStrictEqual([
      0,
      `cus_Nova: +app until 2026-12-25 12:00 UTC, +account ${ONE}\n`,
    ]);
    expect((await world.customer()).transition).toMatchObject({
      because: 'operator',
      actor: 'bob',
    });
    expect((await world.run('sync', 'cus_Nova')).out).toBe('cus_Nova: access is unchanged\n');
  });

  it.each([
    ['nothing of ours', found([]), 0, 'has no subscription to a catalogued product'],
    ['an outage', unavailable('server'), 3, 'Stripe told us nothing about cus_Nova (server)'],
  ])('says when there is %s', async (_case, reading, code, text) => {
    const world = commandWorld();
    world.stripe.customers.set('cus_Nova', reading);
    const result = await world.run('sync', 'cus_Nova');
    expect(result.code).toBe(code);
    expect(result.out).toContain(text);
  });

  it.each(['missing', 'wrong_mode'] as const)(
    'takes a mistyped id for nobody, and remembers nothing (%s)',
    async (because) => {
      const world = commandWorld();
      world.stripe.customers.set('cus_Typo', unavailable(because));
      const { code, out } = await world.run('sync', 'cus_Typo');
      expect([code, out]).toStrictEqual([
        1,
        "there is no customer cus_Typo in this stage's mode of Stripe\n",
      ]);
      expect(world.stores.table.size).toBe(0);
    },
  );

  it('says when the customer was deleted', async () => {
    const world = await ready();
    world.stripe.customers.set('cus_Nova', { kind: 'deleted' });
    expect((await world.run('sync', 'cus_Nova')).out).toContain('-app');
    expect((await world.run('sync', 'cus_Nova')).out).toContain('cus_Nova was deleted in Stripe');
  });

  it('writes members again that were edited by hand', async () => {
    const world = await ready();
    const edited = { repository: 'acme/app', account: TWO, customerId: 'cus_Nova' };
    await world.stores.members.saveMember({ ...edited, until: NOW + DAY, version: 9 }, NOW);
    const { data } = await world.json('sync', 'cus_Nova', '--repair');
    expect(data).toMatchObject({ strays: [{ repository: 'acme/app', account: TWO }] });
    expect(await world.membersOf('acme/app')).toHaveLength(1);
    expect((await world.run('sync', 'cus_Nova', '--repair')).out).not.toContain('differed');
  });

  it('--all names who changed, who failed and of whom Stripe said nothing', async () => {
    const world = await ready();
    world.stripe.customers.set('cus_Milo', found([subscription({ subscriptionId: 'sub_2' })]));
    world.stripe.customers.set('cus_Bad', found([subscription({ subscriptionId: 'sub_3' })]));
    world.stores.hooks.before = (method, [id]) => {
      if (method === 'findCustomer' && id === 'cus_Bad') throw new Error('throttled');
    };
    const { code, out, errors } = await world.run('sync', '--all');
    expect(code).toBe(3);
    expect(out).toContain('3 customers: 1 changed, 1 unchanged');
    expect(out).toContain('Changed\n  cus_Milo\n');
    expect(out).toContain('Failed\n  cus_Bad: throttled\n');
    expect(errors).toContain('customers: 3 of 3\n');
  });

  it('--all counts a customer whom Stripe does not know as found out, and not as unreached', async () => {
    const world = await ready();
    world.stripe.customers.set('cus_Gone', unavailable('missing'));
    await world.sync({ customerId: 'cus_Gone' });
    const { code, out } = await world.run('sync', '--all');
    expect([code, out.includes('cus_Gone: missing')]).toStrictEqual([1, true]);
    const restored = await world.run('restore-mode', '--yes');
    expect([restored.code, restored.out.includes('look at them first')]).toStrictEqual([1, true]);
  });

  it('--all does nothing when Stripe cannot list', async () => {
    const world = commandWorld();
    world.stripe.listing = unavailable('unauthorized');
    const { code, out } = await world.run('sync', '--all');
    expect([code, world.stores.table.size]).toStrictEqual([3, 0]);
    expect(out).toContain('(unauthorized): nothing was done');
  });
});

describe('wharfage plan', () => {
  it('says that nothing is deployed yet', async () => {
    const { code, out } = await commandWorld().run('plan');
    expect([code, out]).toStrictEqual([
      0,
      `Nothing is deployed yet, so nobody can lose anything. This catalog is ${HASH}.\n`,
    ]);
  });

  it('has nothing to say about the catalog that is deployed and accepted', async () => {
    const { code, out } = await (await ready()).run('plan');
    expect(code).toBe(0);
    expect(out).toContain('1 customer looked at: 0 lose, 0 gain.\nIt is deployed and accepted.');
  });

  it('names who loses what and how to agree, and exits with 1', async () => {
    const world = await ready();
    const warnings = ['offers.tools.graceDays is 1'];
    world.settings.checkout = { kind: 'catalog', catalog: smaller, warnings };
    const { code, out } = await world.run('plan');
    expect(code).toBe(1);
    expect(out).toContain(
      'cus_Nova  acme/app with a credential: no longer, was until 2026-12-25 12:00 UTC',
    );
    expect(out).toContain('cus_Nova  acme/app from AWS accounts: no longer');
    expect(out).toContain(
      `Deploy it (cdk deploy): nobody loses anything until you run wharfage plan --accept ${catalogHash(smaller)}`,
    );
    expect(out).toContain('Warning: offers.tools.graceDays is 1');
  });

  it('names who gains what', async () => {
    const world = await ready();
    const larger = catalog({
      offers: { app: offer('app', { repositories: ['acme/app', 'acme/more'], graceDays: 20 }) },
    });
    world.settings.checkout = { kind: 'catalog', catalog: larger, warnings: [] };
    const { code, out } = await world.run('plan');
    expect(code).toBe(0);
    expect(out).toContain('acme/more with a credential: until 2026-12-31 12:00 UTC');
    expect(out).toContain('was until 2026-12-25 12:00 UTC');
    expect(out).toContain('Deploy it: cdk deploy.');
  });

  it('names tags and what stays after the end in words', async () => {
    const world = await ready();
    const keep = { days: 'forever', afterPaidDays: 365 } as const;
    const selling = (given: Parameters<typeof offer>[1]) =>
      catalog({ offers: { app: offer('app', { awsAccounts: 'none', ...given }) } });
    const planned = async (given: Parameters<typeof offer>[1]) => {
      const checkout = { kind: 'catalog', catalog: selling(given), warnings: [] } as const;
      world.settings.checkout = checkout;
      return world.run('plan');
    };
    const tags = [{ semver: '^1.4' }, { glob: 'lts-*' }];
    const fewer = await planned({ tags });
    expect(fewer.code).toBe(1);
    expect(fewer.out).toContain(
      'cus_Nova  acme/app with a credential: no longer everything, was until 2026-12-25 12:00 UTC; what stays is tags of version ^1.4, like lts-*',
    );
    const keeping = await planned({ afterEnd: { keep } });
    expect(keeping.out).toContain(
      'cus_Nova  app after its end: what was pushed before stays for ever, once 365 days were paid for, was: nothing stays',
    );
    await world.deploy({ accepted: selling({ tags, afterEnd: { keep } }), revision: 2 });
    const other = await planned({
      tags: [{ semver: '^2' }],
      afterEnd: { keep: { days: 30, afterPaidDays: 1 } },
    });
    expect(other.code).toBe(1);
    expect(other.out).toContain(
      'acme/app tags of version ^2 with a credential: until 2026-12-25 12:00 UTC',
    );
    expect(other.out).toContain(
      'acme/app tags like lts-* with a credential: no longer, was until 2026-12-25 12:00 UTC',
    );
    expect(other.out).toContain(
      'app after its end: what was pushed before stays for 30 days, once 1 day were paid for, was: what was pushed before stays for ever',
    );
  });

  it('names what somebody may keep whose offer has ended', async () => {
    const world = commandWorld();
    const keep = { days: 'forever', afterPaidDays: 0 } as const;
    const keeping = catalog({ offers: { app: offer('app', { afterEnd: { keep } }) } });
    await world.deploy({ accepted: keeping });
    await world.stores.customers.saveCustomer(
      customer({
        version: 1,
        effectsDone: 1,
        dueAt: NOW + DAY,
        withheld: [{ offerId: 'app', source: 'sub_1', because: 'canceled', endedAt: NOW - DAY }],
        paidTimes: [
          { offerId: 'app', source: 'sub_1', startsAt: NOW - 9 * DAY, endsAt: NOW - DAY },
        ],
      }),
      0,
    );
    const { out } = await world.run('plan');
    expect(out).toContain(
      'cus_Nova  acme/app with a credential, as pushed before the end: no longer, was for ever',
    );
  });

  it('accepts only what is deployed, once', async () => {
    const world = commandWorld();
    expect(await world.run('plan', '--accept', HASH)).toMatchObject({ code: 1 });
    await world.deploy({ acceptedHash: '1111111111111111' });
    expect((await world.run('plan')).out).toContain(
      `its losses wait for: wharfage plan --accept ${HASH}`,
    );
    const other = await world.run('plan', '--accept', '2222222222222222');
    expect(other.code).toBe(1);
    expect(other.out).toContain(`that is ${HASH}, not 2222222222222222`);
    expect(await world.json('plan', '--accept', HASH)).toStrictEqual({
      code: 0,
      data: { hash: HASH, kind: 'accepted' },
    });
    expect((await world.run('plan', '--accept', HASH)).out).toContain('was accepted before');
  });

  it('lists the mistakes of a catalog that is not valid', async () => {
    const world = await ready();
    world.settings.checkout = { kind: 'invalid', problems: ['offers is missing'] };
    expect(await world.run('plan')).toMatchObject({
      code: 1,
      out: 'bin/catalog.ts is not valid:\noffers is missing\n',
    });
    expect((await world.run('doctor')).out).toContain('bin/catalog.ts here is not valid');
  });
});

describe('wharfage credential', () => {
  it('claim hands the secret over once, ready for docker and Kubernetes', async () => {
    const world = await ready();
    const { code, out } = await world.run('credential', 'claim', 'cus_Nova');
    expect(code).toBe(0);
    expect(out).toContain('secret      canary_Cred00000001');
    expect(out).toContain(
      'press Enter and Ctrl-D):\n  docker login registry.example.com -u cus_Nova --password-stdin\n',
    );
    expect(out).toContain('stands for the host of your gateway');
    const encoded = /\.dockerconfigjson: (\S+)/.exec(out)?.[1] ?? '';
    expect(JSON.parse(Buffer.from(encoded, 'base64').toString())).toStrictEqual({
      auths: {
        'registry.example.com': {
          username: 'cus_Nova',
          password: 'canary_Cred00000001',
          auth: 'Y3VzX05vdmE6Y2FuYXJ5X0NyZWQwMDAwMDAwMQ==',
        },
      },
    });
    const second = await world.run('credential', 'claim', 'cus_Nova');
    expect(second.code).toBe(1);
    expect(second.out).toBe(
      'credential Cred00000001 is active, claimed 2026-11-21 12:00 UTC, and a secret is shown once only. If the customer does not have it: wharfage credential rotate cus_Nova\n',
    );
  });

  it('claim says when there is nothing, several, or no secret', async () => {
    const world = commandWorld();
    expect((await world.run('credential', 'claim', 'cus_Nova')).out).toContain(
      'no such credential',
    );
    await world.sync();
    await world.sync({ because: 'operator', isCredentialWanted: true });
    const several = await world.run('credential', 'claim', 'cus_Nova');
    expect(several.out).toContain('add --credential with one of Cred0000000');
    world.sealed.clear();
    const lost = await world.run('credential', 'claim', 'cus_Nova', '--credential', 'Cred00000001');
    expect([lost.code, lost.out]).toStrictEqual([
      1,
      'credential Cred00000001 is claimed now, but its secret is gone: wharfage credential rotate cus_Nova\n',
    ]);
  });

  it('rotate prints the new one, and until when the old one may be used', async () => {
    const world = await ready();
    await world.run('credential', 'claim', 'cus_Nova');
    const { code, data } = await world.json(
      ...['credential', 'rotate', 'cus_Nova', '--overlap-days', '3', '--registry', 'r.acme.com'],
    );
    expect(code).toBe(0);
    expect(data).toMatchObject({
      username: 'cus_Nova',
      registry: 'r.acme.com',
      kind: 'rotated',
      customerId: 'cus_Nova',
      retiring: [{ credentialId: 'Cred00000001', retiresAt: NOW + 3 * DAY }],
      notRetired: [],
    });
    const third = await world.run('credential', 'rotate', 'cus_Nova');
    expect(third.code).toBe(1);
    expect(third.out).toContain('Cred00000001  active, retires 2026-11-24 12:00 UTC');
    const refused = await world.json('credential', 'rotate', 'cus_Nova');
    expect(JSON.stringify(refused.data)).not.toContain('sha256');
  });

  it('rotate says what became of an old one that nobody had, or that would not go', async () => {
    const world = await ready();
    const unclaimed = await world.run('credential', 'rotate', 'cus_Nova');
    expect(unclaimed.out).toContain('Cred00000001 is retired: it opens nothing from now on.\n');
    world.stores.hooks.before = async (method) => {
      if (method === 'retireCredential') throw new Error('throttled');
    };
    const { code, out } = await world.run('credential', 'rotate', 'cus_Nova');
    expect(code).toBe(3);
    expect(out).toContain('secret      canary_');
    expect(out).toMatch(
      /\n(Cred\d+) could not be retired and goes on working: throttled\. When the customer uses the new one: wharfage credential retire cus_Nova --credential \1\n$/,
    );
  });

  it('claim says when the sealed copy is still there', async () => {
    const world = await ready();
    world.deps.secrets.destroySecret = async () => {
      throw new Error('time-out');
    };
    const { code, out } = await world.run('credential', 'claim', 'cus_Nova');
    expect(code).toBe(0);
    expect(out).toContain('Its sealed copy in Secrets Manager could not be\ndeleted');
    expect(out).toContain('secret      canary_Cred00000001');
    expect(out).not.toContain('stored nowhere');
  });

  it('rotate needs a customer who is there', async () => {
    const world = commandWorld();
    expect((await world.run('credential', 'rotate', 'cus_Nova')).out).toContain('is not known');
    await world.sync();
    world.stripe.customers.set('cus_Nova', { kind: 'deleted' });
    await world.sync();
    expect((await world.run('credential', 'rotate', 'cus_Nova')).out).toContain(
      'deleted in Stripe',
    );
  });

  it('rotate says when somebody else rotates', async () => {
    const world = await ready();
    world.stores.hooks.after = async (method) => {
      if (method !== 'markEffectsDone') return;
      delete world.stores.hooks.after;
      await world.sync({ because: 'operator', isCredentialWanted: true });
    };
    const { code, out } = await world.run('credential', 'rotate', 'cus_Nova');
    expect(code).toBe(1);
    expect(out).toContain('Somebody else rotates at this moment');
  });

  it('rotate of a credential that nobody had mentions no old one', async () => {
    const world = commandWorld();
    world.stripe.customers.set(
      'cus_Nova',
      found([subscription({ status: 'unpaid', items: [itemOf('app')] })]),
    );
    await world.sync();
    const { out } = await world.run('credential', 'rotate', 'cus_Nova', '--registry', 'r.acme.com');
    expect(out).toContain('secret      canary_');
    expect(out).not.toContain('may be used until');
    expect(out).not.toContain('stands for the host');
  });

  it('retire ends one or all, and tells what was gone before', async () => {
    const world = await ready();
    const one = ['credential', 'retire', 'cus_Nova', '--credential', 'Cred00000001'];
    expect(await world.run(...one)).toMatchObject({
      code: 0,
      out: 'Cred00000001 is retired: it opens nothing from now on\n',
    });
    expect(await world.run(...one)).toMatchObject({
      code: 1,
      out: 'Cred00000001 was gone: retired 2026-11-21 12:00 UTC\n',
    });
    expect((await world.run('credential', 'claim', 'cus_Nova')).out).toContain('is retired');
    await world.run('credential', 'rotate', 'cus_Nova');
    expect(await world.run('credential', 'retire', 'cus_Nova', '--all', '--yes')).toMatchObject({
      code: 0,
    });
    const other = await world.run('credential', 'retire', 'cus_Other', '--all', '--yes');
    expect([other.code, other.out]).toStrictEqual([
      1,
      'cus_Other has no such credential: wharfage status cus_Other lists them\n',
    ]);
  });

  it('claim says when nobody claimed it in time', async () => {
    const world = await ready();
    world.now = NOW + 31 * DAY;
    expect((await world.run('credential', 'claim', 'cus_Nova')).out).toContain(
      'never claimed, gone since 2026-12-21 12:00 UTC',
    );
  });
});

describe('wharfage grant and ungrant', () => {
  it('open and close an offer, and record who did', async () => {
    const world = await ready();
    const granted = await world.run(
      'grant',
      'cus_Nova',
      '--offer',
      'tools',
      '--until',
      '2027-01-31',
    );
    expect(granted).toMatchObject({
      code: 0,
      out: 'cus_Nova may pull tools until 2027-01-31 00:00 UTC\n',
    });
    const { out } = await world.run('status', 'cus_Nova');
    expect(out).toContain('tools until 2027-01-31 00:00 UTC, by ada');
    expect(out).toContain('operator (ada): +tools until');
    const taken = await world.run('ungrant', 'cus_Nova', '--offer', 'tools', '--by', 'bob');
    expect(taken).toMatchObject({
      code: 0,
      out: 'the manual grant of tools to cus_Nova is gone\n',
    });
    expect(await world.run('ungrant', 'cus_Nova', '--offer', 'tools')).toMatchObject({ code: 1 });
  });

  it('take an instant, and say when Stripe could not be asked', async () => {
    const world = await ready();
    world.stripe.customers.set('cus_Nova', unavailable('timeout'));
    const argv = ['cus_Nova', '--offer', 'tools', '--until', '2027-01-31T12:00Z', '--by', 'bob'];
    const { code, out } = await world.run('grant', ...argv);
    expect(code).toBe(0);
    expect(out).toContain(
      'until 2027-01-31 12:00 UTC\nStripe could not be asked meanwhile (timeout)',
    );
  });

  it.each([
    ['does not exist', unavailable('missing'), 1, 'there is no customer cus_Typo'],
    ['cannot be looked up', unavailable('timeout'), 3, 'nothing was done'],
    ['was deleted', { kind: 'deleted' as const }, 1, 'cus_Typo was deleted in Stripe'],
  ])('refuse a customer who %s', async (_case, reading, code, text) => {
    const world = await ready();
    world.stripe.customers.set('cus_Typo', reading);
    const argv = ['cus_Typo', '--offer', 'tools', '--until', '2027-01-31'];
    const result = await world.run('grant', ...argv);
    expect(result.code).toBe(code);
    expect(result.out).toContain(text);
  });

  it('ungrant says when it does not know the customer', async () => {
    const { code, out } = await (await ready()).run('ungrant', 'cus_Typo', '--offer', 'tools');
    expect(code).toBe(1);
    expect(out).toBe('cus_Typo is not known to this stage: it has no grant\n');
  });
});

describe('wharfage breaker', () => {
  const tripped = async (): Promise<CommandWorld> => {
    const world = await ready();
    for (const id of ['1', '2', '3', '4']) {
      const live = { subscriptionId: `sub_x${id}` };
      world.stripe.customers.set(`cus_${id}`, found([subscription(live)]));
      await world.sync({ customerId: `cus_${id}` });
      const ended = subscription({ ...live, status: 'canceled' });
      world.stripe.customers.set(`cus_${id}`, found([ended]));
      await world.sync({ customerId: `cus_${id}` });
    }
    return world;
  };

  it('show is calm, or names who was revoked and who is held', async () => {
    expect(await (await ready()).run('breaker', 'show')).toMatchObject({ code: 0 });
    const world = await tripped();
    const { code, out } = await world.run('breaker', 'show');
    expect(code).toBe(1);
    expect(out).toContain('0 more may lose it today.');
    expect(out).toContain('Revoked 2026-11-21\n  cus_1\n  cus_2\n  cus_3');
    expect(out).toContain('Held\n  cus_4');
    expect((await world.run('sync', 'cus_4')).out).toContain('held by the breaker');
    expect((await world.run('status', 'cus_4')).out).toContain('held by the breaker');
    expect((await world.run('sync', '--all')).out).toContain('Held by the breaker\n  cus_4');
  });

  it('lift asks to be confirmed, then queues whoever is held', async () => {
    const world = await tripped();
    const asked = await world.run('breaker', 'lift');
    expect(asked.code).toBe(1);
    expect(asked.out).toContain('Lifting lets 1 held customer lose access now');
    expect(world.subjects.sent).toStrictEqual([]);
    expect(await world.run('breaker', 'lift', '--yes', '--by', 'bob')).toMatchObject({
      code: 0,
      out: 'Lifted by bob until 2026-11-21 ends in UTC; 1 held customer is looked at again now.\n',
    });
    expect(world.subjects.sent.map(({ id }) => id)).toStrictEqual(['cus_4']);
    expect((await world.run('breaker', 'show')).out).toContain('Lifted for 2026-11-21 by bob');
    world.now = NOW + DAY;
    expect((await world.run('breaker', 'show')).out).toContain('(lifted, does not count)');
  });
});

describe('wharfage accounts', () => {
  it('shows how full each policy is', async () => {
    const world = await ready();
    await world.apply('acme/app');
    const { code, out } = await world.run('accounts');
    expect(code).toBe(0);
    expect(out).toMatch(
      /acme\/app: 1 account, \d+ of 10240 characters \(\d %\), applied 2026-11-21/,
    );
    expect(out).toContain('acme/tools: 0 accounts, 0 of 10240 characters (0 %), never applied');
  });

  it('names whoever is left out, and exits with 1', async () => {
    const world = await ready();
    await world.stores.members.savePolicy('acme/app', {
      ...NOTHING_APPLIED,
      revision: 1,
      size: 5_121,
      quarantined: { [ONE]: { since: NOW, triedAt: NOW } },
      overflow: [TWO],
      dead: ['{"Sid":"Vendor"}'],
    });
    const { code, out } = await world.run('accounts');
    expect(code).toBe(1);
    expect(out).toContain(`${ONE} since 2026-11-21 12:00 UTC`);
    expect(out).toContain(`Waiting because the policy is full\n  ${TWO}`);
    expect(out).toContain('{"Sid":"Vendor"}');
    expect((await world.json('accounts')).data).toMatchObject([{ percent: 51 }, { percent: 0 }]);
    expect((await world.run('status', 'cus_Nova')).out).toContain('quarantined');
  });
});

describe('wharfage doctor', () => {
  it('has nothing to say about a healthy stage', async () => {
    const world = await ready();
    await world.apply('acme/app', 'acme/tools');
    const { code, out } = await world.run('doctor');
    expect([code, out]).toStrictEqual([
      0,
      '1 customer and 2 repositories looked at: 0 differences.\n',
    ]);
  });

  it('names each difference with its cause and what mends it', async () => {
    const world = await ready();
    const { code, out } = await world.run('doctor');
    expect(code).toBe(1);
    expect(out).toContain(
      'ecr: the policy of acme/app is not what it should be\n  cause: a change has not been applied yet\n  mend:  ',
    );
  });

  it('says what it could not look at, which is worse than a difference', async () => {
    const world = await ready();
    Object.assign(world.deps, {
      listSealed: async () => {
        throw new Error('denied');
      },
    });
    const { code, out } = await world.run('doctor');
    expect(code).toBe(3);
    expect(out).toContain('could not look at the sealed secrets: denied');
    expect(out).toContain('1 part not reached');
    expect((await world.json('doctor')).data).toMatchObject({
      unreached: [{ what: 'the sealed secrets', error: 'denied' }],
    });
  });
});

describe('wharfage restore-mode', () => {
  it('explains the steps and does nothing without --yes', async () => {
    const world = await ready();
    const before = new Map(world.stores.table);
    const { code, out } = await world.run('restore-mode', '--table', 'restored');
    expect(code).toBe(1);
    expect(out).toContain('restore into a new table');
    expect(out).toContain('Nothing was done.');
    expect(world.stores.table).toStrictEqual(before);
  });

  it('reads everybody again, writes all members, and sends no policy message', async () => {
    const world = await ready();
    const sent = world.policies.sent.length;
    const { code, out } = await world.run('restore-mode', '--table', 'restored', '--yes');
    expect(code).toBe(0);
    expect(out).toContain('1 customer: 0 changed, 1 unchanged');
    expect(out).toContain('Now go on with step 3');
    expect(world.policies.sent).toHaveLength(sent);
    expect((await world.customer()).version).toBeGreaterThan(1_000_000);
  });

  it('asks to be run again when somebody failed', async () => {
    const world = await ready();
    world.stripe.customers.set('cus_Nova', unavailable('timeout'));
    world.stripe.customers.set('cus_Milo', found([subscription({ subscriptionId: 'sub_2' })]));
    const { code, out } = await world.run('restore-mode', '--yes');
    expect(code).toBe(3);
    expect(out).toContain('cus_Nova: timeout');
    expect(out).toContain('Run it again until nothing has failed');
  });

  it('does nothing when Stripe cannot list', async () => {
    const world = await ready();
    world.stripe.listing = unavailable('timeout');
    expect(await world.run('restore-mode', '--yes')).toMatchObject({ code: 3 });
    expect((await world.customer()).version).toBe(1);
  });
});
