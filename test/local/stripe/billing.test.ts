import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import type { StripeState } from '../../../local/stripe/state.ts';
import { DAY, HOUR, MINUTE, START, type StandIn, standIn, subscriber } from './setup.ts';

/** 1 December and 1 January, noon. */
const DECEMBER = 1_796_126_400;
const JANUARY = 1_798_804_800;

const read = async (
  { sdk }: StandIn,
  id: string,
): Promise<Stripe.Subscription & { readonly latest_invoice: Stripe.Invoice }> => {
  const subscription = await sdk.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
  return subscription as Stripe.Subscription & { readonly latest_invoice: Stripe.Invoice };
};

/** What a reader sees at a glance: status, latest invoice, end of the first item's period. */
const glance = async (stand: StandIn, id: string) => {
  const { status, latest_invoice, items } = await read(stand, id);
  return [status, latest_invoice.status, items.data[0]?.current_period_end];
};

const typesSince = (state: StripeState, count: number): readonly string[] =>
  state.events.slice(count).map(({ type }) => type);

/** The events of one act. */
const eventsOf = (stand: StandIn, act: () => unknown): readonly string[] => {
  const before = stand.snapshot().events.length;
  act();
  return typesSince(stand.snapshot(), before);
};

const productsOf = async ({ sdk }: StandIn, id: string) =>
  (await sdk.subscriptions.retrieve(id)).items.data.map(({ price }) => price.product);

describe('the first payment', () => {
  it('makes an incomplete subscription active', async () => {
    const stand = await standIn();
    const types = eventsOf(stand, () => subscriber(stand));
    expect(types).toEqual([
      'product.created',
      'customer.created',
      'invoice.created',
      'customer.subscription.created',
      'invoice.finalized',
      'charge.succeeded',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
      'customer.subscription.updated',
    ]);
  });

  it('that fails leaves it incomplete, and after 23 hours it is over', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, { payment: 'fails' });
    expect(await glance(stand, subscription)).toEqual(['incomplete', 'open', DECEMBER]);
    stand.move(23 * HOUR - 1);
    expect((await glance(stand, subscription))[0]).toBe('incomplete');
    stand.move(1);
    expect(await glance(stand, subscription)).toEqual(['incomplete_expired', 'void', DECEMBER]);
    stand.move(400 * DAY);
    expect((await glance(stand, subscription))[0]).toBe('incomplete_expired');
  });

  it('may come later, by hand', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, { payment: 'fails' });
    stand.move(22 * HOUR);
    stand.world.pay(subscription);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', DECEMBER]);
  });

  it('by a delayed method is active before anyone has paid', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, { payment: 'delayed' });
    expect(await glance(stand, subscription)).toEqual(['active', 'open', DECEMBER]);
    stand.move(4 * DAY);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', DECEMBER]);
  });

  it('by a delayed method that fails is voided, and it stays active', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, { payment: 'delayed_then_fails' });
    stand.move(4 * DAY);
    expect(await glance(stand, subscription)).toEqual(['active', 'void', DECEMBER]);
  });

  it('by a delayed method may arrive early', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, { payment: 'delayed_then_fails' });
    stand.world.pay(subscription);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', DECEMBER]);
    expect(() => stand.world.pay(subscription)).toThrow('no draft or open invoice');
  });

  it('is nothing with a full coupon', async () => {
    const stand = await standIn();
    const { subscription, customer } = subscriber(stand, { coupon100: true });
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', DECEMBER]);
    stand.moveTo(DECEMBER + HOUR);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', JANUARY]);
    expect((await read(stand, subscription)).latest_invoice.total).toBe(0);
    expect(stand.world.chargeIds(customer)).toEqual([]);
  });

  it('of an invoice that is sent comes after the subscription is active, or too late', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, {
      collectionMethod: 'send_invoice',
      daysUntilDue: 10,
    });
    expect(await glance(stand, subscription)).toEqual(['active', 'draft', DECEMBER]);
    stand.move(HOUR);
    expect((await read(stand, subscription)).latest_invoice).toMatchObject({
      status: 'open',
      due_date: START + 10 * DAY,
      billing_reason: 'subscription_create',
    });
    stand.moveTo(START + 10 * DAY);
    expect(await glance(stand, subscription)).toEqual(['past_due', 'open', DECEMBER]);
    stand.world.pay(subscription);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', DECEMBER]);
  });
});

