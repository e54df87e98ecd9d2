import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stripeBilling } from '../../functions/adapters/stripe-billing.ts';
import { parseAccounts } from '../../functions/core/accounts.ts';
import { isValid } from '../../functions/core/credential-state.ts';
import type { Customer } from '../../functions/core/customer.ts';
import { POLICY_SIZE_MAX } from '../../functions/core/policy-document.ts';
import { DAY, isOpen } from '../../functions/core/time.ts';
import type { BillingReading } from '../../functions/ports.ts';
import { grantOffer } from '../../functions/usecases/change-grant.ts';
import { sweepSubscriptions } from '../../functions/usecases/sweep-subscriptions.ts';
import { APP, accountsOf, awsDoor, FAR, FRIDAY } from '../support/aws-door.ts';
import {
  agreedOn,
  catalog,
  found,
  itemOf,
  NOW,
  PAID_UNTIL,
  subscription,
} from '../support/builders.ts';
import { recordingReport } from '../support/recordings.ts';
import { customerObject, itemObject, subscriptionObject } from '../support/stripe-objects.ts';
import { list, stripeServer } from '../support/stripe-server.ts';
import { catalogWith, listedSubscription, offer, sweepWorld } from '../support/sweep-world.ts';
import { ONE, syncWorld, TWO, unavailable } from '../support/sync-world.ts';
import { market, OPEN, routesOf, statusesOf } from './market.ts';
import { errorOf } from './shop.ts';

const [ADA, BOB, CY] = ['111111111111', '222222222222', '333333333333'] as const;

describe('T5: an AWS account id', () => {
  const THEIRS = '999999999999';
  const field = { key: 'aws_account_ids', name: 'aws_account_ids', value: THEIRS };
  const address = { line1: THEIRS, city: THEIRS, country: 'US' };
  /** Every field of a customer or a subscription that somebody types into a page of Stripe's. */
  const typed = {
    name: THEIRS,
    email: `${THEIRS}@customer.example`,
    phone: THEIRS,
    description: `aws_account_ids=${THEIRS}`,
    address,
    shipping: { name: THEIRS, phone: THEIRS, address },
    business_name: THEIRS,
    individual_name: THEIRS,
    custom_fields: [field],
    invoice_settings: { custom_fields: [field], footer: THEIRS },
    tax_ids: list([{ id: 'txi_1', value: THEIRS }]),
    aws_account_ids: THEIRS,
  };

  it('T5: that a customer typed anywhere in Stripe gets into no policy; the vendor’s metadata does', async () => {
    const paths: string[] = [];
    const server = await stripeServer(({ path }) => {
      paths.push(path);
      const isList = path === '/v1/subscriptions';
      const item = itemObject({ price: { id: 'price_1', product: 'prod_app' } });
      const its = {
        ...typed,
        id: 'sub_1',
        items: list([item]),
        metadata: { aws_account_ids: THEIRS },
      };
      const body = isList
        ? list([subscriptionObject({ ...its, customer: 'cus_Nova' })])
        : customerObject({ ...typed, id: 'cus_Nova', metadata: { aws_account_ids: ONE } });
      return { status: 200, body };
    });
    onTestFinished(server.close);
    const billing = stripeBilling({
      readKey: async () => 'rk_live_0000',
      livemode: true,
      apiBase: server.apiBase,
      catalogs: agreedOn(catalog()),
      clock: () => NOW,
      report: recordingReport(),
    });
    const world = syncWorld();
    world.truth = await billing.readCustomer('cus_Nova');
    // The objects are of a year earlier than the builders.
    world.now = 1_763_683_200;
    await world.sync();
    expect(await world.customer()).toMatchObject({ accounts: [ONE], malformedAccounts: [] });
    expect(await world.membersOf('acme/app')).toHaveLength(1);
    const written = [...world.stores.table.values()].join('\n');
    expect(written.replaceAll(`${THEIRS}@customer.example`, '')).not.toContain(THEIRS);
    expect(paths.sort()).toEqual(['/v1/customers/cus_Nova', '/v1/subscriptions']);
  });

  it('T5: T43: that is none is refused, whatever else IAM would read in it', () => {
    const texts = [
      '*',
      'arn:aws:iam::*:root',
      '11111111111',
      '1111111111111',
      'o-exampleorg',
      'amazonaws.com',
    ];
    expect(parseAccounts(texts.join(','))).toEqual({ accounts: [], malformed: texts.toSorted() });
  });
});

