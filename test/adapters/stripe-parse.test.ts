import * as fc from 'fast-check';
import type { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';
import { parseCustomer, parseSubscription } from '../../functions/adapters/stripe-parse.ts';
import { invoiceObject, itemObject, NOW, subscriptionObject } from '../support/stripe-objects.ts';

const DAY = 86_400;
const parse = (fields: object = {}, items: readonly unknown[] = [itemObject()]) =>
  parseSubscription(subscriptionObject(fields), items);

/** The literal members of one of the SDK's open unions: an open one also takes every string. */
type Literals<Union> = Union extends string
  ? string extends Union & string
    ? never
    : Union
  : never;

it('a subscription is reduced to what decisions need', () => {
  expect(parse()).toEqual({
    subscriptionId: 'sub_1',
    status: 'active',
    startedAt: NOW - DAY,
    collection: 'collecting',
    collectionMethod: 'charge_automatically',
    latestInvoice: { status: 'paid', isZero: false, createdAt: NOW - DAY },
    items: [{ productId: 'prod_a', currentPeriodEndAt: NOW + 29 * DAY }],
    concern: 'none',
  });
});

describe('status', () => {
  const statuses: Record<Literals<Stripe.Subscription.Status>, true> = {
    active: true,
    canceled: true,
    incomplete: true,
    incomplete_expired: true,
    past_due: true,
    paused: true,
    trialing: true,
    unpaid: true,
  };

  it.each(Object.keys(statuses))('%s, which the SDK lists, is known', (status) => {
    expect(parse({ status })?.status).toBe(status);
  });

  it.each(['frozen', 'ACTIVE', 'toString', '__proto__'])('%s is unknown, not a crash', (status) => {
    expect(parse({ status })?.status).toEqual({ kind: 'unknown', text: status });
  });

  it('an unknown one is kept short enough to store', () => {
    expect(parse({ status: 'x'.repeat(5_000) })?.status).toEqual({
      kind: 'unknown',
      text: 'x'.repeat(64),
    });
  });
});

describe('the latest invoice', () => {
  const statuses: Record<Literals<Stripe.Invoice.Status>, true> = {
    draft: true,
    open: true,
    paid: true,
    uncollectible: true,
    void: true,
  };

  it.each(Object.keys(statuses))('%s, which the SDK lists, is known', (status) => {
    expect(parse({ latest_invoice: invoiceObject({ status }) })?.latestInvoice?.status).toBe(
      status,
    );
  });

  it.each([
    ['settling', 'settling'],
    [null, 'missing'],
    [undefined, 'missing'],
  ])('with the status %j is unknown', (status, text) => {
    const invoice = parse({ latest_invoice: invoiceObject({ status }) })?.latestInvoice;
    expect(invoice?.status).toEqual({ kind: 'unknown', text });
  });

  it.each([null, undefined])('%s is no invoice yet', (invoice) => {
    expect(parse({ latest_invoice: invoice })).not.toHaveProperty('latestInvoice');
  });

  it.each([
    ['an id that was not expanded', 'in_1'],
    ['without a date', invoiceObject({ created: undefined })],
    ['with a date in milliseconds', invoiceObject({ created: NOW * 1_000 })],
    ['a number', 7],
  ])('%s is neither paid nor open, but unknown', (_what, invoice) => {
    expect(parse({ latest_invoice: invoice })?.latestInvoice).toMatchObject({
      status: { kind: 'unknown', text: 'unreadable' },
      createdAt: NOW - DAY,
    });
  });

  it.each([
    [1, false],
    [0, true],
    [-500, true],
    [undefined, false],
    ['0', false],
  ])('with a total of %j has nothing to pay: %s', (total, isZero) => {
    expect(parse({ latest_invoice: invoiceObject({ total }) })?.latestInvoice?.isZero).toBe(isZero);
  });

  it.each([
    [NOW + DAY, NOW + DAY],
    [null, undefined],
    [(NOW + DAY) * 1_000, undefined],
  ])('with the due date %j is due at %j', (dueDate, dueAt) => {
    const invoice = parse({ latest_invoice: invoiceObject({ due_date: dueDate }) })?.latestInvoice;
    expect(invoice?.dueAt).toBe(dueAt);
  });
});

describe('when it started', () => {
  it.each([
    [{ start_date: NOW - 9 * DAY }, NOW - 9 * DAY],
    [{ start_date: undefined }, NOW - 2 * DAY],
    [{ start_date: NOW * 1_000 }, NOW - 2 * DAY],
  ])('%j', (fields, startedAt) => {
    expect(parse(fields)?.startedAt).toBe(startedAt);
  });
});

describe('when its trial ends', () => {
  it.each([
    [NOW + DAY, NOW + DAY],
    [null, undefined],
    [(NOW + DAY) * 1_000, undefined],
    [0, undefined],
    ['tomorrow', undefined],
  ])('trial_end %j: %j', (trialEnd, trialEndsAt) => {
    expect(parse({ trial_end: trialEnd })?.trialEndsAt).toBe(trialEndsAt);
  });
});

describe('when it is to be canceled', () => {
  const monthly = itemObject({ id: 'si_m', current_period_end: NOW + 3 * DAY });
  const yearly = itemObject({ id: 'si_y', current_period_end: NOW + 300 * DAY });
  const endless = itemObject({ id: 'si_e', current_period_end: null });

  it.each([
    ['not at all', {}, [monthly], undefined],
    ['by date', { cancel_at: NOW + 9 * DAY }, [monthly], NOW + 9 * DAY],
    ['by both', { cancel_at: NOW + 9 * DAY, cancel_at_period_end: true }, [monthly], NOW + 9 * DAY],
    ['at the period’s end', { cancel_at_period_end: true }, [monthly], NOW + 3 * DAY],
    [
      'at the earliest end of two',
      { cancel_at_period_end: true },
      [yearly, monthly],
      NOW + 3 * DAY,
    ],
    ['at the only known end', { cancel_at_period_end: true }, [endless, yearly], NOW + 300 * DAY],
    ['at an unknown end', { cancel_at_period_end: true }, [endless], undefined],
    ['by a date in milliseconds', { cancel_at: NOW * 1_000 }, [monthly], undefined],
    ['by a flag that is a text', { cancel_at_period_end: 'true' }, [monthly], undefined],
  ])('%s', (_how, fields, items, cancelAt) => {
    expect(parse(fields, items)?.cancelAt).toBe(cancelAt);
  });
});

describe('items', () => {
  it('all count, also beyond those that the subscription shows', () => {
    const items = Array.from({ length: 25 }, (_none, index) =>
      itemObject({ id: `si_${index}`, price: { product: `prod_${index}` } }),
    );
    expect(parse({}, items)?.items).toHaveLength(25);
  });

  it.each([
    ['its id', { price: { product: 'prod_a' } }, 'prod_a'],
    ['expanded', { price: { product: { id: 'prod_a', object: 'product' } } }, 'prod_a'],
    ['deleted', { price: { product: { id: 'prod_a', deleted: true } } }, 'prod_a'],
    ['of a legacy plan', { price: undefined, plan: { product: 'prod_a' } }, 'prod_a'],
    ['of a legacy plan, expanded', { price: null, plan: { product: { id: 'prod_a' } } }, 'prod_a'],
    ['of the price before the plan', { plan: { product: 'prod_b' } }, 'prod_a'],
  ])('the product is %s', (_how, fields, productId) => {
    expect(parse({}, [itemObject(fields)])?.items).toMatchObject([{ productId }]);
  });

  it('a plan of which Stripe says that it has no product opens nothing and stops nothing', () => {
    const bare = itemObject({ id: 'si_2', price: null, plan: { product: null } });
    expect(parse({}, [bare, itemObject()])?.items).toMatchObject([{ productId: 'prod_a' }]);
  });

  it.each([
    ['no price at all', itemObject({ price: undefined })],
    ['a price that is an id', itemObject({ price: 'price_1' })],
    ['a price without a product', itemObject({ price: { id: 'price_1' } })],
    ['a product that is a number', itemObject({ price: { product: 7 } })],
    ['nothing', null],
  ])('%s is ignorance: the whole subscription is unreadable', (_what, item) => {
    expect(parse({}, [itemObject(), item])).toBeUndefined();
  });

  it.each([
    ['the item’s', { current_period_end: NOW }, { current_period_end: NOW + DAY }, NOW],
    [
      'the subscription’s, in an old shape',
      { current_period_end: undefined },
      { current_period_end: NOW + DAY },
      NOW + DAY,
    ],
    ['unknown', { current_period_end: undefined }, {}, undefined],
    ['unknown when it is zero', { current_period_end: 0 }, {}, undefined],
    ['unknown when it is in milliseconds', { current_period_end: NOW * 1_000 }, {}, undefined],
    ['unknown when it is in the year 2100', { current_period_end: 4_102_444_800 }, {}, undefined],
  ])('the period’s end is %s', (_whose, item, fields, currentPeriodEndAt) => {
    expect(parse(fields, [itemObject(item)])?.items[0]?.currentPeriodEndAt).toBe(
      currentPeriodEndAt,
    );
  });

  it.each([
    ['the item’s', { current_period_start: NOW - DAY }, { current_period_start: NOW }, NOW - DAY],
    ['the subscription’s, in an old shape', {}, { current_period_start: NOW }, NOW],
    ['unknown', {}, {}, undefined],
    ['unknown when it is in milliseconds', { current_period_start: NOW * 1_000 }, {}, undefined],
  ])('the period’s start is %s', (_whose, item, fields, currentPeriodStartAt) => {
    expect(parse(fields, [itemObject(item)])?.items[0]?.currentPeriodStartAt).toBe(
      currentPeriodStartAt,
    );
  });

  it('a quantity, absent on metered prices, does not matter', () => {
    expect(parse({}, [itemObject({ quantity: 0 })])).toEqual(parse({}, [itemObject()]));
  });
});

describe('collection', () => {
  it.each([
    [null, 'collecting'],
    [undefined, 'collecting'],
    [{ behavior: 'void' }, 'void'],
    [{ behavior: 'keep_as_draft' }, 'keep_as_draft'],
    [{ behavior: 'mark_uncollectible' }, 'mark_uncollectible'],
    [{ behavior: 'collecting' }, { kind: 'unknown', text: 'collecting' }],
    [{ behavior: 'freeze' }, { kind: 'unknown', text: 'freeze' }],
    [{}, { kind: 'unknown', text: 'missing' }],
  ])('pause_collection %j: %j', (pause, collection) => {
    expect(parse({ pause_collection: pause })?.collection).toEqual(collection);
  });

  const behaviors: Record<Literals<Stripe.Subscription.PauseCollection.Behavior>, true> = {
    keep_as_draft: true,
    mark_uncollectible: true,
    void: true,
  };

  it.each(Object.keys(behaviors))('%s, which the SDK lists, is known', (behavior) => {
    expect(parse({ pause_collection: { behavior } })?.collection).toBe(behavior);
  });

  it.each([
    ['charge_automatically', 'charge_automatically'],
    ['send_invoice', 'send_invoice'],
    ['send_pigeon', { kind: 'unknown', text: 'send_pigeon' }],
    [undefined, { kind: 'unknown', text: 'missing' }],
  ])('collection_method %j: %j', (method, collectionMethod) => {
    expect(parse({ collection_method: method })?.collectionMethod).toEqual(collectionMethod);
  });
});

describe('a subscription without what a decision needs is not understood', () => {
  it.each([
    { id: undefined },
    { status: undefined },
    { status: null },
    { status: '' },
    { start_date: undefined, created: undefined },
    { start_date: NOW * 1_000, created: 0 },
  ])('%j', (fields) => {
    expect(parse(fields)).toBeUndefined();
  });

  it.each([undefined, null, 'sub_1', [], 7])('%j', (value) => {
    expect(parseSubscription(value, [])).toBeUndefined();
  });
});

it('nothing that JSON can hold makes the parser throw, and no time out of bounds leaves it', async () => {
  const field = fc.oneof(fc.jsonValue(), fc.integer(), fc.constantFrom(NOW, NOW * 1_000, 0));
  const names = Object.keys(subscriptionObject());
  const record = fc
    .tuple(
      fc.subarray(names),
      fc.array(field, { minLength: names.length, maxLength: names.length }),
    )
    .map(([some, values]) => Object.fromEntries(some.map((name, at) => [name, values[at]])));
  await fc.assert(
    fc.property(record, fc.array(field), (fields, items) => {
      const parsed = parse(fields, items);
      const times = [
        parsed?.startedAt,
        parsed?.trialEndsAt,
        parsed?.cancelAt,
        parsed?.latestInvoice?.createdAt,
        parsed?.latestInvoice?.dueAt,
        ...(parsed?.items ?? []).flatMap(({ currentPeriodStartAt, currentPeriodEndAt }) => [
          currentPeriodStartAt,
          currentPeriodEndAt,
        ]),
      ].filter((time) => time !== undefined);
      expect(times.every((time) => time >= 946_684_800 && time < 4_102_444_800)).toBe(true);
    }),
  );
});

describe('a customer', () => {
  it.each([
    [
      { email: 'a@b.example', metadata: {} },
      { email: 'a@b.example', accountsText: '' },
    ],
    [{ email: null, metadata: {} }, { accountsText: '' }],
    [{ metadata: { aws_account_ids: '123456789012' } }, { accountsText: '123456789012' }],
    [{ metadata: { aws_account_ids: 7 } }, { accountsText: '' }],
    [{ metadata: JSON.parse('{"__proto__":{"aws_account_ids":"1"}}') }, { accountsText: '' }],
  ])('%j', (value, customer) => {
    expect(parseCustomer(value)).toEqual(customer);
  });

  it.each([{}, { metadata: null }, { metadata: 'x' }, null, 'cus_1'])(
    '%j is not understood: without metadata nothing is known of the accounts',
    (value) => {
      expect(parseCustomer(value)).toBeUndefined();
    },
  );
});
