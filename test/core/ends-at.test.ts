import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../functions/core/catalog.ts';
import { endingOf, isFirstPaymentMade } from '../../functions/core/ends-at.ts';
import type { Subscription, SubscriptionItem } from '../../functions/core/subscription.ts';
import { DAY } from '../../functions/core/time.ts';
import { catalog, invoice, itemOf, NOW, subscription } from '../support/builders.ts';

const GRACE_DAYS = 14;

const ending = (
  given: Partial<Subscription>,
  settings: Partial<Catalog> = {},
  item: SubscriptionItem = itemOf('app'),
) => endingOf(catalog(settings), subscription(given), item, GRACE_DAYS);

const open = (endsAt: number, because: string) => ({ kind: 'open', endsAt, because });
const closed = (because: string) => ({ kind: 'closed', because });
const unknown = (because: string) => ({ kind: 'unknown', because });

const PAID = open(NOW + 34 * DAY, 'paid');
const AWAITED = open(NOW + 4 * DAY, 'awaiting_payment');

const { latestInvoice: _none, ...uninvoiced } = subscription();

describe('when access of one item ends', () => {
  it.each([
    ['trialing', { status: 'trialing', trialEndsAt: NOW + DAY }, open(NOW + 15 * DAY, 'trialing')],
    ['trialing without an end', { status: 'trialing' }, unknown('period_unknown')],
    ['active and paid', {}, PAID],
    ['active, nothing to pay', { latestInvoice: invoice({ status: 'open', isZero: true }) }, PAID],
    ['active, invoice void', { latestInvoice: invoice({ status: 'void' }) }, PAID],
    ['active, uncollectible', { latestInvoice: invoice({ status: 'uncollectible' }) }, PAID],
    ['active, invoice draft', { latestInvoice: invoice({ status: 'draft' }) }, AWAITED],
    ['active, invoice open', { latestInvoice: invoice({ status: 'open' }) }, AWAITED],
    [
      'active, invoice open with a due date',
      { latestInvoice: invoice({ status: 'open', dueAt: NOW + 20 * DAY }) },
      open(NOW + 34 * DAY, 'awaiting_payment'),
    ],
    [
      'active, an invoice status we do not know',
      { latestInvoice: invoice({ status: { kind: 'unknown', text: 'melted' } }) },
      unknown('status_unknown'),
    ],
    [
      'past_due, invoice open',
      { status: 'past_due', latestInvoice: invoice({ status: 'open' }) },
      open(NOW + 4 * DAY, 'past_due'),
    ],
    [
      'past_due, invoice draft',
      { status: 'past_due', latestInvoice: invoice({ status: 'draft' }) },
      open(NOW + 4 * DAY, 'past_due'),
    ],
    [
      'past_due, invoice due later',
      { status: 'past_due', latestInvoice: invoice({ status: 'open', dueAt: NOW - 2 * DAY }) },
      open(NOW + 12 * DAY, 'past_due'),
    ],
    [
      'past_due, an invoice status we do not know',
      { status: 'past_due', latestInvoice: invoice({ status: { kind: 'unknown', text: '?' } }) },
      unknown('status_unknown'),
    ],
    ['unpaid', { status: 'unpaid' }, closed('unpaid')],
    ['canceled', { status: 'canceled' }, closed('canceled')],
    ['incomplete', { status: 'incomplete' }, closed('incomplete')],
    ['incomplete_expired', { status: 'incomplete_expired' }, closed('incomplete_expired')],
    ['paused', { status: 'paused' }, closed('paused')],
    ['frozen', { status: { kind: 'unknown', text: 'frozen' } }, unknown('status_unknown')],
  ] satisfies [string, Partial<Subscription>, object][])('%s', (_row, given, expected) => {
    expect(ending(given)).toStrictEqual(expected);
  });

  it('a subscription without any invoice is open to the end of its period', () => {
    expect(endingOf(catalog(), uninvoiced, itemOf('app'), GRACE_DAYS)).toStrictEqual(PAID);
  });

  it('an item without a period is unknown: neither zero nor for ever', () => {
    const item = { productId: 'prod_app' };
    expect(ending({}, {}, item)).toStrictEqual(unknown('period_unknown'));
  });

  it('paused closes although the period goes on', () => {
    expect(ending({ status: 'paused' }, {}, itemOf('app', NOW + 300 * DAY))).toStrictEqual(
      closed('paused'),
    );
  });

  it.each([
    ['active', { cancelAt: NOW + DAY }, open(NOW + DAY, 'paid')],
    [
      'trialing',
      { status: 'trialing', trialEndsAt: NOW + 5 * DAY, cancelAt: NOW + 5 * DAY },
      open(NOW + 5 * DAY, 'trialing'),
    ],
    [
      'past_due',
      { status: 'past_due', cancelAt: NOW + DAY, latestInvoice: invoice({ status: 'open' }) },
      open(NOW + DAY, 'past_due'),
    ],
    ['active, canceled later than the grace', { cancelAt: NOW + 99 * DAY }, PAID],
    ['unpaid', { status: 'unpaid', cancelAt: NOW + DAY }, closed('unpaid')],
  ] satisfies [string, Partial<Subscription>, object][])(
    'a scheduled cancellation has no grace: %s',
    (_row, given, expected) => {
      expect(ending(given)).toStrictEqual(expected);
    },
  );

  it('the cancel date ends the yearly item of a mixed subscription too', () => {
    const yearly = itemOf('app', NOW + 300 * DAY);
    expect(ending({ cancelAt: NOW + 20 * DAY }, {}, yearly)).toStrictEqual(
      open(NOW + 20 * DAY, 'paid'),
    );
  });

  it('a status that no type allows is loud', () => {
    const given: Partial<Subscription> = JSON.parse('{"status":"frozen"}');
    expect(() => ending(given)).toThrow('unhandled case "frozen"');
  });
});

