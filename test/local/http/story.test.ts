import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalPage, startLocalPage } from '../../support/local-page.ts';

const HOUR = 3_600;
const DAY = 86_400;

let page: LocalPage;
beforeAll(async () => {
  page = await startLocalPage();
});
afterAll(() => page.close());

const create = (name: string, accounts?: string): Promise<string> =>
  page.act({ act: 'create_customer', name, ...(accounts === undefined ? {} : { accounts }) });
const subscribe = (customer: string, product = 'prod_pro', more = {}): Promise<string> =>
  page.act({
    act: 'subscribe',
    customer,
    product,
    interval: 'month',
    payment: 'ok',
    ...more,
  });
const plan = async (kind: string, count: number): Promise<void> => {
  const { status } = await page.post('/api/deliveries', { act: 'plan', kind, count });
  expect(status).toBe(200);
};
const calm = (): Promise<unknown> => page.post('/api/deliveries', { act: 'calm' });
const repository = async (name: string) => {
  const { repositories } = await page.state();
  const found = repositories.find((each) => each.repository === name);
  if (found === undefined) throw new Error(`no repository ${name}`);
  return found;
};

describe('the local system by its HTTP interface', () => {
  it('starts with products to sell, repositories without a policy, and nobody', async () => {
    const state = await page.state();
    expect(state.mode).toBe('stand_in');
    expect(state.products.map(({ productId, offerId }) => [productId, offerId])).toEqual([
      ['prod_starter', 'starter'],
      ['prod_pro', 'pro'],
    ]);
    expect(state.repositories.map(({ repository: name, policy }) => [name, policy])).toEqual([
      ['acme/app', ''],
      ['acme/agent', ''],
    ]);
    expect(state.customers).toEqual([]);
    expect(state.coming).toEqual([]);
  });

  it('a subscription opens access: policy, waiting credential and audit trail appear', async () => {
    const customer = await create('Ada', '111122223333');
    await subscribe(customer);
    const { wharfage } = await page.customer(customer);
    expect(wharfage.entitlements).toMatchObject([
      { offerId: 'pro', kind: 'granted', reason: 'paid', held: null },
    ]);
    expect(wharfage.awsDoor.map(({ repository: name, accounts }) => [name, accounts])).toEqual([
      ['acme/agent', [{ account: '111122223333', standing: 'in the policy' }]],
      ['acme/app', [{ account: '111122223333', standing: 'in the policy' }]],
    ]);
    expect(wharfage.credentials).toMatchObject([
      { kind: 'waiting', command: `npx wharfage credential claim ${customer} --local` },
    ]);
    expect(wharfage.audit[0]?.changes).toEqual([
      expect.stringMatching(/^pro opened until \d+ \w+ \d{4}, \d\d:\d\d: paid\.$/),
      'AWS account 111122223333 added.',
    ]);
    const agent = await repository('acme/agent');
    expect(agent.policy).toContain('arn:aws:iam::111122223333:root');
    expect(agent.accounts).toMatchObject([{ customerName: 'Ada', standing: 'in the policy' }]);
    const { customers } = await page.state();
    expect(customers[0]).toMatchObject({ name: 'Ada', access: { isOpen: true, offers: ['pro'] } });
  });

  it('a payment that fails closes access when the grace days are over', async () => {
    const customer = await create('Bob', '222233334444');
    await subscribe(customer, 'prod_pro', { trialDays: 7 });
    await page.act({ act: 'set_payment', customer, payment: 'fails' });
    await page.move({ seconds: 9 * DAY });
    const late = await page.customer(customer);
    expect(late.stripe.subscriptions[0]?.status).toBe('past_due');
    expect(late.wharfage.entitlements).toMatchObject([
      { kind: 'granted', reason: 'payment is past due' },
    ]);
    expect((await repository('acme/agent')).policy).toContain('222233334444');
    await page.move({ seconds: 13 * DAY });
    const closed = await page.customer(customer);
    expect(closed.wharfage.entitlements).toMatchObject([{ kind: 'withheld' }]);
    expect(closed.wharfage.audit[0]?.changes[0]).toMatch(/^pro closed: /);
    expect((await repository('acme/agent')).policy).not.toContain('222233334444');
  });

  it('a lost event is found by the sweep', async () => {
    const customer = await create('Carol', '333344445555');
    await plan('lose', 20);
    await subscribe(customer);
    expect((await page.state(customer)).customer?.wharfage).toBeNull();
    expect((await page.state()).deliveries.planned.length).toBeGreaterThan(0);
    await calm();
    await page.move({ seconds: HOUR });
    const { wharfage } = await page.customer(customer);
    expect(wharfage.entitlements).toMatchObject([{ offerId: 'pro', kind: 'granted' }]);
    expect(wharfage.audit[0]?.because).toBe('the sweep found a missed event');
  });

  it('an event that was never generated is found by the daily comparison', async () => {
    const customer = await create('Dora');
    await plan('never_generate', 20);
    await subscribe(customer, 'prod_starter');
    await calm();
    await page.move({ seconds: HOUR });
    expect((await page.state(customer)).customer?.wharfage).toBeNull();
    await page.move({ seconds: DAY });
    const { wharfage } = await page.customer(customer);
    expect(wharfage.audit[0]?.because).toBe('the sweep’s daily comparison');
  });

  it.each(['double', 'reorder'])('events that come by way of %s change nothing', async (kind) => {
    const customer = await create(`Eve ${kind}`);
    await plan(kind, 3);
    await subscribe(customer, 'prod_starter');
    await calm();
    await page.system.settle();
    const { wharfage } = await page.customer(customer);
    expect(wharfage.entitlements).toMatchObject([{ offerId: 'starter', reason: 'paid' }]);
    expect(wharfage.audit).toHaveLength(1);
    expect(wharfage.credentials).toHaveLength(1);
  });

  it('a delayed event arrives in its time', async () => {
    const customer = await create('Fay');
    await page.post('/api/deliveries', {
      act: 'plan',
      kind: 'delay',
      count: 20,
      delaySeconds: 120,
    });
    await subscribe(customer, 'prod_starter');
    await calm();
    const before = await page.state(customer);
    expect(before.customer?.wharfage).toBeNull();
    expect(before.coming[0]?.what).toBe('an event is delivered');
    await page.move({ to: 'next' });
    expect((await page.customer(customer)).wharfage.entitlements).toHaveLength(1);
  });

  it('a policy that somebody edits by hand is mended', async () => {
    const customer = await create('Gus', '444455556666');
    await subscribe(customer);
    await page.move({ seconds: HOUR });
    await page.act({ act: 'edit_policy', repository: 'acme/agent', text: '' });
    expect((await repository('acme/agent')).policy).toBe('');
    await page.move({ seconds: HOUR });
    const mended = await repository('acme/agent');
    expect(mended.policy).toContain('arn:aws:iam::444455556666:root');
    expect(mended.driftAt).not.toBeNull();
  });

  it('an account that AWS closed is kept out of the policy, and nobody else is', async () => {
    await page.act({ act: 'mark_account', account: '555566667777', state: 'dead' });
    const customer = await create('Hal', '555566667777, 666677778888, not-an-account');
    await subscribe(customer);
    await page.move({ seconds: HOUR });
    const { wharfage } = await page.customer(customer);
    expect(wharfage.awsDoor[0]?.accounts).toEqual([
      { account: '555566667777', standing: expect.stringMatching(/^quarantined since /) },
      { account: '666677778888', standing: 'in the policy' },
    ]);
    expect(wharfage.malformedAccounts).toEqual(['not-an-account']);
    expect((await page.state()).deadPrincipals).toEqual(['555566667777']);
    const agent = await repository('acme/agent');
    expect(agent.accounts.find(({ account }) => account === '555566667777')?.standing).toBe(
      'quarantined',
    );
  });

  it('a cancellation at the period’s end leaves no grace, and can be undone', async () => {
    const customer = await create('Ida');
    const subscription = await subscribe(customer, 'prod_starter');
    const endsAt = async () =>
      (await page.customer(customer)).wharfage.entitlements[0]?.endsAt ?? 0;
    const before = await endsAt();
    await page.act({ act: 'cancel_at_period_end', subscription });
    const { stripe } = await page.customer(customer);
    expect(stripe.subscriptions[0]?.cancelAt).toBe(await endsAt());
    expect(before - (await endsAt())).toBe(14 * DAY);
    await page.act({ act: 'undo_cancel', subscription });
    expect(await endsAt()).toBe(before);
  });

  it('a pause closes, and resuming opens again', async () => {
    await page.move({ seconds: 3 * DAY });
    const customer = await create('Jan');
    const subscription = await subscribe(customer, 'prod_starter');
    const kind = async () => (await page.customer(customer)).wharfage.entitlements[0]?.kind;
    await page.act({ act: 'pause', subscription });
    expect((await page.customer(customer)).stripe.subscriptions[0]?.acts).toContain('resume');
    expect(await kind()).toBe('withheld');
    await page.act({ act: 'resume', subscription });
    expect(await kind()).toBe('granted');
  });

  it('every other act reaches Stripe', async () => {
    const customer = await create('Kim');
    const subscription = await subscribe(customer, 'prod_starter', { trialDays: 7 });
    const first = async () => (await page.customer(customer)).stripe.subscriptions[0];
    expect((await first())?.trialEndsAt).not.toBeNull();
    await page.act({ act: 'change_plan', subscription, product: 'prod_pro', interval: 'year' });
    expect(await first()).toMatchObject({ interval: 'year', products: [{ name: 'Pro' }] });
    await page.act({ act: 'pause_collection', subscription, behavior: 'void' });
    expect((await first())?.pauseCollection).toBe('void');
    await page.act({ act: 'pause_collection', subscription, behavior: 'none' });
    expect((await first())?.pauseCollection).toBeNull();
    await page.act({ act: 'set_accounts', customer, accounts: '777788889999' });
    expect((await page.customer(customer)).wharfage.accounts).toEqual(['777788889999']);
    const charge = (await page.customer(customer)).stripe.payments[0]?.chargeId;
    const dispute = await page.act({ act: 'dispute', charge });
    expect((await page.customer(customer)).stripe.openDisputes).toEqual([
      { disputeId: dispute, chargeId: charge },
    ]);
    await page.act({ act: 'close_dispute', dispute, how: 'won' });
    await page.act({ act: 'refund', charge });
    expect((await page.customer(customer)).stripe).toMatchObject({
      openDisputes: [],
      payments: [{ amountRefunded: 10_000, disputed: true }],
    });
    await page.act({ act: 'cancel_now', subscription });
    expect(await first()).toMatchObject({ status: 'canceled', acts: [] });
  });

  it('an open invoice is paid, and the customer deleted', async () => {
    const customer = await create('Lea');
    const subscription = await subscribe(customer, 'prod_starter', { payment: 'fails' });
    expect((await page.customer(customer)).wharfage.entitlements).toMatchObject([
      { kind: 'withheld', reason: 'the first payment has not succeeded' },
    ]);
    await page.act({ act: 'pay', subscription });
    expect((await page.customer(customer)).wharfage.entitlements).toMatchObject([
      { kind: 'granted' },
    ]);
    await page.act({ act: 'delete_customer', customer });
    const { stripe, wharfage } = await page.customer(customer);
    expect([stripe.isDeleted, wharfage.isDeleted]).toEqual([true, true]);
  });

  it('an event can be sent once more', async () => {
    const [last] = (await page.state()).deliveries.attempts;
    await page.post('/api/deliveries', { act: 'resend', event: last?.eventId });
    await page.system.settle();
    const { attempts } = (await page.state()).deliveries;
    expect(attempts[0]).toMatchObject({ eventId: last?.eventId, status: 200 });
    expect(attempts.filter(({ eventId }) => eventId === last?.eventId).length).toBeGreaterThan(1);
  });

  it('shows what the functions log, the queues, and never a secret', async () => {
    const ids = (await page.state()).customers.map(({ customerId }) => customerId);
    const texts = await Promise.all(ids.map(async (id) => JSON.stringify(await page.state(id))));
    const all = texts.join('\n');
    expect(all).toContain('WebhookAccepted');
    expect(
      (await page.state()).queues.map(({ name, isDeadLetters }) => [name, isDeadLetters]),
    ).toEqual([
      ['wharfage-local-customers-dead.fifo', true],
      ['wharfage-local-customers.fifo', false],
      ['wharfage-local-policies-dead.fifo', true],
      ['wharfage-local-policies.fifo', false],
    ]);
    const { secrets, webhookSecret } = page.system.farEnds.snapshot();
    const sealed = JSON.stringify(secrets).match(/wharfage_pull_\w+/g) ?? [];
    expect(sealed.length).toBeGreaterThan(3);
    for (const secret of [...sealed, webhookSecret, 'rk_test_local']) {
      expect(all).not.toContain(secret);
    }
    expect(all).not.toMatch(/whsec_|sha256:[0-9a-f]{64}/);
  });
});
