import { describe, expect, it } from 'vitest';
import type { Catalog, Offer } from '../../../functions/core/catalog.ts';
import { leastOf, lived, mostOf, NO_HISTORY } from '../../../simulation/oracle/history.ts';
import { NOTHING_HELD, rightsOf } from '../../../simulation/oracle/oracle.ts';
import type { TrueSubscription, Truth } from '../../../simulation/oracle/truth.ts';

const DAY = 86_400;

const offer = (name: string, graceDays = 14): Offer => ({
  products: [`prod_${name}`],
  repositories: [`acme/${name}`],
  graceDays,
  awsAccounts: 'pull',
  tags: [],
  afterEnd: 'deny',
});

const CATALOG: Catalog = {
  offers: { app: offer('app'), tools: offer('tools') },
  onDispute: 'ignore',
  onFullRefund: 'ignore',
  onPauseCollection: 'keep',
  trustSendInvoice: false,
};

const PAID = { status: 'paid', isZero: false, createdAt: 0 };

/** Monthly, from day 0 to day 30. */
const subscription = (own: Partial<TrueSubscription> = {}): TrueSubscription => ({
  id: 'sub_1',
  status: 'active',
  isSent: false,
  invoice: PAID,
  items: [{ productId: 'prod_app', startsAt: 0, endsAt: 30 * DAY }],
  isDisputed: false,
  isRefunded: false,
  ...own,
});

const held = (offers: Readonly<Record<string, number>>) => ({
  rights: new Map(Object.entries(offers)),
  isProven: true,
});

const opened = (own: Partial<TrueSubscription>, had = NOTHING_HELD, catalog = CATALOG) =>
  Object.fromEntries(rightsOf(catalog, subscription(own), had, DAY));

describe('a subscription that held nothing', () => {
  it.each<[string, Partial<TrueSubscription>, number | undefined]>([
    ['trialing', { status: 'trialing', trialEndsAt: 7 * DAY }, 21 * DAY],
    ['active and paid', {}, 44 * DAY],
    ['active without an invoice', { invoice: undefined } as never, undefined],
    [
      'active with an invoice of nothing',
      { invoice: { ...PAID, status: 'open', isZero: true } },
      44 * DAY,
    ],
    ['active with an open invoice', { invoice: { ...PAID, status: 'open' } }, undefined],
    ['active with a void invoice', { invoice: { ...PAID, status: 'void' } }, undefined],
    ['past_due', { status: 'past_due', invoice: { ...PAID, status: 'open' } }, undefined],
    ['of an unknown status', { status: 'frozen' }, undefined],
    ['unpaid', { status: 'unpaid' }, undefined],
    ['canceled', { status: 'canceled' }, undefined],
    ['incomplete', { status: 'incomplete' }, undefined],
    ['incomplete_expired', { status: 'incomplete_expired' }, undefined],
    ['paused', { status: 'paused' }, undefined],
    ['ended on a date', { cancelAt: 20 * DAY }, 20 * DAY],
    ['paid without a known period', { items: [{ productId: 'prod_app' }] }, undefined],
    [
      'of a product that nobody sells',
      { items: [{ productId: 'prod_x', endsAt: DAY }] },
      undefined,
    ],
  ])('%s', (_what, own, until) => {
    expect(opened(own)).toEqual(until === undefined ? {} : { app: until });
  });
});

