import { afterEach, describe, expect, it } from 'vitest';
import { stripeBilling } from '../../functions/adapters/stripe-billing.ts';
import type { Catalog } from '../../functions/core/catalog.ts';
import { DAY } from '../../functions/core/time.ts';
import { offer } from '../support/builders.ts';
import { recordingReport } from '../support/recordings.ts';
import {
  customerObject,
  invoiceObject,
  NOW,
  subscriptionObject,
} from '../support/stripe-objects.ts';
import {
  list,
  pageOf,
  type StripeCall,
  stripeError,
  stripeServer,
} from '../support/stripe-server.ts';

const CATALOG: Catalog = {
  offers: {
    app: offer('app', { products: ['prod_a'] }),
  },
  onDispute: 'suspend',
  onFullRefund: 'revoke',
  onPauseCollection: 'keep',
  trustSendInvoice: false,
};

type Objects = readonly { readonly id: string }[];

/** What Stripe has about `cus_1`: `sub_1` whose latest invoice is `in_2`, after `in_1`. */
type Account = {
  readonly subscriptions?: Objects;
  readonly charges?: Objects;
  /** By payment intent. */
  readonly payments?: Readonly<Record<string, Objects>>;
  /** By charge. */
  readonly disputes?: Readonly<Record<string, Objects>>;
};

const charge = (id: string, fields: object = {}) => ({
  id,
  object: 'charge',
  livemode: true,
  payment_intent: `pi_${id}`,
  disputed: false,
  refunded: false,
  ...fields,
});

const payment = (id: string, invoiceId: string, fields: object = {}) => ({
  id,
  object: 'invoice_payment',
  amount_paid: 1_000,
  invoice: invoiceObject({
    id: invoiceId,
    amount_paid: 1_000,
    parent: { subscription_details: { subscription: 'sub_1' } },
  }),
  ...fields,
});

const dispute = (status: unknown, fields: object = {}) => ({
  id: 'du_1',
  object: 'dispute',
  livemode: true,
  status,
  ...fields,
});

const SUB_1 = subscriptionObject({ latest_invoice: invoiceObject({ id: 'in_2' }) });

const opened: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

const read = async (
  account: Account,
  catalog: Partial<Catalog> = {},
  accepted: Partial<Catalog> = catalog,
) => {
  const { subscriptions = [SUB_1], charges = [], payments = {}, disputes = {} } = account;
  const objects = ({ path, query }: StripeCall): Objects | undefined => {
    switch (path) {
      case '/v1/subscriptions':
        return subscriptions;
      case '/v1/charges':
        return charges;
      case '/v1/invoice_payments':
        return payments[query.get('payment[payment_intent]') ?? ''] ?? [];
      case '/v1/disputes':
        return disputes[query.get('charge') ?? ''] ?? [];
      default:
        return undefined;
    }
  };
  const server = await stripeServer((call) => {
    if (call.path === '/v1/customers/cus_1') return { status: 200, body: customerObject() };
    const found = objects(call);
    return found === undefined
      ? stripeError(404)
      : { status: 200, body: pageOf(found, call.query) };
  });
  opened.push(server);
  const billing = stripeBilling({
    readKey: async () => 'rk_live_1',
    livemode: true,
    apiBase: server.apiBase,
    catalogs: async () => ({
      deployed: { ...CATALOG, ...catalog },
      accepted: { ...CATALOG, ...accepted },
    }),
    clock: () => NOW,
    report: recordingReport(),
  });
  const reading = await billing.readCustomer('cus_1');
  const concerns =
    reading.kind === 'found'
      ? reading.subscriptions.map(({ concern, isUnseen }) =>
          isUnseen ? `${concern}, unseen` : concern,
        )
      : [reading.kind === 'unavailable' ? reading.because : reading.kind];
  return { concerns, calls: server.calls };
};

const disputed = (status: unknown, invoiceId = 'in_2'): Account => ({
  charges: [charge('ch_1', { disputed: true })],
  payments: { pi_ch_1: [payment('inpay_1', invoiceId)] },
  disputes: { ch_1: [dispute(status)] },
});

