import { Stripe } from 'stripe';
import { afterEach, describe, expect, it } from 'vitest';
import { stripeBilling } from '../../functions/adapters/stripe-billing.ts';
import { API_VERSION } from '../../functions/core/api-version.ts';
import type { Catalog } from '../../functions/core/catalog.ts';
import { EVENT_TYPES } from '../../functions/core/event-types.ts';
import { agreedOn, offer } from '../support/builders.ts';
import { recordingReport } from '../support/recordings.ts';
import { customerObject, itemObject, NOW, subscriptionObject } from '../support/stripe-objects.ts';
import {
  list,
  pageOf,
  type StripeAnswer,
  type StripeCall,
  stripeError,
  stripeServer,
} from '../support/stripe-server.ts';

const CATALOG: Catalog = {
  offers: {
    app: offer('app', { products: ['prod_a'] }),
  },
  onDispute: 'ignore',
  onFullRefund: 'ignore',
  onPauseCollection: 'keep',
  trustSendInvoice: false,
};

const KEY = 'rk_live_canary';
const ok = (body: unknown): StripeAnswer => ({ status: 200, body });

type Routes = Readonly<Record<string, (call: StripeCall) => StripeAnswer>>;

const CUSTOMER = '/v1/customers/cus_1';
const SUBSCRIPTIONS = '/v1/subscriptions';

const ordinary: Routes = {
  [CUSTOMER]: () => ok(customerObject()),
  [SUBSCRIPTIONS]: () => ok(list([subscriptionObject()])),
};

const opened: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

const account = async (
  routes: Routes,
  options: Partial<Parameters<typeof stripeBilling>[0]> = {},
) => {
  const server = await stripeServer(
    (call) => routes[call.path]?.(call) ?? stripeError(404, 'resource_missing'),
  );
  opened.push(server);
  const report = recordingReport();
  const billing = stripeBilling({
    readKey: async () => KEY,
    livemode: true,
    apiBase: server.apiBase,
    catalogs: agreedOn(CATALOG),
    clock: () => NOW,
    report,
    ...options,
  });
  return { billing, report, calls: server.calls };
};

const unavailable = (because: string) => ({ kind: 'unavailable', because });
const subscriptionsNamed = (count: number) =>
  Array.from({ length: count }, (_none, index) => subscriptionObject({ id: `sub_${index}` }));
/** As the list shows it, whose customer is expanded. */
const listedObject = (fields: object = {}) =>
  subscriptionObject({ customer: customerObject(), ...fields });
const itemsNamed = (count: number) =>
  Array.from({ length: count }, (_none, index) => itemObject({ id: `si_${index}` }));

it('the API version is the one the SDK was made for', () => {
  expect(Stripe.API_VERSION).toBe(API_VERSION);
});