it('T6: another e-mail address moves no credential, and an address opens nothing', async () => {
  const { its, ada, app } = await market();
  its.truths.set(
    'cus_Ada',
    found([subscription({ subscriptionId: 'sub_app', items: [itemOf('app')] })], {
      email: 'mallory@customer.example',
    }),
  );
  await its.sync('cus_Ada');
  expect((await its.stores.customers.findCustomer('cus_Ada'))?.email).toBe(
    'mallory@customer.example',
  );
  expect(await its.stores.credentials.listCredentials('cus_Ada')).toHaveLength(1);
  expect(its.sealed.size).toBe(0);
  const token = await its.tokenOf(ada);
  expect(await statusesOf(its, token, routesOf('acme/app', app))).toEqual(OPEN);
  for (const username of ['mallory@customer.example', 'app@customer.example']) {
    expect((await its.login(username, ada.secret)).status).toBe(401);
  }
});

it('T11: of fifty rotations at once never more than two credentials come out valid', async () => {
  const { its, ada } = await market();
  const settled = await Promise.allSettled(Array.from({ length: 50 }, () => its.rotate('cus_Ada')));
  const rotated = settled.filter(
    (each) => each.status === 'fulfilled' && each.value.kind === 'rotated',
  );
  const valid = (await its.stores.credentials.listCredentials('cus_Ada')).filter((each) =>
    isValid(each, its.now),
  );
  expect(valid.length).toBeLessThanOrEqual(2);
  expect(rotated.length).toBeLessThanOrEqual(1);
  expect((await its.login('cus_Ada', ada.secret)).status).toBe(200);
});

it('T13: a policy that somebody edits in the console is as we wrote it after the next apply', async () => {
  const world = awsDoor();
  await world.admit(ADA, FAR);
  await world.settle();
  world.moveTo(FRIDAY + DAY);
  const live = world.ecr.stored.get(APP) ?? '';
  world.ecr.stored.set(APP, live.replaceAll(ADA, BOB));
  expect(world.allowed()).toEqual([BOB]);
  await world.apply();
  expect(world.allowed()).toEqual([ADA]);
  expect(world.metrics('DriftFound')).toHaveLength(1);
});

describe('T14: an item that an insider edits', () => {
  const forged = (stored: Customer): Customer => ({
    ...stored,
    windows: stored.windows.flatMap((window) => [
      { ...window, endsAt: 4_000_000_000 },
      { ...window, offerId: 'tools', endsAt: 4_000_000_000 },
    ]),
  });

  it('T14: opens what it says only until the next look at Stripe, which leaves an audit entry', async () => {
    const { its, ada, tools } = await market();
    const key = 'CUSTOMER#cus_Ada CUSTOMER';
    const stored = await its.stores.customers.findCustomer('cus_Ada');
    if (stored === undefined) throw new Error('cus_Ada is not stored');
    its.stores.table.set(key, JSON.stringify(forged(stored)));
    const token = await its.tokenOf(ada);
    const paths = routesOf('acme/tools', tools);
    expect(await statusesOf(its, token, paths)).toEqual(OPEN);
    its.report.lines.length = 0;
    await its.sync('cus_Ada', { because: 'due' });
    const after = await its.stores.customers.findCustomer('cus_Ada');
    expect(after?.windows).toMatchObject([{ offerId: 'app', endsAt: PAID_UNTIL }]);
    expect(await statusesOf(its, token, paths)).toEqual(paths.map(() => 401));
    expect(its.report.counted('AccessRevoked')).toBe(1);
    const [, transition] = await its.stores.customers.listAudit('cus_Ada');
    expect(transition).toMatchObject({ sequence: 2, because: 'due' });
  });
});