describe('a dispute', () => {
  it.each([
    ['needs_response', 'disputed'],
    ['under_review', 'disputed'],
    ['warning_needs_response', 'disputed'],
    ['warning_under_review', 'disputed'],
    ['appeal_needs_response', 'disputed'],
    ['appeal_under_review', 'disputed'],
    ['a status of the future', 'disputed'],
    ['lost', 'disputed'],
    ['won', 'none'],
    ['warning_closed', 'none'],
    ['prevented', 'none'],
  ])('that is %s on the latest payment: %s', async (status, concern) => {
    expect((await read(disputed(status))).concerns).toEqual([concern]);
  });

  it.each([
    ['needs_response', 'disputed'],
    ['lost', 'none'],
  ])('that is %s on an older payment: %s', async (status, concern) => {
    expect((await read(disputed(status, 'in_1'))).concerns).toEqual([concern]);
  });

  it('counts while one of several on a charge is open', async () => {
    const account = {
      ...disputed('won'),
      disputes: { ch_1: [dispute('won'), dispute('under_review', { id: 'du_2' })] },
    };
    expect((await read(account)).concerns).toEqual(['disputed']);
  });

  it('concerns only the subscription that was paid for', async () => {
    const other = subscriptionObject({ id: 'sub_2' });
    const { concerns } = await read({ ...disputed('lost'), subscriptions: [other, SUB_1] });
    expect(concerns).toEqual(['none', 'disputed']);
  });

  it('of a payment that had nothing to do with a subscription concerns none', async () => {
    const bare = payment('inpay_1', 'in_9', {
      invoice: invoiceObject({ id: 'in_9', parent: null }),
    });
    const account = { ...disputed('needs_response'), payments: { pi_ch_1: [bare] } };
    expect((await read(account)).concerns).toEqual(['none']);
    const noInvoice = await read({ ...disputed('needs_response'), payments: {} });
    // No list of payments at all is an empty answer, and no evidence.
    expect(noInvoice.concerns).toEqual(['none, unseen']);
    expect(noInvoice.calls.some(({ path }) => path === '/v1/disputes')).toBe(false);
    const noIntent = [charge('ch_1', { disputed: true, payment_intent: null })];
    expect((await read({ ...disputed('lost'), charges: noIntent })).concerns).toEqual(['none']);
  });

  it('is not looked for when the catalog ignores disputes', async () => {
    const { concerns, calls } = await read(disputed('lost'), { onDispute: 'ignore' });
    expect(concerns).toEqual(['none']);
    expect(calls).toHaveLength(3);
  });
});

const refunded = (invoiceId: string): Account => ({
  charges: [charge('ch_1', { refunded: true })],
  payments: { pi_ch_1: [payment('inpay_1', invoiceId)] },
});

describe('a refund', () => {
  it.each([
    ['in_2', 'refunded'],
    ['in_1', 'none'],
  ])('in full of %s, where in_2 is the latest: %s', async (invoiceId, concern) => {
    expect((await read(refunded(invoiceId))).concerns).toEqual([concern]);
  });

  it('in part is none, and asks nothing further', async () => {
    const { concerns, calls } = await read({ charges: [charge('ch_1', { amount_refunded: 999 })] });
    expect(concerns).toEqual(['none']);
    expect(calls).toHaveLength(3);
  });

  const paidTwice = (second: object): Account => ({
    charges: [charge('ch_1', { refunded: true }), charge('ch_2', second)],
    payments: {
      pi_ch_1: [payment('inpay_1', 'in_2', { amount_paid: 600 })],
      pi_ch_2: [payment('inpay_2', 'in_2', { amount_paid: 400 })],
    },
  });

  it.each([
    [{ refunded: true }, 'refunded'],
    [{ refunded: false }, 'none'],
    [{ disputed: true }, 'none, unseen'],
  ])('of one of two payments, the other being %j: %s', async (second, concern) => {
    expect((await read(paidTwice(second))).concerns).toEqual([concern]);
  });

  it('of a payment that paid nothing yet is none', async () => {
    const unpaid = payment('inpay_1', 'in_2', { amount_paid: null });
    const account = { ...refunded('in_2'), payments: { pi_ch_1: [unpaid] } };
    expect((await read(account)).concerns).toEqual(['none']);
  });

  it('is not taken back by an empty list of charges', async () => {
    expect((await read({ ...refunded('in_2'), charges: [] })).concerns).toEqual(['none, unseen']);
  });

  it('is not looked for when the catalog ignores refunds', async () => {
    const { concerns, calls } = await read(refunded('in_2'), { onFullRefund: 'ignore' });
    expect(concerns).toEqual(['none']);
    expect(calls).toHaveLength(3);
  });

  it('of a payment that is disputed too is none when only disputes matter and ours was won', async () => {
    const account = {
      ...refunded('in_2'),
      charges: [charge('ch_1', { refunded: true, disputed: true })],
      disputes: { ch_1: [dispute('won')] },
    };
    expect((await read(account, { onFullRefund: 'ignore' })).concerns).toEqual(['none']);
  });

  it('still revokes what is disputed too, when only refunds matter', async () => {
    const account = {
      ...refunded('in_2'),
      charges: [charge('ch_1', { refunded: true, disputed: true })],
      disputes: { ch_1: [dispute('lost')] },
    };
    expect((await read(account, { onDispute: 'ignore' })).concerns).toEqual(['refunded']);
    expect((await read(account)).concerns).toEqual(['disputed_and_refunded']);
  });
});