describe('reading a customer', () => {
  it('takes two calls for up to 100 subscriptions, under our version and key', async () => {
    const { billing, calls } = await account({
      ...ordinary,
      [SUBSCRIPTIONS]: ({ query }) => ok(pageOf(subscriptionsNamed(100), query)),
    });
    const reading = await billing.readCustomer('cus_1');
    expect(reading).toMatchObject({ kind: 'found', email: 'canary@customer.example' });
    expect(reading.kind === 'found' && reading.subscriptions).toHaveLength(100);
    expect(calls.map(({ path }) => path).sort()).toEqual([CUSTOMER, SUBSCRIPTIONS]);
    expect(calls.every(({ headers }) => headers['stripe-version'] === API_VERSION)).toBe(true);
    expect(calls.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true);
    const asked = calls.find(({ path }) => path === SUBSCRIPTIONS)?.query;
    expect(Object.fromEntries(asked ?? [])).toEqual({
      customer: 'cus_1',
      status: 'all',
      limit: '100',
      'expand[0]': 'data.latest_invoice',
    });
  });

  it('takes one more for the 101st', async () => {
    const { billing, calls } = await account({
      ...ordinary,
      [SUBSCRIPTIONS]: ({ query }) => ok(pageOf(subscriptionsNamed(101), query)),
    });
    const reading = await billing.readCustomer('cus_1');
    expect(reading.kind === 'found' && reading.subscriptions.at(-1)?.subscriptionId).toBe(
      'sub_100',
    );
    expect(reading.kind === 'found' && reading.subscriptions).toHaveLength(101);
    expect(calls).toHaveLength(3);
  });

  it.each([
    [25, 3],
    [101, 4],
  ])(
    'reads all %i items of a subscription that shows the first 20, in %i calls',
    async (count, total) => {
      const items = itemsNamed(count);
      const { billing, calls } = await account({
        ...ordinary,
        [SUBSCRIPTIONS]: () =>
          ok(list([subscriptionObject({ items: list(items.slice(0, 20), true) })])),
        '/v1/subscription_items': ({ query }) => ok(pageOf(items, query)),
      });
      const reading = await billing.readCustomer('cus_1');
      expect(reading.kind === 'found' && reading.subscriptions[0]?.items).toHaveLength(count);
      expect(calls).toHaveLength(total);
      expect(calls.at(-1)?.query.get('subscription')).toBe('sub_1');
    },
  );

  it('a deleted one is deleted, whatever became of the subscriptions', async () => {
    const { billing } = await account({
      [CUSTOMER]: () => ok({ id: 'cus_1', object: 'customer', deleted: true }),
    });
    expect(await billing.readCustomer('cus_1')).toEqual({ kind: 'deleted' });
  });

  it('one without subscriptions has none, which is for others to judge', async () => {
    const { billing, calls } = await account({ ...ordinary, [SUBSCRIPTIONS]: () => ok(list([])) });
    expect(await billing.readCustomer('cus_1')).toMatchObject({ kind: 'found', subscriptions: [] });
    expect(calls).toHaveLength(2);
  });
});

describe('a list that cannot be trusted is not a shorter list', () => {
  const again = (call: StripeCall, first: string, then: readonly string[]): StripeAnswer => {
    const ids = call.query.has('starting_after') ? then : [first];
    return ok(
      list(
        ids.map((id) => subscriptionObject({ id })),
        true,
      ),
    );
  };

  it.each<[string, (call: StripeCall) => StripeAnswer]>([
    ['an empty page that says there is more', () => ok(list([], true))],
    ['a page that repeats itself', (call) => again(call, 'sub_1', ['sub_1'])],
    ['a page that leads back', (call) => again(call, 'sub_1', ['sub_2', 'sub_1'])],
    ['one item twice', () => ok(list([subscriptionObject(), subscriptionObject()]))],
    ['a second page that is empty', (call) => again(call, 'sub_1', [])],
    [
      'a list without end',
      ({ query }) =>
        ok(list([subscriptionObject({ id: `${query.get('starting_after')}x` })], true)),
    ],
  ])('%s', async (_what, answer) => {
    const { billing, calls } = await account({ ...ordinary, [SUBSCRIPTIONS]: answer });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable('paging'));
    expect(calls.length).toBeLessThanOrEqual(21);
  });

  it('a circle is noticed when it closes', async () => {
    const NEXT: Readonly<Record<string, string>> = {
      sub_1: 'sub_2',
      sub_2: 'sub_3',
      sub_3: 'sub_1',
    };
    const { billing, calls } = await account({
      ...ordinary,
      [SUBSCRIPTIONS]: ({ query }) =>
        ok(list([subscriptionObject({ id: NEXT[query.get('starting_after') ?? 'sub_3'] })], true)),
    });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable('paging'));
    expect(calls.filter(({ path }) => path === SUBSCRIPTIONS)).toHaveLength(4);
  });

  it('nor is one that breaks off in the middle', async () => {
    const { billing } = await account({
      ...ordinary,
      [SUBSCRIPTIONS]: ({ query }) =>
        query.has('starting_after') ? stripeError(500) : ok(list([subscriptionObject()], true)),
    });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable('server'));
  });

  it.each([
    ['data', { object: 'list', has_more: false }],
    ['has_more', { object: 'list', data: [] }],
    ['ids', list([subscriptionObject({ id: undefined })])],
    ['anything', {}],
  ])('nor is one without %s', async (_what, body) => {
    const { billing } = await account({ ...ordinary, [SUBSCRIPTIONS]: () => ok(body) });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable('malformed'));
  });
});