describe('collection paused', () => {
  const UNKNOWN = { kind: 'unknown', text: 'sleep' } as const;

  it.each([
    ['keep', 'void', 'open'],
    ['keep', 'keep_as_draft', 'open'],
    ['keep', 'mark_uncollectible', 'open'],
    ['keep', UNKNOWN, 'open'],
    ['suspend_void', 'void', 'closed'],
    ['suspend_void', 'keep_as_draft', 'open'],
    ['suspend_void', 'mark_uncollectible', 'open'],
    ['suspend_void', UNKNOWN, 'open'],
    ['suspend', 'void', 'closed'],
    ['suspend', 'keep_as_draft', 'closed'],
    ['suspend', 'mark_uncollectible', 'closed'],
    ['suspend', UNKNOWN, 'closed'],
    ['suspend', 'collecting', 'open'],
  ] as const)('setting %s, behavior %s: %s', (onPauseCollection, collection, kind) => {
    expect(ending({ collection }, { onPauseCollection }).kind).toBe(kind);
  });

  it('says why it is closed', () => {
    expect(ending({ collection: 'void' }, { onPauseCollection: 'suspend' })).toStrictEqual(
      closed('collection_paused'),
    );
  });

  it('a draft waits for the vendor, not for the customer', () => {
    const latestInvoice = invoice({ status: 'draft' });
    expect(ending({ collection: 'keep_as_draft', latestInvoice })).toStrictEqual(PAID);
  });

  it('an open invoice is still to be paid', () => {
    const latestInvoice = invoice({ status: 'open' });
    expect(ending({ collection: 'keep_as_draft', latestInvoice })).toStrictEqual(AWAITED);
  });
});

describe('disputes and refunds', () => {
  it.each([
    ['disputed', {}, PAID],
    ['disputed', { onDispute: 'suspend' }, closed('disputed')],
    ['disputed', { onFullRefund: 'revoke' }, PAID],
    ['refunded', {}, PAID],
    ['refunded', { onFullRefund: 'revoke' }, closed('refunded')],
    ['refunded', { onDispute: 'suspend' }, PAID],
    ['disputed_and_refunded', {}, PAID],
    ['disputed_and_refunded', { onDispute: 'suspend' }, closed('disputed')],
    ['disputed_and_refunded', { onFullRefund: 'revoke' }, closed('refunded')],
    ['none', { onDispute: 'suspend', onFullRefund: 'revoke' }, PAID],
  ] satisfies [Subscription['concern'], Partial<Catalog>, object][])(
    '%s under %j',
    (concern, settings, expected) => {
      expect(ending({ concern }, settings)).toStrictEqual(expected);
    },
  );
});

describe('the first payment', () => {
  it.each([
    ['a trial', { status: 'trialing' }, true],
    ['a paid invoice', {}, true],
    ['a zero invoice', { latestInvoice: invoice({ status: 'open', isZero: true }) }, true],
    ['an open invoice', { latestInvoice: invoice({ status: 'open' }) }, false],
    ['a draft invoice', { latestInvoice: invoice({ status: 'draft' }) }, false],
    [
      'an invoice voided as a bank debit fails',
      { latestInvoice: invoice({ status: 'void' }) },
      false,
    ],
    ['an uncollectible invoice', { latestInvoice: invoice({ status: 'uncollectible' }) }, false],
  ] satisfies [string, Partial<Subscription>, boolean][])('%s', (_what, given, isMade) => {
    expect(isFirstPaymentMade(catalog(), subscription(given))).toBe(isMade);
  });

  it('is not made without any invoice', () => {
    expect(isFirstPaymentMade(catalog(), uninvoiced)).toBe(false);
  });

  it.each([
    [false, 'send_invoice', false],
    [true, 'send_invoice', true],
    [true, 'charge_automatically', false],
    [true, { kind: 'unknown', text: 'barter' }, false],
  ] as const)('trustSendInvoice %s, %j: %s', (trustSendInvoice, collectionMethod, isMade) => {
    const latestInvoice = invoice({ status: 'open' });
    expect(
      isFirstPaymentMade(
        catalog({ trustSendInvoice }),
        subscription({ collectionMethod, latestInvoice }),
      ),
    ).toBe(isMade);
  });
});