describe('the calls that this takes', () => {
  it('are none when the catalog ignores both', async () => {
    const ignoring = { onDispute: 'ignore', onFullRefund: 'ignore' } as const;
    const { concerns, calls } = await read(disputed('lost'), ignoring);
    expect(concerns).toEqual(['none']);
    expect(calls).toHaveLength(2);
  });

  it.each([
    ['has no subscription', []],
    ['has only an ended one', [subscriptionObject({ status: 'canceled' })]],
    [
      'has nothing of ours',
      [subscriptionObject({ items: list([{ id: 'si_1', price: { product: 'prod_z' } }]) })],
    ],
  ])('are none for a customer who %s', async (_who, subscriptions) => {
    const { calls } = await read({ ...disputed('lost'), subscriptions });
    expect(calls).toHaveLength(2);
  });

  it('are made for an ended one whose offer leaves something: a refund takes that away', async () => {
    const keep = { days: 'forever', afterPaidDays: 365 } as const;
    const offers = { app: offer('app', { products: ['prod_a'], afterEnd: { keep } }) };
    const ended = subscriptionObject({
      status: 'canceled',
      latest_invoice: invoiceObject({ id: 'in_2' }),
    });
    const account = {
      subscriptions: [ended],
      charges: [charge('ch_1', { refunded: true })],
      payments: { pi_ch_1: [payment('inpay_1', 'in_2')] },
    };
    const { concerns } = await read(account, { offers });
    expect(concerns).toEqual(['refunded']);
  });

  it('are one for the charges of 180 days, and two for each that is amiss', async () => {
    const { calls } = await read(disputed('lost'));
    expect(calls).toHaveLength(5);
    const charges = calls.find(({ path }) => path === '/v1/charges');
    expect(Object.fromEntries(charges?.query ?? [])).toEqual({
      limit: '100',
      customer: 'cus_1',
      'created[gte]': String(NOW - 15_552_000),
    });
  });

  it('go back further when the present period was paid for earlier', async () => {
    const paidAt = NOW - 300 * DAY;
    const latest = invoiceObject({ id: 'in_2', created: paidAt });
    const yearly = subscriptionObject({ latest_invoice: latest });
    const { calls } = await read({ ...disputed('lost'), subscriptions: [yearly] });
    const charges = calls.find(({ path }) => path === '/v1/charges');
    expect(charges?.query.get('created[gte]')).toBe(String(paidAt));
  });

  it('stop after the 25 newest that are amiss', async () => {
    const charges = Array.from({ length: 30 }, (_none, index) =>
      charge(`ch_${index}`, { refunded: true }),
    );
    const { calls } = await read({ charges });
    expect(calls).toHaveLength(28);
  });
});

describe('what cannot be read leaves everything as it is', () => {
  const refundedCharge = { charges: [charge('ch_1', { refunded: true })] };
  const paidBy = (fields: object): Account => ({
    ...refundedCharge,
    payments: { pi_ch_1: [payment('inpay_1', 'in_2', fields)] },
  });

  it.each<[string, Account, string]>([
    [
      'a charge without disputed',
      { charges: [charge('ch_1', { disputed: undefined })] },
      'malformed',
    ],
    ['a charge without refunded', { charges: [charge('ch_1', { refunded: 'no' })] }, 'malformed'],
    [
      'a charge of the other mode',
      { charges: [charge('ch_1', { livemode: false })] },
      'wrong_mode',
    ],
    ['an invoice that was not expanded', paidBy({ invoice: 'in_2' }), 'malformed'],
    ['an amount that is a text', paidBy({ amount_paid: '1000' }), 'malformed'],
    ['a dispute without a status', disputed(undefined), 'malformed'],
  ])('%s', async (_what, account, because) => {
    expect((await read(account)).concerns).toEqual([because]);
  });
});

describe('while a catalog is deployed and not accepted', () => {
  const NOTHING_SOLD = { offers: {} };

  it.each<readonly [string, Partial<Catalog>, Partial<Catalog>]>([
    ['what the accepted one still opens', NOTHING_SOLD, {}],
    ['what the deployed one opens anew', {}, NOTHING_SOLD],
  ])('a dispute about %s is seen', async (_what, deployed, accepted) => {
    const { concerns } = await read(disputed('needs_response'), deployed, accepted);
    expect(concerns).toEqual(['disputed']);
  });

  it.each<readonly [string, Account, Partial<Catalog>, Partial<Catalog>]>([
    ['disputed', disputed('needs_response'), { onDispute: 'ignore' }, { onDispute: 'suspend' }],
    ['disputed', disputed('needs_response'), { onDispute: 'suspend' }, { onDispute: 'ignore' }],
    ['refunded', refunded('in_2'), { onFullRefund: 'ignore' }, { onFullRefund: 'revoke' }],
    ['refunded', refunded('in_2'), { onFullRefund: 'revoke' }, { onFullRefund: 'ignore' }],
  ])('%s is seen if either reacts to it', async (concern, account, deployed, accepted) => {
    expect((await read(account, deployed, accepted)).concerns).toEqual([concern]);
  });

  it('nobody asks about payments of what neither sells', async () => {
    const { concerns, calls } = await read(disputed('needs_response'), NOTHING_SOLD, NOTHING_SOLD);
    expect(concerns).toEqual(['none']);
    expect(calls.map(({ path }) => path)).not.toContain('/v1/charges');
  });
});