describe('an answer that tells us nothing about who has paid', () => {
  it.each([
    [401, undefined, 'unauthorized', 1],
    [403, undefined, 'unauthorized', 1],
    [404, 'resource_missing', 'missing', 1],
    [404, undefined, 'missing', 1],
    [400, 'resource_missing', 'missing', 1],
    [400, 'parameter_unknown', 'malformed', 1],
    [429, 'rate_limit', 'rate_limited', 1],
    [429, 'lock_timeout', 'rate_limited', 1],
    [409, undefined, 'rate_limited', 3],
    [500, undefined, 'server', 3],
    [503, undefined, 'server', 3],
  ])('%i %s is %s, after %i attempts', async (status, code, because, attempts) => {
    const { billing, calls } = await account({
      ...ordinary,
      [CUSTOMER]: () => stripeError(status, code),
    });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable(because));
    expect(calls.filter(({ path }) => path === CUSTOMER)).toHaveLength(attempts);
  });

  it('a rate limit that Stripe says to try again is tried again', async () => {
    let refusals = 1;
    const { billing } = await account({
      ...ordinary,
      [CUSTOMER]: () => {
        refusals -= 1;
        const headers = { 'stripe-should-retry': 'true' };
        return refusals < 0
          ? ok(customerObject())
          : { status: 429, body: { error: { code: 'rate_limit' } }, headers };
      },
    });
    expect(await billing.readCustomer('cus_1')).toMatchObject({ kind: 'found' });
  });

  it.each<[string, StripeAnswer, string]>([
    ['a page of HTML', { status: 200, body: '<html>' }, 'server'],
    ['nothing', { status: 200, body: '' }, 'server'],
    ['null', { status: 200, body: 'null' }, 'malformed'],
    ['a list', ok([]), 'malformed'],
    ['a 403 without an error', { status: 403, body: customerObject() }, 'unauthorized'],
    ['another customer', ok(customerObject({ id: 'cus_2' })), 'malformed'],
    ['a customer of the other mode', ok(customerObject({ livemode: false })), 'wrong_mode'],
    ['a customer without a mode', ok(customerObject({ livemode: undefined })), 'malformed'],
    ['a customer without metadata', ok(customerObject({ metadata: undefined })), 'malformed'],
  ])('%s for a customer', async (_what, answer, because) => {
    const { billing } = await account({ ...ordinary, [CUSTOMER]: () => answer });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable(because));
  });

  it.each([
    ['of the other mode', { livemode: false }, 'wrong_mode'],
    ['without a mode', { livemode: undefined }, 'malformed'],
    ['without a status', { status: undefined }, 'malformed'],
    ['without items', { items: undefined }, 'malformed'],
    ['with a list of items that is none', { items: { data: {} } }, 'malformed'],
    ['with items that may go on', { items: { data: [] } }, 'malformed'],
    ['with an item without a product', { items: list([{ id: 'si_1', price: {} }]) }, 'malformed'],
    ['of another customer', { customer: 'cus_2' }, 'malformed'],
  ])('a subscription %s', async (_what, fields, because) => {
    const { billing } = await account({
      ...ordinary,
      [SUBSCRIPTIONS]: () => ok(list([subscriptionObject(fields)])),
    });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable(because));
  });

  it.each<[string, StripeAnswer]>([
    ['never answers', () => undefined],
    ['closes the connection', (response) => response.destroy()],
    [
      'stops in the middle',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"id":');
      },
    ],
    [
      'sends a byte now and then',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('a Stripe that %s is given up', async (_what, answer) => {
    const { billing } = await account(
      { ...ordinary, [CUSTOMER]: () => answer },
      { timeoutMs: 100 },
    );
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable('timeout'));
  });

  it('a redirect is not followed: the key goes to Stripe’s host and to no other', async () => {
    const { billing, calls } = await account({
      ...ordinary,
      [CUSTOMER]: () => ({ status: 307, body: '', headers: { location: '/elsewhere' } }),
      '/elsewhere': () => ok(customerObject()),
    });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable('timeout'));
    expect(calls.some(({ path }) => path === '/elsewhere')).toBe(false);
  });

  it('a Stripe that is not there is a timeout', async () => {
    const { billing } = await account(ordinary, { apiBase: 'http://127.0.0.1:1' });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable('timeout'));
  });
});