describe('renewal', () => {
  it('moves the period when the invoice is made, an hour before the charge', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    stand.moveTo(DECEMBER - 1);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', DECEMBER]);
    stand.moveTo(DECEMBER);
    expect(await glance(stand, subscription)).toEqual(['active', 'draft', JANUARY]);
    stand.moveTo(DECEMBER + HOUR);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', JANUARY]);
    expect((await read(stand, subscription)).latest_invoice).toMatchObject({
      created: DECEMBER,
      billing_reason: 'subscription_cycle',
    });
  });

  it('keeps to the last day of short months', async () => {
    const stand = await standIn();
    stand.moveTo(Date.UTC(2027, 0, 31) / 1000);
    const { subscription } = subscriber(stand);
    const ends: unknown[] = [];
    for (let month = 0; month < 3; month += 1) {
      const end = (await glance(stand, subscription))[2];
      ends.push(new Date(Number(end) * 1000).toISOString().slice(0, 10));
      stand.moveTo(Number(end));
    }
    expect(ends).toEqual(['2027-02-28', '2027-03-31', '2027-04-30']);
  });

  it('of twelve months is caught up with in one go, each at its own time', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    stand.moveTo(START + 365 * DAY + HOUR);
    const invoices = await stand.sdk.invoices.list({ subscription, limit: 100 });
    expect(invoices.data.map(({ status }) => status)).toEqual(Array(13).fill('paid'));
    expect(new Set(invoices.data.map(({ created }) => created)).size).toBe(13);
  });

  it('renews monthly and yearly items each at its own end', async () => {
    const stand = await standIn();
    const { subscription, product } = subscriber(stand);
    stand.world.addItem(subscription, { productId: product, interval: 'year' });
    stand.moveTo(DECEMBER + HOUR);
    const { items } = await stand.sdk.subscriptions.retrieve(subscription);
    expect(items.data.map((item) => item.current_period_end)).toEqual([JANUARY, START + 365 * DAY]);
  });
});

