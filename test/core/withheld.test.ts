import { describe, expect, it } from 'vitest';
import type { Customer, Withheld } from '../../functions/core/customer.ts';
import { decide } from '../../functions/core/decide.ts';
import type { Facts } from '../../functions/core/question.ts';
import { DAY } from '../../functions/core/time.ts';
import {
  catalog,
  customer,
  found,
  invoice,
  itemOf,
  NOW,
  PAID_UNTIL,
  stored,
  subscription,
  windowOf,
} from '../support/builders.ts';

const CATALOG = catalog();

const withheld = (
  facts: Facts,
  prior: Partial<Customer> = {},
  now: number = NOW,
): readonly Withheld[] =>
  decide({
    prior: customer(prior),
    facts,
    grants: [],
    catalogs: { deployed: CATALOG, accepted: CATALOG },
    now,
  }).state.withheld;

const had = { windows: [windowOf('app')], subscriptions: [stored()] };

describe('why an offer is not open', () => {
  it('a stranger is told nothing', () => {
    expect(withheld(found([]))).toStrictEqual([]);
  });

  it('what a subscription names and never opened has no end', () => {
    const open = subscription({ latestInvoice: invoice({ status: 'open' }) });
    expect(withheld(found([open]))).toStrictEqual([
      { offerId: 'app', source: 'sub_1', because: 'first_payment' },
    ]);
  });

  it.each([
    ['canceled', found([subscription({ status: 'canceled' })]), 'canceled'],
    ['unpaid', found([subscription({ status: 'unpaid' })]), 'unpaid'],
    ['replaced', found([subscription({ items: [itemOf('tools')] })]), 'product_removed'],
    ['a deleted customer', { kind: 'deleted' }, 'customer_deleted'],
  ] satisfies [string, Facts, string][])('%s', (_what, facts, because) => {
    expect(withheld(facts, had)).toContainEqual({
      offerId: 'app',
      source: 'sub_1',
      because,
      endedAt: NOW,
    });
  });

  it('the deadline, at its own time however late we are', () => {
    expect(withheld({ kind: 'nothing' }, had, PAID_UNTIL + DAY)).toStrictEqual([
      { offerId: 'app', source: 'sub_1', because: 'deadline', endedAt: PAID_UNTIL },
    ]);
  });

  it('of two windows that ended the later end counts', () => {
    const windows = [
      windowOf('app', { source: 'sub_a', endsAt: NOW - 1 }),
      windowOf('app', { source: 'sub_b', endsAt: NOW - 9 }),
    ];
    expect(withheld(found([]), { windows })).toStrictEqual([
      { offerId: 'app', source: 'sub_a', because: 'deadline', endedAt: NOW - 1 },
    ]);
  });

  it('a lapse is remembered, under the reason of the day', () => {
    const lapsed = {
      withheld: [{ offerId: 'app', source: 'sub_1', because: 'canceled', endedAt: 7 } as const],
    };
    expect(withheld(found([]), lapsed)).toStrictEqual(lapsed.withheld);
    const unpaid = subscription({ subscriptionId: 'sub_2', status: 'unpaid' });
    expect(withheld(found([unpaid]), lapsed)).toStrictEqual([
      { offerId: 'app', source: 'sub_2', because: 'unpaid', endedAt: 7 },
    ]);
  });

  it('what was only named is forgotten when nobody names it any more', () => {
    const named = { withheld: [{ offerId: 'app', source: 'sub_1', because: 'unpaid' } as const] };
    expect(withheld(found([]), named)).toStrictEqual([]);
  });

  it('what is open is not withheld, whatever else names it', () => {
    const facts = found([
      subscription(),
      subscription({ subscriptionId: 'sub_2', status: 'unpaid' }),
    ]);
    const lapsed = {
      withheld: [{ offerId: 'app', source: 'sub_0', because: 'canceled', endedAt: 7 } as const],
    };
    expect(withheld(facts, lapsed)).toStrictEqual([]);
  });

  it('several are in one order', () => {
    const items = [itemOf('tools'), itemOf('app')];
    const offers = withheld(found([subscription({ items, status: 'paused' })]));
    expect(offers.map(({ offerId }) => offerId)).toStrictEqual(['app', 'tools']);
  });
});