describe('the key', () => {
  it.each([
    ['of the other mode', 'rk_test_canary'],
    ['a publishable one', 'pk_live_canary'],
    ['empty', ''],
    ['two lines', 'rk_live_canary\nrk_live_canary'],
    ['a JSON text', '{"key":"rk_live_canary"}'],
  ])('%s: nothing is asked', async (_what, key) => {
    const { billing, calls, report } = await account(ordinary, { readKey: async () => key });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable('unauthorized'));
    expect(calls).toHaveLength(0);
    expect(report.counted('StripeUnauthorized')).toBe(1);
    expect(JSON.stringify(report.lines)).not.toContain('canary');
  });

  it('that cannot be read is no reason to throw', async () => {
    const readKey = async () => {
      throw new Error('Secrets Manager is down');
    };
    const { billing, report } = await account(ordinary, { readKey });
    expect(await billing.readCustomer('cus_1')).toEqual(unavailable('unauthorized'));
    expect(report.lines[0]?.fields).toMatchObject({ detail: 'the key could not be read' });
  });

  it('of a test stage reads test objects', async () => {
    const { billing } = await account(
      {
        [CUSTOMER]: () => ok(customerObject({ livemode: false })),
        [SUBSCRIPTIONS]: () => ok(list([])),
      },
      { livemode: false, readKey: async () => 'sk_test_canary\n' },
    );
    expect(await billing.readCustomer('cus_1')).toMatchObject({ kind: 'found' });
  });

  it('that was rotated is used without a new deployment', async () => {
    const keys = ['rk_live_old', 'rk_live_old', 'rk_live_new'];
    const { billing, calls } = await account(ordinary, { readKey: async () => keys.shift() ?? '' });
    for (let reads = 0; reads < 3; reads += 1) await billing.readCustomer('cus_1');
    expect(new Set(calls.slice(0, 4).map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer rk_live_old']),
    );
    expect(calls.at(-1)?.headers.authorization).toBe('Bearer rk_live_new');
  });
});

describe('what is logged of a failure', () => {
  it('is the operation, the reason, the code and the request: no message, no key, no e-mail', async () => {
    const { billing, report } = await account({
      ...ordinary,
      [CUSTOMER]: () => stripeError(401, 'api_key_expired'),
    });
    await billing.readCustomer('cus_1');
    expect(report.lines).toMatchObject([
      {
        metric: 'StripeUnauthorized',
        fields: {
          operation: 'readCustomer',
          id: 'cus_1',
          because: 'unauthorized',
          code: 'api_key_expired',
          requestId: 'req_1',
          status: 401,
        },
      },
    ]);
    expect(JSON.stringify(report.lines)).not.toContain('canary');
  });

  it('is a line without a metric of its own when Stripe is merely down', async () => {
    const { billing, report } = await account({ ...ordinary, [CUSTOMER]: () => stripeError(404) });
    await billing.readCustomer('cus_1');
    expect(report.lines).toMatchObject([
      { message: 'Stripe told us nothing', fields: { because: 'missing' } },
    ]);
    expect(report.counted('StripeUnauthorized')).toBe(0);
  });

  it('an error of our own is not taken for Stripe’s', async () => {
    const clock = () => {
      throw new RangeError('a bug');
    };
    const catalog: Catalog = { ...CATALOG, onDispute: 'suspend' };
    const { billing } = await account(ordinary, {
      clock,
      catalogs: agreedOn(catalog),
    });
    await expect(billing.readCustomer('cus_1')).rejects.toThrow('a bug');
  });
});