describe('dunning', () => {
  it('is past due at the first failure, and active again when a retry is paid', async () => {
    const stand = await standIn();
    const { subscription, customer } = subscriber(stand);
    stand.world.failPayment(customer);
    stand.moveTo(DECEMBER + HOUR);
    expect(await glance(stand, subscription)).toEqual(['past_due', 'open', JANUARY]);
    stand.world.setPayment(customer, 'ok');
    stand.move(DAY - 1);
    expect((await glance(stand, subscription))[0]).toBe('past_due');
    stand.move(1);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', JANUARY]);
  });

  it.each([
    ['canceled', 'canceled'],
    ['unpaid', 'unpaid'],
    ['past_due', 'past_due'],
    ['paused', 'paused'],
  ] as const)('ends as %s when the account says so', async (end, status) => {
    const stand = await standIn();
    const { subscription, customer } = subscriber(stand);
    stand.world.setDunning({ retryDays: [3, 7], end });
    stand.world.failPayment(customer);
    stand.moveTo(DECEMBER + HOUR + 7 * DAY - 1);
    expect((await glance(stand, subscription))[0]).toBe('past_due');
    stand.move(1);
    expect((await glance(stand, subscription))[0]).toBe(status);
    expect((await read(stand, subscription)).latest_invoice.attempt_count).toBe(3);
  });

  it('says why it was canceled', async () => {
    const stand = await standIn();
    const { subscription, customer } = subscriber(stand);
    stand.world.failPayment(customer);
    stand.moveTo(DECEMBER + 15 * DAY);
    expect(await read(stand, subscription)).toMatchObject({
      status: 'canceled',
      ended_at: DECEMBER + HOUR + 14 * DAY,
      cancellation_details: { reason: 'payment_failed' },
    });
  });

  it('leaves invoices of an unpaid subscription as drafts, until the latest is paid', async () => {
    const stand = await standIn();
    const { subscription, customer } = subscriber(stand);
    stand.world.setDunning({ retryDays: [3], end: 'unpaid' });
    stand.world.failPayment(customer);
    stand.moveTo(JANUARY + 2 * DAY);
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual(['unpaid', 'draft']);
    stand.world.pay(subscription);
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual(['active', 'paid']);
  });

  it('begins when a delayed renewal payment fails', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    const { customer } = await read(stand, subscription);
    stand.world.setPayment(String(customer), 'delayed_then_fails');
    stand.moveTo(DECEMBER + HOUR);
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual(['active', 'open']);
    stand.move(4 * DAY);
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual(['past_due', 'open']);
  });

  it.each([
    ['forgive', 'active', 'uncollectible'],
    ['payOutOfBand', 'active', 'paid'],
    ['voidLatest', 'past_due', 'void'],
  ] as const)('after %s is %s', async (act, status, invoice) => {
    const stand = await standIn();
    const { subscription, customer } = subscriber(stand);
    stand.world.failPayment(customer);
    stand.moveTo(DECEMBER + HOUR);
    const types = eventsOf(stand, () => stand.world[act](subscription));
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual([status, invoice]);
    expect(types).not.toContain('invoice.payment_succeeded');
  });

  it('pauses at the first failure when the account says so, and resumes when that invoice is paid', async () => {
    const stand = await standIn();
    const { subscription, customer } = subscriber(stand);
    stand.world.setDunning({ onFirstFailure: 'paused' });
    stand.world.failPayment(customer);
    stand.moveTo(DECEMBER + HOUR);
    expect(await read(stand, subscription)).toMatchObject({
      status: 'paused',
      status_details: { paused: { subscription: { type: 'first_payment_failure' } } },
    });
    stand.move(40 * DAY);
    expect((await glance(stand, subscription))[0]).toBe('paused');
    stand.world.pay(subscription);
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual(['active', 'paid']);
  });

  it('cancels a subscription that cannot be paused', async () => {
    const stand = await standIn();
    const { subscription, customer } = subscriber(stand, { billingMode: 'classic' });
    stand.world.setDunning({ retryDays: [3], end: 'paused', onFirstFailure: 'paused' });
    stand.world.failPayment(customer);
    stand.moveTo(DECEMBER + HOUR);
    expect((await glance(stand, subscription))[0]).toBe('past_due');
    stand.move(3 * DAY);
    expect((await glance(stand, subscription))[0]).toBe('canceled');
  });
});

describe('a trial', () => {
  it('announces its end three days before, then renews and charges', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, { trialDays: 14 });
    expect(await read(stand, subscription)).toMatchObject({
      status: 'trialing',
      trial_start: START,
      trial_end: START + 14 * DAY,
      latest_invoice: { status: 'paid', total: 0 },
    });
    expect(eventsOf(stand, () => stand.move(11 * DAY - 1))).toEqual([]);
    expect(eventsOf(stand, () => stand.move(1))).toEqual(['customer.subscription.trial_will_end']);
    stand.move(3 * DAY);
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual(['active', 'draft']);
    stand.move(HOUR);
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual(['active', 'paid']);
  });

  it.each([
    ['cancel', 'none', 'canceled'],
    ['pause', 'none', 'paused'],
    ['create_invoice', 'none', 'past_due'],
    ['cancel', 'fails', 'past_due'],
    ['cancel', 'ok', 'active'],
  ] as const)(
    'that ends with %s and payment %s is %s',
    async (trialEndBehavior, payment, status) => {
      const stand = await standIn();
      const { subscription } = subscriber(stand, { trialDays: 7, trialEndBehavior, payment });
      stand.move(7 * DAY + HOUR);
      expect((await glance(stand, subscription))[0]).toBe(status);
    },
  );

  it('of two days gives notice at once, and not in the past', async () => {
    const stand = await standIn();
    stand.move(5 * DAY);
    const types = eventsOf(stand, () => {
      subscriber(stand, { trialDays: 2 });
      stand.move(1);
    });
    expect(types).toContain('customer.subscription.trial_will_end');
    const created = stand.snapshot().events.map((event) => event.created);
    expect(created).toEqual(created.toSorted((a, b) => a - b));
  });

  it('that is shortened gives notice and charges in the same second', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, { trialDays: 30 });
    stand.move(DAY);
    const types = eventsOf(stand, () => stand.world.endTrial(subscription));
    expect(types).toContain('customer.subscription.trial_will_end');
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual(['active', 'paid']);
  });

  it('that is extended ends later', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, { trialDays: 7 });
    stand.move(6 * DAY);
    stand.world.extendTrial(subscription, 7);
    stand.move(7 * DAY - 1);
    expect((await glance(stand, subscription))[0]).toBe('trialing');
    stand.move(1);
    expect((await glance(stand, subscription))[0]).toBe('active');
  });
});

