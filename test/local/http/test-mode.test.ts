import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../../functions/core/event-types.ts';
import { type StripeServer, stripeServer } from '../../../local/stripe/server.ts';
import { type LocalPage, startLocalPage } from '../../support/local-page.ts';

const KEY = 'rk_test_51Abc';
const WEBHOOK_SECRET = 'whsec_fromStripeListen';

let page: LocalPage;
/** In the place of Stripe’s real test mode: the local system is told no more than a key and a secret. */
let stripe: StripeServer;
let webhookUrl = '';

beforeAll(async () => {
  stripe = await stripeServer({
    now: () => Math.floor(Date.now() / 1_000),
    key: KEY,
    webhook: {
      get url() {
        return webhookUrl;
      },
      secrets: () => [WEBHOOK_SECRET],
      types: EVENT_TYPES,
    },
  });
  process.env.STRIPE_API_BASE = stripe.url;
  page = await startLocalPage({ key: KEY, webhookSecret: WEBHOOK_SECRET });
  webhookUrl = page.system.lambdas.webhook.url;
});
afterAll(async () => {
  await page.close();
  await stripe.close();
});

describe('with Stripe’s real test mode', () => {
  it('what happens there is followed here', async () => {
    stripe.world.createProduct({ id: 'prod_pro', name: 'Pro' });
    const customer = stripe.world.createCustomer({ metadata: { aws_account_ids: '111122223333' } });
    stripe.world.subscribe({ customer, products: ['prod_pro'] });
    await stripe.delivery.flush();
    await page.system.settle();
    const state = await page.state(customer);
    expect(state.mode).toBe('stripe_test_mode');
    expect(state.webhookUrl).toBe(webhookUrl);
    expect(state.customers).toMatchObject([{ customerId: customer, access: { isOpen: true } }]);
    expect(state.customer?.stripe).toBeNull();
    expect(state.customer?.wharfage?.entitlements).toMatchObject([{ kind: 'granted' }]);
    expect(state.repositories[0]?.policy).toContain('111122223333');
    expect(state.products.map(({ productId }) => productId)).toEqual(['prod_starter', 'prod_pro']);
    expect(JSON.stringify(state)).not.toMatch(/whsec_|rk_test_/);
  });

  it.each([
    [
      '/api/clock',
      { seconds: 60 },
      'Stripe’s real test mode keeps its own time: the clock cannot be moved',
    ],
    [
      '/api/acts',
      { act: 'create_customer', name: 'Ada' },
      'act is "create_customer": with Stripe’s real test mode that is done in Stripe’s Dashboard or with its command line',
    ],
    [
      '/api/deliveries',
      { act: 'calm' },
      'with Stripe’s real test mode Stripe itself delivers the events',
    ],
  ])('%s says why it does nothing', async (path, body, sentence) => {
    const answer = await page.post(path, body);
    expect([answer.status, answer.body.error]).toEqual([400, sentence]);
  });

  it('accidents at AWS are still to be had', async () => {
    await page.act({ act: 'mark_account', account: '999988887777', state: 'dead' });
    expect((await page.state()).deadPrincipals).toEqual(['999988887777']);
    await page.act({ act: 'mark_account', account: '999988887777', state: 'alive' });
    expect((await page.state()).deadPrincipals).toEqual([]);
  });
});