describe('resolving a subject', () => {
  it('a customer is itself, without a call', async () => {
    const { billing, calls } = await account({});
    expect(await billing.resolveSubject({ kind: 'customer', id: 'cus_1' })).toEqual({
      kind: 'customer',
      id: 'cus_1',
    });
    expect(calls).toHaveLength(0);
  });

  it.each([
    ['charge', '/v1/charges/x_1', 'cus_1', { kind: 'customer', id: 'cus_1' }],
    ['charge', '/v1/charges/x_1', null, { kind: 'none' }],
    ['subscription', '/v1/subscriptions/x_1', { id: 'cus_1' }, { kind: 'customer', id: 'cus_1' }],
  ] as const)('a %s at %s of %j', async (kind, path, customer, resolved) => {
    const { billing, calls } = await account({
      [path]: () => ok({ id: 'x_1', object: kind, livemode: true, customer }),
    });
    expect(await billing.resolveSubject({ kind, id: 'x_1' })).toEqual(resolved);
    expect(calls).toHaveLength(1);
  });

  it('one that Stripe does not know is missing; one of the other mode is not resolved', async () => {
    const { billing } = await account({
      '/v1/charges/ch_1': () => ok({ id: 'ch_1', livemode: false, customer: 'cus_1' }),
    });
    expect(await billing.resolveSubject({ kind: 'charge', id: 'ch_2' })).toEqual(
      unavailable('missing'),
    );
    expect(await billing.resolveSubject({ kind: 'charge', id: 'ch_1' })).toEqual(
      unavailable('wrong_mode'),
    );
  });
});

describe('the event list', () => {
  const EVENTS = '/v1/events';
  const eventObject = (id: string, fields: object = {}) => ({
    id,
    object: 'event',
    type: 'customer.updated',
    created: NOW,
    livemode: true,
    data: { object: { object: 'customer', id: 'cus_1' } },
    ...fields,
  });

  it('asks for our types since a time, page by page', async () => {
    const events = Array.from({ length: 150 }, (_none, index) => eventObject(`evt_${index}`));
    const { billing, calls } = await account({
      [EVENTS]: ({ query }) => ok(pageOf(events, query)),
    });
    const first = await billing.listEvents(NOW - 3_600);
    expect(first).toMatchObject({ kind: 'page', next: 'evt_99' });
    const second = await billing.listEvents(NOW - 3_600, 'evt_99');
    expect(second.kind === 'page' && second.events).toHaveLength(50);
    expect(second).not.toHaveProperty('next');
    expect(calls).toHaveLength(2);
    const asked = calls[1]?.query ?? new URLSearchParams();
    const types = [...asked].filter(([name]) => name.startsWith('types')).map(([, type]) => type);
    expect(types).toEqual([...EVENT_TYPES]);
    expect(asked.get('created[gte]')).toBe(String(NOW - 3_600));
    expect(asked.get('starting_after')).toBe('evt_99');
  });

  it('says whom each event names, if anybody', async () => {
    const nobody = eventObject('evt_2', { data: { object: { object: 'product', id: 'prod_a' } } });
    const { billing } = await account({ [EVENTS]: () => ok(list([eventObject('evt_1'), nobody])) });
    expect(await billing.listEvents(NOW)).toEqual({
      kind: 'page',
      events: [
        { eventId: 'evt_1', createdAt: NOW, subject: { kind: 'customer', id: 'cus_1' } },
        { eventId: 'evt_2', createdAt: NOW, subject: undefined },
      ],
    });
  });

  it.each<[string, StripeAnswer, string]>([
    ['of the other mode', ok(list([eventObject('evt_1', { livemode: false })])), 'wrong_mode'],
    ['without a time', ok(list([eventObject('evt_1', { created: undefined })])), 'malformed'],
    ['in milliseconds', ok(list([eventObject('evt_1', { created: NOW * 1_000 })])), 'malformed'],
    ['empty with more', ok(list([], true)), 'paging'],
    ['with the event it starts after', ok(list([eventObject('evt_0')])), 'paging'],
    ['refused', stripeError(403), 'unauthorized'],
  ])('one %s is unavailable', async (_what, answer, because) => {
    const { billing } = await account({ [EVENTS]: () => answer });
    expect(await billing.listEvents(NOW, 'evt_0')).toEqual(unavailable(because));
  });
});

