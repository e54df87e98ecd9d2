import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../functions/core/catalog.ts';
import type { StoredSubscription, Window } from '../../functions/core/customer.ts';
import { verdictOf } from '../../functions/core/subscription-windows.ts';
import { DAY } from '../../functions/core/time.ts';
import {
  catalog,
  invoice,
  itemOf,
  NOW,
  offer,
  PAID_UNTIL,
  PERIOD_START,
  stored,
  windowOf,
} from '../support/builders.ts';

const OPEN_INVOICE = { latestInvoice: invoice({ status: 'open' }) };
const AWAITED_UNTIL = NOW + 4 * DAY;

const verdict = (
  given: Partial<StoredSubscription>,
  held: readonly Window[] = [],
  settings: Partial<Catalog> = {},
) => verdictOf(catalog(settings), stored(given), held, NOW);

/** `app until +34, tools first_payment` */
const told = (...args: Parameters<typeof verdict>): readonly string[] => {
  const { windows, withheld } = verdict(...args);
  return [
    ...windows.map(
      ({ offerId, endsAt, because }) => `${offerId} +${(endsAt - NOW) / DAY} ${because}`,
    ),
    ...withheld.map(({ offerId, because }) => `${offerId} ${because}`),
  ];
};

describe('the first grant of a subscription', () => {
  it.each([
    ['paid', {}, ['app +34 paid']],
    ['on trial', { status: 'trialing', trialEndsAt: NOW + DAY }, ['app +15 trialing']],
    ['with nothing to pay', { latestInvoice: invoice({ isZero: true }) }, ['app +34 paid']],
    ['not paid yet', OPEN_INVOICE, ['app first_payment']],
    [
      'whose bank debit failed, so that Stripe voided the invoice',
      { latestInvoice: invoice({ status: 'void' }) },
      ['app first_payment'],
    ],
    ['past_due when first seen', { status: 'past_due', ...OPEN_INVOICE }, ['app first_payment']],
    [
      'past_due when first seen, an earlier invoice paid',
      { status: 'past_due' },
      ['app unpaid_adds_nothing'],
    ],
    ['incomplete', { status: 'incomplete', ...OPEN_INVOICE }, ['app incomplete']],
    [
      'of a status we do not know',
      { status: { kind: 'unknown', text: 'frozen' } },
      ['app status_unknown'],
    ],
    [
      'by invoice, unpaid',
      { collectionMethod: 'send_invoice', ...OPEN_INVOICE },
      ['app first_payment'],
    ],
  ] satisfies [string, Partial<StoredSubscription>, string[]][])('%s', (_what, given, expected) => {
    expect(told({ proven: false, ...given })).toStrictEqual(expected);
  });

  it('by invoice opens before it is paid where the vendor trusts that', () => {
    const given = { proven: false, collectionMethod: 'send_invoice', ...OPEN_INVOICE } as const;
    expect(told(given, [], { trustSendInvoice: true })).toStrictEqual(['app +4 awaiting_payment']);
  });

  it('is not asked for again once it was made', () => {
    const given = { latestInvoice: invoice({ status: 'uncollectible' }) };
    expect(told({ proven: true, ...given })).toStrictEqual(['app +34 paid']);
  });
});

describe('an invoice that Stripe voided, as after a bank debit that failed', () => {
  const VOID = { proven: true, latestInvoice: invoice({ status: 'void' }) } as const;

  it('opens nothing', () => {
    expect(told(VOID)).toStrictEqual(['app unpaid_adds_nothing']);
  });

  it('keeps what is open', () => {
    expect(told(VOID, [windowOf('app')])).toStrictEqual(['app +34 paid']);
  });

  it('opens again where the vendor has paused collection and keeps access', () => {
    expect(told({ ...VOID, collection: 'void' })).toStrictEqual(['app +34 paid']);
  });
});

describe('past_due', () => {
  const PAST_DUE = { status: 'past_due', ...OPEN_INVOICE } as const;

  it('keeps what was open, until the invoice and the grace', () => {
    expect(told(PAST_DUE, [windowOf('app')])).toStrictEqual(['app +4 past_due']);
  });

  it('never moves the date later, whatever new invoices are made', () => {
    const held = [windowOf('app', { endsAt: NOW + DAY, because: 'past_due' })];
    const latestInvoice = invoice({ status: 'open', createdAt: NOW });
    expect(told({ status: 'past_due', latestInvoice }, held)).toStrictEqual(['app +1 past_due']);
  });

  it('keeps a trial no longer than the trial gave', () => {
    const held = [windowOf('app', { endsAt: NOW + 2 * DAY, because: 'trialing' })];
    expect(told(PAST_DUE, held)).toStrictEqual(['app +2 past_due']);
  });

  it('opens nothing again that has ended', () => {
    const held = [windowOf('app', { endsAt: NOW })];
    const latestInvoice = invoice({ status: 'open', createdAt: NOW });
    expect(told({ status: 'past_due', latestInvoice }, held)).toStrictEqual([
      'app unpaid_adds_nothing',
    ]);
  });

  it('adds nothing: an unpaid upgrade keeps the old offer and does not open the new one', () => {
    const given = { ...PAST_DUE, items: [itemOf('tools')] };
    expect(told(given, [windowOf('app')])).toStrictEqual([
      'app +4 past_due',
      'tools unpaid_adds_nothing',
    ]);
  });

  it('a removal needs no payment and takes effect', () => {
    const held = [windowOf('app'), windowOf('tools')];
    expect(told(PAST_DUE, held)).toStrictEqual(['app +4 past_due']);
  });

  it('that is over opens again when it is paid', () => {
    expect(told({})).toStrictEqual(['app +34 paid']);
  });

  it('a deadline that has passed closes it', () => {
    const latestInvoice = invoice({ status: 'open', createdAt: NOW - 14 * DAY });
    expect(told({ status: 'past_due', latestInvoice }, [windowOf('app')])).toStrictEqual([
      'app deadline',
    ]);
  });
});

