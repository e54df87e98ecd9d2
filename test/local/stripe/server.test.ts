import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { API_VERSION, DAY, HOUR, KEY, START, type StandIn, standIn, subscriber } from './setup.ts';

describe('reading', () => {
  it('shows a customer with its metadata', async () => {
    const { sdk, world } = await standIn();
    const id = world.createCustomer({
      email: 'ada@example.com',
      metadata: { aws_account_ids: '111122223333' },
    });
    const customer = await sdk.customers.retrieve(id);
    expect(customer).toMatchObject({
      id,
      livemode: false,
      email: 'ada@example.com',
      metadata: { aws_account_ids: '111122223333' },
    });
  });

  it('leaves little of a deleted customer, and cancels at once', async () => {
    const stand = await standIn();
    const { customer, subscription } = subscriber(stand);
    stand.world.deleteCustomer(customer);
    expect(await stand.sdk.customers.retrieve(customer)).toEqual({
      id: customer,
      object: 'customer',
      deleted: true,
    });
    const { data } = await stand.sdk.subscriptions.list({ status: 'canceled' });
    expect(data.map(({ id }) => id)).toEqual([subscription]);
  });

  it('lists 101 subscriptions of one customer in two pages, newest first', async () => {
    const stand = await standIn();
    const { customer, product } = subscriber(stand);
    for (let count = 1; count < 101; count += 1) {
      stand.world.subscribe({ customer, products: [product] });
    }
    const first = await stand.sdk.subscriptions.list({ customer, limit: 100, status: 'all' });
    expect([first.data.length, first.has_more]).toEqual([100, true]);
    const all = await stand.sdk.subscriptions
      .list({ customer, limit: 100, status: 'all' })
      .autoPagingToArray({ limit: 1_000 });
    expect(all.map(({ id }) => id)).toEqual([...stand.world.subscriptionIds(customer)].reverse());
    expect(stand.calls()['GET /v1/subscriptions']).toBe(3);
  });

  it('goes on after a subscription that no longer matches the filter', async () => {
    const stand = await standIn();
    const { customer, product, subscription } = subscriber(stand);
    const second = stand.world.subscribe({ customer, products: [product] });
    stand.world.cancelNow(second);
    const page = await stand.sdk.subscriptions.list({ starting_after: second });
    expect(page.data.map(({ id }) => id)).toEqual([subscription]);
  });

  it('embeds ten of 25 items and pages the rest', async () => {
    const stand = await standIn();
    const products = Array.from({ length: 25 }, (_, index) =>
      stand.world.createProduct({ name: `App ${index}` }),
    );
    const { subscription } = subscriber(stand, { products });
    const { items } = await stand.sdk.subscriptions.retrieve(subscription);
    expect([items.data.length, items.has_more]).toEqual([10, true]);
    const paged = await stand.sdk.subscriptionItems
      .list({ subscription, limit: 20 })
      .autoPagingToArray({ limit: 100 });
    expect(paged.map(({ price }) => price.product)).toEqual(products);
    expect(paged.slice(0, 10).map(({ id }) => id)).toEqual(items.data.map(({ id }) => id));
  });

  it('expands the latest invoice in a list', async () => {
    const stand = await standIn();
    const { customer } = subscriber(stand);
    const { data } = await stand.sdk.subscriptions.list({
      customer,
      expand: ['data.latest_invoice'],
    });
    expect(data[0]?.latest_invoice).toMatchObject({ status: 'paid', total: 2_000, created: START });
    const plain = await stand.sdk.subscriptions.list({ customer });
    expect(plain.data[0]?.latest_invoice).toMatch(/^in_/);
  });

  it('expands the customer in a list, of a deleted one what is left', async () => {
    const stand = await standIn();
    const { customer } = subscriber(stand);
    const listed = async () => {
      const { data } = await stand.sdk.subscriptions.list({
        status: 'all',
        expand: ['data.latest_invoice', 'data.customer'],
      });
      return data[0]?.customer;
    };
    expect(await listed()).toMatchObject({ id: customer, livemode: false, metadata: {} });
    stand.world.deleteCustomer(customer);
    expect(await listed()).toEqual({ id: customer, object: 'customer', deleted: true });
  });

  it('expands what a decision may follow, and lists that are absent otherwise', async () => {
    const stand = await standIn();
    const { customer, subscription } = subscriber(stand);
    const { latest_invoice } = await stand.sdk.subscriptions.retrieve(subscription, {
      expand: ['latest_invoice.payments', 'customer'],
    });
    const invoice = latest_invoice as Stripe.Invoice;
    expect(invoice.payments?.data).toMatchObject([{ status: 'paid', invoice: invoice.id }]);
    const plain = await stand.sdk.customers.retrieve(customer);
    const whole = await stand.sdk.customers.retrieve(customer, { expand: ['subscriptions'] });
    expect(plain).not.toHaveProperty('subscriptions');
    expect(whole).toMatchObject({ subscriptions: { data: [{ id: subscription }] } });
  });

  it('finds the subscription behind a charge through its invoice payment', async () => {
    const stand = await standIn();
    const { customer, subscription } = subscriber(stand);
    const [charge] = (await stand.sdk.charges.list({ customer, created: { gte: START } })).data;
    const payments = await stand.sdk.invoicePayments.list({
      payment: { type: 'payment_intent', payment_intent: String(charge?.payment_intent) },
      expand: ['data.invoice'],
    });
    expect(payments.data.map(({ invoice }) => invoice)).toMatchObject([
      { parent: { subscription_details: { subscription } } },
    ]);
  });

  it.each([
    [undefined, ['active', 'incomplete']],
    ['all', ['active', 'incomplete', 'canceled']],
    ['canceled', ['canceled']],
    ['ended', ['canceled']],
    ['active', ['active']],
  ] as const)('lists subscriptions of status %s', async (status, statuses) => {
    const stand = await standIn();
    const { product, subscription } = subscriber(stand);
    stand.world.cancelNow(subscription);
    for (const payment of ['fails', 'ok'] as const) {
      const customer = stand.world.createCustomer();
      stand.world.subscribe({ customer, products: [product], payment });
    }
    const { data } = await stand.sdk.subscriptions.list(status === undefined ? {} : { status });
    expect(data.map((one) => one.status)).toEqual(statuses);
  });

  it('lists products by id', async () => {
    const stand = await standIn();
    const [first = '', second = ''] = ['App', 'Pro'].map((name) =>
      stand.world.createProduct({ name }),
    );
    const ids = async (params: Stripe.ProductListParams) =>
      (await stand.sdk.products.list(params)).data.map(({ id }) => id);
    expect(await ids({})).toEqual([second, first]);
    expect(await ids({ ids: [first] })).toEqual([first]);
    stand.world.archiveProduct(first);
    expect(await ids({ active: true })).toEqual([second]);
  });

  it('answers as of an earlier snapshot when a stale read was asked for', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    const before = stand.snapshot();
    stand.world.cancelNow(subscription);
    stand.faults.next(1, { kind: 'staleRead', state: before });
    const statuses = [];
    for (let count = 0; count < 2; count += 1) {
      statuses.push((await stand.sdk.subscriptions.retrieve(subscription)).status);
    }
    expect(statuses).toEqual(['active', 'canceled']);
  });

  it('goes on from a snapshot, agenda included', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, { trialDays: 7 });
    const again = await standIn({ state: JSON.parse(JSON.stringify(stand.snapshot())) });
    again.move(7 * DAY + HOUR);
    expect(again.world.find(subscription)?.status).toBe('active');
    expect(stand.world.find(subscription)?.status).toBe('trialing');
  });
});