describe('pausing', () => {
  it('ends the period now, and bills nothing until it is resumed', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    stand.move(5 * DAY);
    const types = eventsOf(stand, () => stand.world.pause(subscription));
    expect(types).toEqual(['customer.subscription.paused', 'customer.subscription.updated']);
    expect(await glance(stand, subscription)).toEqual(['paused', 'paid', START + 5 * DAY]);
    stand.move(100 * DAY);
    expect((await glance(stand, subscription))[0]).toBe('paused');
    expect(eventsOf(stand, () => stand.world.resume(subscription))).toContain(
      'customer.subscription.resumed',
    );
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual(['active', 'paid']);
  });

  it.each([
    ['resume_on_payment_attempt', 'past_due'],
    ['resume_on_payment_success', 'paused'],
  ] as const)('and resuming with %s and a failing payment is %s', async (behavior, status) => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    stand.world.pause(subscription);
    stand.world.resume(subscription, behavior, 'fails');
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual([status, 'open']);
    stand.world.pay(subscription);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', DECEMBER]);
  });

  it.each([
    ['classic billing', { billingMode: 'classic' }],
    ['a trial', { trialDays: 7 }],
    ['sent invoices', { collectionMethod: 'send_invoice', daysUntilDue: 7 }],
  ] as const)('is refused with %s', async (_, request) => {
    const stand = await standIn();
    const { subscription } = subscriber(stand, request);
    expect(() => stand.world.pause(subscription)).toThrow('cannot be paused');
  });

  it.each([
    ['void', 'void'],
    ['keep_as_draft', 'draft'],
    ['mark_uncollectible', 'uncollectible'],
  ] as const)('of collection with %s leaves the status alone', async (behavior, invoice) => {
    const stand = await standIn();
    const { subscription, customer } = subscriber(stand);
    stand.world.failPayment(customer);
    stand.world.pauseCollection(subscription, behavior);
    expect((await read(stand, subscription)).pause_collection).toEqual({
      behavior,
      resumes_at: null,
    });
    stand.moveTo(DECEMBER + DAY);
    expect(await glance(stand, subscription)).toEqual(['active', invoice, JANUARY]);
    stand.world.pauseCollection(subscription, null);
    expect((await read(stand, subscription)).pause_collection).toBeNull();
  });

  it('of collection ends by itself when it was given an end', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    stand.world.pauseCollection(subscription, 'void', START + DAY);
    stand.move(DAY);
    expect((await read(stand, subscription)).pause_collection).toBeNull();
  });
});