describe('active with an open invoice', () => {
  it('keeps what was open, and opens nothing new', () => {
    const items = [itemOf('app'), itemOf('tools')];
    expect(told({ ...OPEN_INVOICE, items }, [windowOf('app')])).toStrictEqual([
      'app +4 awaiting_payment',
      'tools unpaid_adds_nothing',
    ]);
  });

  it('an upgrade takes effect when it is paid, and only then', () => {
    const items = [itemOf('tools')];
    expect(told({ ...OPEN_INVOICE, items }, [windowOf('app')])).toStrictEqual(
      ['tools unpaid_adds_nothing', 'app +4 awaiting_payment'].toSorted(),
    );
    expect(told({ items }, [windowOf('app')])).toStrictEqual(['tools +34 paid']);
  });
});

describe('a status that we do not know', () => {
  const FROZEN = { status: { kind: 'unknown', text: 'frozen' } } as const;

  it('leaves what is open as it is, named or not', () => {
    const held = [windowOf('app'), windowOf('tools', { endsAt: NOW + DAY })];
    expect(told(FROZEN, held)).toStrictEqual(['app +34 status_unknown', 'tools +1 status_unknown']);
  });

  it('still ends at the date of a cancellation', () => {
    expect(told({ ...FROZEN, cancelAt: NOW + DAY }, [windowOf('app')])).toStrictEqual([
      'app +1 status_unknown',
    ]);
    expect(told({ ...FROZEN, cancelAt: NOW + 90 * DAY }, [windowOf('app')])).toStrictEqual([
      'app +34 status_unknown',
    ]);
  });

  it('has ended when that date has come', () => {
    expect(told({ ...FROZEN, cancelAt: NOW }, [windowOf('app')])).toStrictEqual(['app deadline']);
  });

  it('does not keep a disputed one open where disputes suspend', () => {
    const held = [windowOf('app'), windowOf('tools')];
    expect(told({ ...FROZEN, concern: 'disputed' }, held, { onDispute: 'suspend' })).toStrictEqual([
      'app disputed',
    ]);
  });

  it('names nothing and holds nothing: nothing', () => {
    expect(told({ ...FROZEN, items: [] })).toStrictEqual([]);
  });

  it('holds what is open although no item is left', () => {
    expect(told({ ...FROZEN, items: [] }, [windowOf('app')])).toStrictEqual([
      'app +34 status_unknown',
    ]);
  });
});

describe('items', () => {
  it('without a period hold an existing grant and make no new one', () => {
    const items = [{ productId: 'prod_app' }];
    expect(told({ items }, [windowOf('app')])).toStrictEqual(['app +34 status_unknown']);
    expect(told({ items })).toStrictEqual(['app period_unknown']);
  });

  it('of one product twice open it once, until the later end', () => {
    const items = [itemOf('app', NOW + DAY), itemOf('app', NOW + 9 * DAY), itemOf('app', NOW)];
    expect(told({ items })).toStrictEqual(['app +23 paid']);
  });

  it.each([
    ['first', [{ productId: 'prod_app' }, itemOf('app')]],
    ['last', [itemOf('app'), { productId: 'prod_app' }]],
  ])('one without a period, %s, does not hide the other', (_where, items) => {
    expect(told({ items })).toStrictEqual(['app +34 paid']);
  });

  it('25 of them open 25 offers', () => {
    const names = Array.from({ length: 25 }, (_, index) => `app${index}`);
    const offers = Object.fromEntries(names.map((name) => [name, offer(name)]));
    const { windows } = verdict({ items: names.map((name) => itemOf(name)) }, [], { offers });
    expect(windows).toHaveLength(25);
  });

  it('monthly and yearly end each at its own period, and together at the cancel date', () => {
    const items = [itemOf('app'), itemOf('tools', NOW + 300 * DAY)];
    expect(told({ items })).toStrictEqual(['app +34 paid', 'tools +314 paid']);
    expect(told({ items, cancelAt: NOW + 20 * DAY })).toStrictEqual([
      'app +20 paid',
      'tools +20 paid',
    ]);
  });

  it('of a product that the catalog does not have open nothing', () => {
    expect(told({ items: [itemOf('stranger')] }, [windowOf('app')])).toStrictEqual([]);
  });

  it('each offer has its own grace', () => {
    const offers = {
      app: offer('app', { graceDays: 0 }),
      tools: offer('tools', { graceDays: 60 }),
    };
    expect(told({ items: [itemOf('app'), itemOf('tools')] }, [], { offers })).toStrictEqual([
      'app +20 paid',
      'tools +80 paid',
    ]);
  });
});

it('a window runs from the start of the subscription and names its source', () => {
  expect(verdict({}).windows).toStrictEqual([
    {
      offerId: 'app',
      source: 'sub_1',
      startsAt: PERIOD_START,
      endsAt: PAID_UNTIL,
      because: 'paid',
    },
  ]);
});

it('what ends now has ended', () => {
  expect(told({ cancelAt: NOW }, [windowOf('app')])).toStrictEqual(['app deadline']);
  expect(told({ cancelAt: NOW + DAY }, [windowOf('app')])).toStrictEqual(['app +1 paid']);
});

it('the windows awaited end where the invoice says', () => {
  expect(verdict(OPEN_INVOICE, [windowOf('app')]).windows[0]?.endsAt).toBe(AWAITED_UNTIL);
});