describe('a subscription that held the app until day 44', () => {
  const HELD = held({ app: 44 * DAY });
  const OPEN = { status: 'open', isZero: false, createdAt: 30 * DAY };
  const NEXT = [{ productId: 'prod_app', startsAt: 30 * DAY, endsAt: 60 * DAY }];
  it.each<[string, Partial<TrueSubscription>, number | undefined]>([
    ['renewed and not yet paid: by the invoice', { invoice: OPEN, items: NEXT }, 44 * DAY],
    ['renewed and paid: by the period', { items: NEXT }, 74 * DAY],
    [
      'renewed and forgiven',
      { invoice: { ...OPEN, status: 'uncollectible' }, items: NEXT },
      74 * DAY,
    ],
    [
      'renewed and sent: by its due date',
      { invoice: { ...OPEN, dueAt: 40 * DAY }, items: NEXT },
      54 * DAY,
    ],
    [
      'past_due: never later',
      { status: 'past_due', invoice: { ...OPEN, dueAt: 40 * DAY } },
      44 * DAY,
    ],
    [
      'past_due: earlier',
      { status: 'past_due', invoice: { ...OPEN, createdAt: 9 * DAY } },
      23 * DAY,
    ],
    ['unknown: as it was', { status: 'frozen' }, 44 * DAY],
    ['unknown, with an announced end', { status: 'frozen', cancelAt: 9 * DAY }, 9 * DAY],
    ['unpaid: now', { status: 'unpaid' }, undefined],
    [
      'a draft while collection is paused',
      { invoice: { ...OPEN, status: 'draft' }, paused: 'void', items: NEXT },
      74 * DAY,
    ],
  ])('%s', (_what, own, until) => {
    expect(opened(own, HELD)).toEqual(until === undefined ? {} : { app: until });
  });

  it('keeps what an unpaid change replaces, and adds nothing', () => {
    const items = [{ productId: 'prod_tools', startsAt: 0, endsAt: 30 * DAY }];
    const invoice = { status: 'open', isZero: false, createdAt: 20 * DAY };
    expect(opened({ items, invoice }, HELD)).toEqual({ app: 34 * DAY });
    expect(opened({ items }, HELD)).toEqual({ tools: 44 * DAY });
  });

  it.each<[string, Partial<TrueSubscription>, Partial<Catalog>]>([
    ['disputed', { isDisputed: true }, { onDispute: 'suspend' }],
    ['refunded', { isRefunded: true }, { onFullRefund: 'revoke' }],
    ['not collected', { paused: 'keep_as_draft' }, { onPauseCollection: 'suspend' }],
    ['collected as void', { paused: 'void' }, { onPauseCollection: 'suspend_void' }],
  ])('is closed when %s where the vendor says so, and otherwise not', (_what, own, settings) => {
    expect(opened(own, HELD, { ...CATALOG, ...settings })).toEqual({});
    expect(opened(own, HELD)).toEqual({ app: 44 * DAY });
  });
});

it('trusts an invoice that was sent where the vendor does', () => {
  const own = { isSent: true, invoice: { ...PAID, status: 'open', dueAt: 3 * DAY } };
  expect(opened(own)).toEqual({});
  expect(opened(own, NOTHING_HELD, { ...CATALOG, trustSendInvoice: true })).toEqual({
    app: 17 * DAY,
  });
});

describe('a history', () => {
  const truth = (own: Partial<TrueSubscription>): Truth => ({
    isDeleted: false,
    accounts: [],
    subscriptions: [subscription(own)],
  });
  const history = (...all: readonly Partial<TrueSubscription>[]) =>
    all.reduce(
      (before, own, index) => lived(before, { at: index * DAY, truth: truth(own) }, [CATALOG]),
      NO_HISTORY,
    );
  const at = (all: ReturnType<typeof mostOf>) => all.map((each) => Object.fromEntries(each));

  it('may keep through past_due what it had, and need not if nobody saw it', () => {
    const seen = history({}, { status: 'past_due', invoice: { ...PAID, status: 'open' } });
    expect(at(mostOf(seen, [CATALOG], 2 * DAY))).toEqual([{ app: 14 * DAY }]);
    expect(at(leastOf(seen, CATALOG, 2 * DAY))).toEqual([{}]);
  });

  it('gives nothing for what was never paid, however it is looked at', () => {
    const seen = history(
      { status: 'incomplete', invoice: { ...PAID, status: 'open' } },
      { status: 'past_due', invoice: { ...PAID, status: 'open' } },
    );
    expect(at(mostOf(seen, [CATALOG], 2 * DAY))).toEqual([{}]);
  });

  it('may have missed an end that was taken back, and need not', () => {
    const seen = history({}, { status: 'canceled' }, {});
    expect(at(mostOf(seen, [CATALOG], 3 * DAY))).toEqual([{ app: 44 * DAY }]);
    expect(leastOf(seen, CATALOG, 3 * DAY)).toEqual([]);
  });

  it('gives at most what one of two catalogs gives', () => {
    const longer = { ...CATALOG, offers: { app: offer('app', 30) } };
    expect(at(mostOf(history({}), [CATALOG, longer], DAY))).toEqual([{ app: 60 * DAY }]);
  });
});