describe('canceling', () => {
  it('now is final', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    stand.move(MINUTE);
    stand.world.cancelNow(subscription);
    expect(await read(stand, subscription)).toMatchObject({
      status: 'canceled',
      canceled_at: START + MINUTE,
      ended_at: START + MINUTE,
    });
    expect(() => stand.world.changePlan(subscription, [])).toThrow('final');
  });

  it.each([
    ['flexible', false],
    ['classic', true],
  ] as const)('at the end of the period, %s', async (how, flag) => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    stand.move(DAY);
    stand.world.cancelAtPeriodEnd(subscription, how);
    expect(await read(stand, subscription)).toMatchObject({
      status: 'active',
      cancel_at: DECEMBER,
      cancel_at_period_end: flag,
      canceled_at: START + DAY,
      ended_at: null,
    });
    stand.moveTo(DECEMBER);
    expect(await read(stand, subscription)).toMatchObject({
      status: 'canceled',
      canceled_at: START + DAY,
      ended_at: DECEMBER,
      latest_invoice: { created: START },
    });
  });

  it('at a given time, even before the period ends', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    expect(() => stand.world.cancelAt(subscription, START)).toThrow('not in the future');
    stand.world.cancelAt(subscription, START + DAY);
    stand.move(DAY);
    expect(await read(stand, subscription)).toMatchObject({
      status: 'canceled',
      ended_at: START + DAY,
    });
  });

  it('can be taken back', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    stand.world.cancelAtPeriodEnd(subscription);
    stand.world.undoCancel(subscription);
    stand.moveTo(DECEMBER + HOUR);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', JANUARY]);
  });

  it('by deleting the customer ends every subscription', async () => {
    const stand = await standIn();
    const { customer, product } = subscriber(stand);
    stand.world.subscribe({ customer, products: [product] });
    const types = eventsOf(stand, () => stand.world.deleteCustomer(customer));
    expect(types).toEqual([
      'customer.subscription.deleted',
      'customer.subscription.deleted',
      'customer.deleted',
    ]);
  });
});

describe('changing the plan', () => {
  it('replaces the product and keeps item and period', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    const before = await read(stand, subscription);
    const pro = stand.world.createProduct({ name: 'Pro', unitAmount: 9_000 });
    stand.move(DAY);
    stand.world.changePlan(subscription, [pro]);
    const after = await read(stand, subscription);
    expect(await productsOf(stand, subscription)).toEqual([pro]);
    expect(after.items.data[0]?.id).toBe(before.items.data[0]?.id);
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', DECEMBER]);
  });

  it('to another interval starts a period of its own', async () => {
    const stand = await standIn();
    const { subscription, product } = subscriber(stand);
    stand.move(DAY);
    stand.world.changePlan(subscription, [product], { interval: 'year' });
    expect(await glance(stand, subscription)).toEqual(['active', 'paid', START + 366 * DAY]);
  });

  it('with allow_incomplete applies although the payment fails', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    const pro = stand.world.createProduct({ name: 'Pro' });
    stand.world.changePlan(subscription, [pro], { payment: 'fails' });
    expect(await productsOf(stand, subscription)).toEqual([pro]);
    expect((await glance(stand, subscription))[0]).toBe('past_due');
  });

  it('with pending_if_incomplete waits for the payment', async () => {
    const stand = await standIn();
    const { subscription, product } = subscriber(stand);
    const pro = stand.world.createProduct({ name: 'Pro' });
    stand.world.changePlan(subscription, [pro], {
      behavior: 'pending_if_incomplete',
      payment: 'fails',
    });
    expect(await productsOf(stand, subscription)).toEqual([product]);
    expect(await read(stand, subscription)).toMatchObject({
      status: 'active',
      pending_update: {
        expires_at: START + 23 * HOUR,
        subscription_items: [{ price: { product: pro } }],
      },
      latest_invoice: { status: 'open' },
    });
    const types = eventsOf(stand, () => stand.world.pay(subscription));
    expect(types).toContain('customer.subscription.pending_update_applied');
    expect(await productsOf(stand, subscription)).toEqual([pro]);
    expect((await read(stand, subscription)).pending_update).toBeNull();
  });

  it('that waits expires after 23 hours', async () => {
    const stand = await standIn();
    const { subscription, product } = subscriber(stand);
    const pro = stand.world.createProduct({ name: 'Pro' });
    stand.world.changePlan(subscription, [pro], {
      behavior: 'pending_if_incomplete',
      payment: 'fails',
    });
    expect(eventsOf(stand, () => stand.move(23 * HOUR))).toEqual([
      'invoice.voided',
      'customer.subscription.pending_update_expired',
    ]);
    expect(await productsOf(stand, subscription)).toEqual([product]);
    expect((await glance(stand, subscription)).slice(0, 2)).toEqual(['active', 'void']);
  });

  it('by a schedule happens at its time, and keeps pausing away', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    const pro = stand.world.createProduct({ name: 'Pro' });
    const schedule = stand.world.schedulePhase(subscription, { at: START + DAY, products: [pro] });
    expect((await read(stand, subscription)).schedule).toBe(schedule);
    expect(() => stand.world.pause(subscription)).toThrow('without schedule');
    stand.move(DAY);
    expect(await productsOf(stand, subscription)).toEqual([pro]);
    stand.world.endSchedule(subscription, 'released');
    expect(await read(stand, subscription)).toMatchObject({ status: 'active', schedule: null });
  });

  it('by a canceled schedule cancels', async () => {
    const stand = await standIn();
    const { subscription } = subscriber(stand);
    stand.world.schedulePhase(subscription, { at: START + DAY, products: [] });
    stand.world.endSchedule(subscription, 'canceled');
    expect((await glance(stand, subscription))[0]).toBe('canceled');
  });

  it('adds and removes items, metered ones without a quantity', async () => {
    const stand = await standIn();
    const { subscription, product } = subscriber(stand);
    const extra = stand.world.createProduct({ name: 'Extra' });
    const item = stand.world.addItem(subscription, { productId: extra, quantity: null });
    expect(await productsOf(stand, subscription)).toEqual([product, extra]);
    const { items } = await stand.sdk.subscriptions.retrieve(subscription);
    expect(items.data.map((one) => 'quantity' in one)).toEqual([true, false]);
    stand.world.removeItem(subscription, item);
    expect(await productsOf(stand, subscription)).toEqual([product]);
    expect(() => stand.world.removeItem(subscription, item)).toThrow(item);
  });

  it('is refused to newcomers once a product is archived', async () => {
    const stand = await standIn();
    const { product, subscription } = subscriber(stand);
    stand.world.archiveProduct(product);
    expect((await glance(stand, subscription))[0]).toBe('active');
    expect((await stand.sdk.products.retrieve(product)).active).toBe(false);
    const customer = stand.world.createCustomer();
    expect(() => stand.world.subscribe({ customer, products: [product] })).toThrow('archived');
  });
});