describe('T15: T19: the audit trail', () => {
  const lived = async () => {
    const { its } = await market();
    const { customers } = its.stores;
    await grantOffer(its.deps)({
      customerId: 'cus_Ada',
      offerId: 'tools',
      actor: 'ada',
      until: NOW + 9 * DAY,
    });
    await its.lapse('cus_Ada', 'app');
    const last = (await customers.findCustomer('cus_Ada'))?.transition;
    return { its, customers, last, trail: await customers.listAudit('cus_Ada') };
  };

  it('T19: has one entry for every transition, with who, why and by what evidence', async () => {
    const { trail, last } = await lived();
    expect(trail).toMatchObject([
      { sequence: 1, because: 'event', evidence: [expect.stringContaining('sub_app')] },
      { sequence: 2, because: 'operator', actor: 'ada' },
      { sequence: 3, because: 'event', evidence: [expect.stringContaining('canceled')] },
    ]);
    expect(trail.at(-1)).toEqual(last);
    const versions = trail.map(({ version }) => version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  });

  it('T15: is numbered without gaps, and what was written once is never written over', async () => {
    const { customers, trail } = await lived();
    expect(trail.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    const [first] = trail;
    if (first === undefined) throw new Error('nothing was written');
    await customers.putAudit('cus_Ada', { ...first, actor: 'mallory', evidence: [] });
    expect(await customers.listAudit('cus_Ada')).toEqual(trail);
  });
});

it('T16: a tag that moves is no secret: each pull’s row says which digest it got', async () => {
  const { its, ada, app } = await market();
  const path = '/v2/acme/app/manifests/1.0.0';
  expect((await its.pull(ada, path)).headers['docker-content-digest']).toBe(app.digest);
  its.now += DAY;
  const moved = await its.push('acme/app', '1.0.0', 'something else');
  expect((await its.pull(ada, path)).headers['docker-content-digest']).toBe(moved.digest);
  const rows = its.report.lines.filter(({ fields }) => fields.reference === '1.0.0');
  expect(rows.map(({ fields }) => fields.digest)).toEqual([app.digest, moved.digest]);
  const [tag] = await its.stores.releases.readReleases([
    { repository: 'acme/app', kind: 'tag', tag: '1.0.0' },
  ]);
  const history = tag?.kind === 'tag' ? tag.history.map(({ digest }) => digest) : [];
  expect(history).toEqual([moved.digest, app.digest]);
});

it('T34: an account that does not exist blocks neither the others nor a revocation', async () => {
  const world = awsDoor();
  for (const account of [ADA, CY]) await world.admit(account, FAR);
  await world.settle();
  world.moveTo(FRIDAY + DAY);
  world.ecr.dead.add(BOB);
  await world.admit(BOB, FAR);
  await world.admit('444444444444', FAR);
  await world.admit(CY, 0);
  await world.settle();
  expect(world.allowed()).toEqual([ADA, '444444444444']);
  expect(world.metrics('AccountQuarantined')).toHaveLength(1);
});

describe('T35: a policy that somebody tries to fill', () => {
  it('T35: takes only whom the vendor vouches for and who has paid', async () => {
    const world = syncWorld();
    const many = accountsOf(50).join(',');
    world.truth = found([subscription({ status: 'incomplete' })], { accountsText: many });
    await world.sync();
    expect(await world.membersOf('acme/app')).toEqual([]);
  });

  it('T35: never grows beyond what ECR takes, and puts nobody out who was in', async () => {
    const world = awsDoor();
    await world.admit(ADA, FAR);
    await world.settle();
    for (const account of accountsOf(700)) await world.admit(account, FAR);
    await world.settle();
    expect(world.ecr.stored.get(APP)?.length).toBeLessThanOrEqual(POLICY_SIZE_MAX);
    expect(world.allowed()).toContain(ADA);
    expect(world.metrics('PolicyOverflow').length).toBeGreaterThan(0);
  });
});

describe('T39: a bad observation of everybody at once', () => {
  const UNAVAILABLE = [
    'unauthorized',
    'missing',
    'wrong_mode',
    'rate_limited',
    'server',
    'timeout',
    'paging',
    'malformed',
  ] as const;
  const IDS = Array.from({ length: 20 }, (_, index) => `cus_${index}`);

  const granted = async () => {
    const world = syncWorld();
    for (const customerId of IDS) await world.sync({ customerId });
    world.now += DAY;
    const open = async () => {
      const all = await Promise.all(IDS.map((id) => world.customer(id)));
      return all.filter(({ windows }) => windows.some((window) => isOpen(window, world.now)))
        .length;
    };
    return { world, open };
  };

  it.each<readonly [string, BillingReading]>([
    ...UNAVAILABLE.map((because) => [`unavailable, ${because}`, unavailable(because)] as const),
    ['an empty list of subscriptions', found([])],
    [
      'a list without the one that pays',
      found([subscription({ subscriptionId: 'sub_2', status: 'canceled' })]),
    ],
  ])('T39: %s revokes nobody', async (_what, truth) => {
    const { world, open } = await granted();
    world.truth = truth;
    for (const customerId of IDS) await world.sync({ customerId, because: 'due' });
    expect(await open()).toBe(IDS.length);
    expect(world.report.counted('AccessRevoked')).toBe(0);
  });

  it('T39: even the evidence itself is believed of three in two days, until somebody says that it is right', async () => {
    const { world, open } = await granted();
    world.truth = found([subscription({ status: 'canceled' })], { accountsText: ONE });
    for (const customerId of IDS) await world.sync({ customerId });
    expect(await open()).toBe(IDS.length - 3);
    expect(world.report.counted('BreakerHeld')).toBe(IDS.length - 3);
  });

  it('T39: the daily comparison with an empty listing asks about everybody and decides about nobody', async () => {
    const world = sweepWorld();
    const sold = catalogWith({ app: offer(['prod_app'], ['acme/app']) });
    world.billing.subscriptions = [
      {
        customerId: 'cus_1',
        accountsText: '',
        subscription: listedSubscription('sub_1', 'prod_app'),
      },
    ];
    const settings = { catalog: sold, catalogHash: 'hash', readsMax: 0 };
    const sweep = sweepSubscriptions(world, settings);
    await sweep();
    world.billing.subscriptions = [];
    world.time.now += DAY;
    await sweep();
    expect(new Set(world.subjects.sent.map(({ because }) => because))).toEqual(
      new Set(['listing']),
    );
    expect(Object.keys(world.stores.calls)).not.toContain('saveCustomer');
  });
});

describe('T43: a policy that we write', () => {
  type Written = {
    readonly Statement: readonly {
      readonly Effect: string;
      readonly Principal: unknown;
      readonly Action: string | readonly string[];
      readonly Condition?: Readonly<Record<string, unknown>>;
    }[];
  };
  const ACTIONS = [
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:GetDownloadUrlForLayer',
  ];

  it('T43: names accounts one by one, allows pulling and has an end, whoever its members are', async () => {
    const account = fc
      .integer({ min: 0, max: 999_999_999_999 })
      .map((n) => String(n).padStart(12, '0'));
    const member = fc.tuple(account, fc.integer({ min: -DAY, max: 400 * DAY }));
    await fc.assert(
      fc.asyncProperty(fc.array(member, { minLength: 1, maxLength: 30 }), async (members) => {
        const world = awsDoor();
        for (const [id, ahead] of members) await world.admit(id, FRIDAY + ahead);
        await world.settle();
        const text = world.ecr.stored.get(APP);
        const known = new Set(members.map(([id]) => `arn:aws:iam::${id}:root`));
        for (const statement of text === undefined ? [] : (JSON.parse(text) as Written).Statement) {
          const { AWS: principals } = statement.Principal as {
            readonly AWS: string | readonly string[];
          };
          expect([principals].flat().filter((one) => !known.has(one))).toEqual([]);
          expect(statement).not.toHaveProperty('NotPrincipal');
          expect([statement.Action].flat().filter((action) => !ACTIONS.includes(action))).toEqual(
            [],
          );
          expect(statement.Effect).toBe('Allow');
          expect(statement.Condition).toHaveProperty('DateLessThan');
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('T47: money that goes back after a pull', () => {
  it.each([
    ['refunded', { onFullRefund: 'revoke' }],
    ['disputed', { onDispute: 'suspend' }],
  ] as const)('T47: %s closes both doors where the catalog says so', async (concern, rules) => {
    const { its, ada, app } = await market(rules);
    const token = await its.tokenOf(ada);
    expect(await statusesOf(its, token, routesOf('acme/app', app))).toEqual(OPEN);
    const concerned = subscription({ subscriptionId: 'sub_app', items: [itemOf('app')], concern });
    its.truths.set('cus_Ada', found([concerned], { accountsText: TWO }));
    await its.sync('cus_Ada');
    const answer = await its.pull(ada, `/v2/acme/app/manifests/${app.digest}`);
    expect([401, 403]).toContain(answer.status);
    expect(errorOf(answer).code).toBe('DENIED');
    const { members } = await its.stores.members.readRepository('acme/app');
    expect(members.filter(({ until }) => until > 0)).toEqual([]);
  });

  it('T47: a first payment that never came opens nothing', async () => {
    const world = syncWorld();
    world.truth = found([subscription({ status: 'incomplete_expired' })], { accountsText: ONE });
    await world.sync();
    expect(await world.membersOf('acme/app')).toEqual([]);
    expect(await world.stores.credentials.listCredentials('cus_Nova')).toEqual([]);
  });
});