const errorOf = async (promise: Promise<unknown>): Promise<Stripe.errors.StripeError> =>
  promise.then(
    () => expect.fail('it was answered'),
    (error: Stripe.errors.StripeError) => error,
  );

describe('refusing', () => {
  it.each([
    ['an unknown customer', (s: StandIn) => s.sdk.customers.retrieve('cus_none'), 404],
    ['an unknown subscription', (s: StandIn) => s.sdk.subscriptions.retrieve('sub_none'), 404],
    [
      'a subscription asked for as a customer',
      (s: StandIn) => s.sdk.customers.retrieve(subscriber(s).subscription),
      404,
    ],
    ['a filter on nobody', (s: StandIn) => s.sdk.subscriptions.list({ customer: 'cus_none' }), 400],
    ['a page of 101', (s: StandIn) => s.sdk.subscriptions.list({ limit: 101 }), 400],
    ['a page of none', (s: StandIn) => s.sdk.subscriptions.list({ limit: 0 }), 400],
    ['a status of its own', (s: StandIn) => s.sdk.subscriptions.list({ status: 'frozen' }), 400],
    ['a lost cursor', (s: StandIn) => s.sdk.events.list({ starting_after: 'evt_none' }), 400],
    [
      'milliseconds for seconds',
      (s: StandIn) => s.sdk.events.list({ created: { gte: START * 1000 } }),
      400,
    ],
    [
      'a field that cannot be expanded',
      (s: StandIn) => s.sdk.customers.retrieve(subscriber(s).customer, { expand: ['email'] }),
      400,
    ],
    [
      'expanding five levels',
      (s: StandIn) => s.sdk.subscriptions.list({ expand: ['data.items.data.price.product'] }),
      400,
    ],
    [
      'an unknown parameter',
      (s: StandIn) => s.sdk.rawRequest('GET', '/v1/subscriptions?costumer=cus_1'),
      400,
    ],
    [
      'invoice payments by charge',
      (s: StandIn) => s.sdk.invoicePayments.list({ payment: { type: 'charge' } }),
      400,
    ],
    ['an unknown address', (s: StandIn) => s.sdk.rawRequest('GET', '/v1/nothing'), 404],
  ] as const)('%s is an invalid request', async (_, ask, statusCode) => {
    const error = await errorOf(ask(await standIn()));
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(error.statusCode).toBe(statusCode);
    expect(error.requestId).toMatch(/^req_/);
  });

  it('names what is missing', async () => {
    const { sdk } = await standIn();
    const error = await errorOf(sdk.customers.retrieve('cus_none'));
    expect([error.code, error.param, error.message]).toEqual([
      'resource_missing',
      'id',
      "No such customer: 'cus_none'",
    ]);
  });

  it('takes 20 event types and refuses 21', async () => {
    const { sdk } = await standIn();
    const types = Array.from({ length: 21 }, (_, index) => `type_${index}`);
    await expect(sdk.events.list({ types: types.slice(1) })).resolves.toMatchObject({ data: [] });
    expect((await errorOf(sdk.events.list({ types }))).message).toContain(
      'at most 20 types, got 21',
    );
  });

  it('wants its own key, and never shows another whole', async () => {
    const { sdk } = await standIn({}, { key: 'rk_live_1111222233334444' });
    const error = await errorOf(sdk.customers.retrieve('cus_none'));
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(error.message).toBe('Invalid API Key provided: rk_live_***4444');
  });

  it('refuses a revoked key until it is restored', async () => {
    const { sdk, faults } = await standIn();
    faults.revokeKey();
    expect(await errorOf(sdk.accounts.retrieveCurrent())).toBeInstanceOf(
      Stripe.errors.StripeAuthenticationError,
    );
    faults.restoreKey();
    await expect(sdk.accounts.retrieveCurrent()).resolves.toMatchObject({ object: 'account' });
  });

  it('refuses what the restricted key may not read, and every write', async () => {
    const { sdk, faults } = await standIn();
    faults.forbid('subscriptions');
    expect(await errorOf(sdk.subscriptions.list())).toBeInstanceOf(
      Stripe.errors.StripePermissionError,
    );
    await expect(sdk.events.list()).resolves.toMatchObject({ data: [] });
    expect(await errorOf(sdk.customers.create())).toBeInstanceOf(
      Stripe.errors.StripePermissionError,
    );
  });

  it('refuses a version of the API that it does not speak', async () => {
    const { url } = await standIn();
    const ask = (version: string) =>
      fetch(`${url}/v1/account`, {
        headers: { authorization: `Bearer ${KEY}`, 'stripe-version': version },
      });
    expect((await ask('2024-06-20')).status).toBe(400);
    expect((await ask(API_VERSION)).status).toBe(200);
  });

  it('allows 25 requests a second to one endpoint when the limit is on', async () => {
    const { sdk, faults, clock } = await standIn();
    faults.limitRate(25);
    for (let count = 0; count < 25; count += 1) await sdk.events.list();
    const error = await errorOf(sdk.events.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
    expect(error.headers?.['stripe-rate-limited-reason']).toBe('endpoint-rate');
    await expect(sdk.subscriptions.list()).resolves.toMatchObject({ data: [] });
    clock.now += 1;
    await expect(sdk.events.list()).resolves.toMatchObject({ data: [] });
  });
});

describe('faults', () => {
  it('answers the next two requests of one route with 500, and counts them all', async () => {
    const { sdk, faults, calls, resetCalls } = await standIn();
    faults.next(2, { kind: 'status', status: 500 }, 'GET /v1/events');
    await expect(sdk.subscriptions.list()).resolves.toMatchObject({ data: [] });
    expect(await errorOf(sdk.events.list())).toBeInstanceOf(Stripe.errors.StripeAPIError);
    expect((await errorOf(sdk.events.list())).statusCode).toBe(500);
    await expect(sdk.events.list()).resolves.toMatchObject({ data: [] });
    expect(calls()).toEqual({ 'GET /v1/subscriptions': 1, 'GET /v1/events': 3 });
    resetCalls();
    expect(calls()).toEqual({});
  });

  it('fails until a given time', async () => {
    const { sdk, faults, clock } = await standIn();
    faults.until(START + HOUR, { kind: 'rate_limited', reason: 'global-rate' });
    expect(await errorOf(sdk.events.list())).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
    clock.now = START + HOUR;
    await expect(sdk.events.list()).resolves.toMatchObject({ data: [] });
  });

  it('can stay silent, or hang up', async () => {
    const { sdk, faults } = await standIn({}, { timeout: 50 });
    faults.next(1, { kind: 'timeout' });
    const silent = await errorOf(sdk.events.list());
    expect(silent).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect(silent.message).toContain('timeout');
    // The SDK tries a closed connection once more by itself.
    faults.next(2, { kind: 'reset' });
    expect(await errorOf(sdk.events.list())).toBeInstanceOf(Stripe.errors.StripeConnectionError);
  });

  it('can answer with something that is not JSON', async () => {
    const { sdk, faults } = await standIn();
    faults.next(1, { kind: 'body', text: '<html>' });
    expect((await errorOf(sdk.events.list())).message).toContain('Invalid JSON');
  });

  it('can show an empty page, and pages that never end', async () => {
    const stand = await standIn();
    const { product, subscription } = subscriber(stand);
    const customer = stand.world.createCustomer();
    stand.world.subscribe({ customer, products: [product] });
    const ask = (starting_after: string) =>
      stand.sdk.subscriptions.list({ limit: 1, starting_after });
    stand.faults.next(1, { kind: 'emptyPage' });
    expect(await stand.sdk.subscriptions.list()).toMatchObject({ data: [], has_more: false });
    stand.faults.next(1, { kind: 'brokenPaging', how: 'empty' });
    expect(await stand.sdk.subscriptions.list()).toMatchObject({ data: [], has_more: true });
    const [newest] = (await stand.sdk.subscriptions.list({ limit: 1 })).data;
    stand.faults.next(1, { kind: 'brokenPaging', how: 'repeats' });
    expect(await ask(String(newest?.id))).toMatchObject({ data: [newest], has_more: true });
    expect(await ask(String(newest?.id))).toMatchObject({
      data: [{ id: subscription }],
      has_more: false,
    });
  });

  it('overwrites what a test needs otherwise', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    const [item] = (await stand.sdk.subscriptions.retrieve(subscription)).items.data;
    stand.world.patch(subscription, { livemode: true });
    stand.world.patch(String(item?.id), { current_period_end: null });
    expect(await stand.sdk.subscriptions.retrieve(subscription)).toMatchObject({
      livemode: true,
      items: { data: [{ current_period_end: null }] },
    });
  });

  it('says so when its port is taken', async () => {
    const { port } = await standIn();
    await expect(standIn({ port })).rejects.toThrow('EADDRINUSE');
  });
});