describe('disputes and refunds', () => {
  const charged = async () => {
    const stand = await standIn();
    const { customer, subscription } = subscriber(stand);
    return { stand, subscription, charge: String(stand.world.chargeIds(customer)[0]) };
  };

  it('show a dispute until it is closed', async () => {
    const { stand, charge, subscription } = await charged();
    const dispute = stand.world.dispute(charge);
    expect((await stand.sdk.charges.retrieve(charge)).disputed).toBe(true);
    const list = async () =>
      (await stand.sdk.disputes.list({ charge })).data.map(({ id, status }) => [id, status]);
    expect(await list()).toEqual([[dispute, 'needs_response']]);
    stand.world.closeDispute(dispute, 'won');
    expect(await list()).toEqual([[dispute, 'won']]);
    stand.move(DAY);
    expect((await glance(stand, subscription))[0]).toBe('active');
  });

  it('cancel an hour after a dispute when the account says so', async () => {
    const { stand, charge, subscription } = await charged();
    stand.world.setCancelOnDispute(true);
    stand.world.dispute(charge);
    stand.move(HOUR);
    expect(await read(stand, subscription)).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_disputed' },
    });
  });

  it('call a charge refunded once nothing is left of it', async () => {
    const { stand, charge, subscription } = await charged();
    stand.world.refund(charge, 500);
    expect(await stand.sdk.charges.retrieve(charge)).toMatchObject({
      refunded: false,
      amount_refunded: 500,
    });
    stand.world.refund(charge, 'full');
    const after = await stand.sdk.charges.retrieve(charge, { expand: ['refunds'] });
    expect(after).toMatchObject({ refunded: true, amount_refunded: 2_000 });
    expect(after.refunds?.data.map(({ amount }) => amount)).toEqual([500, 1_500]);
    expect(() => stand.world.refund(charge, 'full')).toThrow('0 is left');
    expect((await glance(stand, subscription))[0]).toBe('active');
  });
});

it('gives the same ids for the same acts', async () => {
  const ids = async () => subscriber(await standIn());
  expect(await ids()).toEqual(await ids());
});