describe('the list of everybody’s live subscriptions', () => {
  it('takes one call a page and leaves the choice of live ones to Stripe', async () => {
    const { billing, calls } = await account({
      [SUBSCRIPTIONS]: ({ query }) =>
        ok(
          pageOf(
            subscriptionsNamed(150).map(({ id }) => listedObject({ id })),
            query,
          ),
        ),
    });
    const first = await billing.listSubscriptions();
    expect(first).toMatchObject({ kind: 'page', next: 'sub_99' });
    const second = await billing.listSubscriptions('sub_99');
    expect(second.kind === 'page' && second.subscriptions[0]).toMatchObject({
      customerId: 'cus_1',
      subscription: { subscriptionId: 'sub_100', status: 'active' },
    });
    expect(second).not.toHaveProperty('next');
    expect(calls).toHaveLength(2);
    expect(calls.map(({ query }) => Object.fromEntries(query))).toEqual([
      { limit: '100', 'expand[0]': 'data.latest_invoice', 'expand[1]': 'data.customer' },
      {
        limit: '100',
        starting_after: 'sub_99',
        'expand[0]': 'data.latest_invoice',
        'expand[1]': 'data.customer',
      },
    ]);
  });

  it('shows the accounts of each customer', async () => {
    const metadata = { aws_account_ids: '111122223333, 12345' };
    const { billing } = await account({
      [SUBSCRIPTIONS]: () =>
        ok(
          list([
            listedObject({ customer: customerObject({ metadata }) }),
            listedObject({ id: 'sub_2', customer: customerObject({ id: 'cus_2' }) }),
          ]),
        ),
    });
    expect(await billing.listSubscriptions()).toMatchObject({
      subscriptions: [
        { customerId: 'cus_1', accountsText: '111122223333, 12345' },
        { customerId: 'cus_2', accountsText: '' },
      ],
    });
  });

  it.each([
    ['is not expanded', 'cus_2'],
    ['is deleted', { id: 'cus_2', object: 'customer', deleted: true }],
    ['has no metadata', customerObject({ id: 'cus_2', metadata: undefined })],
    ['has no id', customerObject({ id: undefined })],
  ])(
    'leaves out one whose customer %s: that is no customer without accounts',
    async (_what, customer) => {
      const { billing, report } = await account({
        [SUBSCRIPTIONS]: () => ok(list([listedObject(), listedObject({ id: 'sub_2', customer })])),
      });
      const page = await billing.listSubscriptions();
      expect(
        page.kind === 'page' && page.subscriptions.map(({ customerId }) => customerId),
      ).toEqual(['cus_1']);
      expect(report.lines.map(({ fields }) => fields.subscriptionId)).toEqual(['sub_2']);
    },
  );

  it('shows every item', async () => {
    const items = itemsNamed(25);
    const { billing } = await account({
      [SUBSCRIPTIONS]: () => ok(list([listedObject({ items: list(items.slice(0, 20), true) })])),
      '/v1/subscription_items': ({ query }) => ok(pageOf(items, query)),
    });
    const page = await billing.listSubscriptions();
    expect(page.kind === 'page' && page.subscriptions[0]?.subscription.items).toHaveLength(25);
  });

  it('leaves out one that cannot be read, so that it holds up nobody else', async () => {
    const broken = listedObject({
      id: 'sub_2',
      customer: customerObject({ id: 'cus_2' }),
      status: undefined,
    });
    const ownerless = listedObject({ id: 'sub_3', customer: null });
    const { billing, report } = await account({
      [SUBSCRIPTIONS]: () => ok(list([listedObject(), broken, ownerless])),
    });
    const page = await billing.listSubscriptions();
    expect(page.kind === 'page' && page.subscriptions.map(({ customerId }) => customerId)).toEqual([
      'cus_1',
    ]);
    expect(report.lines.map(({ fields }) => fields.subscriptionId)).toEqual(['sub_2', 'sub_3']);
  });

  it('is unavailable when not one can be read', async () => {
    const { billing } = await account({
      [SUBSCRIPTIONS]: () => ok(list([listedObject({ status: undefined })])),
    });
    expect(await billing.listSubscriptions()).toEqual(unavailable('malformed'));
  });

  it('of an account without any is an empty page', async () => {
    const { billing } = await account({ [SUBSCRIPTIONS]: () => ok(list([])) });
    expect(await billing.listSubscriptions()).toEqual({ kind: 'page', subscriptions: [] });
  });

  it.each([
    ['a subscription', { livemode: false }],
    ['a customer', { customer: customerObject({ livemode: false }) }],
  ])('is unavailable when %s is of the other mode', async (_what, fields) => {
    const { billing } = await account({
      [SUBSCRIPTIONS]: () => ok(list([listedObject(), listedObject({ id: 'sub_2', ...fields })])),
    });
    expect(await billing.listSubscriptions()).toEqual(unavailable('wrong_mode'));
  });
});
