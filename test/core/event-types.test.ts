import type { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, isEventType, subjectOf } from '../../functions/core/event-types.ts';

const event = (object: unknown): unknown => ({ id: 'evt_1', data: { object } });

describe('the allowed event types', () => {
  it('are at most the 20 that Stripe lists in one call, each once', () => {
    expect(EVENT_TYPES.length).toBeLessThanOrEqual(20);
    expect(new Set(EVENT_TYPES).size).toBe(EVENT_TYPES.length);
  });

  it('leave out invoice.created, whose failing delivery delays the vendor’s invoices by 72 hours', () => {
    expect(isEventType('invoice.created')).toBe(false);
  });

  it('are snapshot events that the SDK knows', () => {
    const known: readonly Stripe.Event['type'][] = EVENT_TYPES;
    expect(known.every(isEventType)).toBe(true);
    expect(known.some((type) => type.startsWith('v1.') || type.startsWith('v2.'))).toBe(false);
  });
});

describe('whom an event names', () => {
  it.each([
    ['a customer', { object: 'customer', id: 'cus_1' }, 'customer', 'cus_1'],
    [
      'a subscription',
      { object: 'subscription', id: 'sub_1', customer: 'cus_1' },
      'customer',
      'cus_1',
    ],
    ['an expanded customer', { object: 'invoice', customer: { id: 'cus_1' } }, 'customer', 'cus_1'],
    [
      'a charge with a customer',
      { object: 'charge', id: 'ch_1', customer: 'cus_1' },
      'customer',
      'cus_1',
    ],
    ['a charge without', { object: 'charge', id: 'ch_1', customer: null }, 'charge', 'ch_1'],
    ['a dispute', { object: 'dispute', id: 'du_1', charge: 'ch_1' }, 'charge', 'ch_1'],
    ['a refund', { object: 'refund', id: 're_1', charge: { id: 'ch_1' } }, 'charge', 'ch_1'],
    [
      'a subscription without a customer',
      { object: 'subscription', id: 'sub_1', customer: null },
      'subscription',
      'sub_1',
    ],
    [
      'an old invoice without a customer',
      { object: 'invoice', id: 'in_1', subscription: 'sub_1' },
      'subscription',
      'sub_1',
    ],
  ] as const)('%s', (_what, object, kind, id) => {
    expect(subjectOf(event(object))).toEqual({ kind, id });
  });

  it.each([
    ['a product', { object: 'product', id: 'prod_1' }],
    ['nothing', null],
    ['a list', []],
    ['a text', 'cus_1'],
    ['a number for a customer', { object: 'invoice', customer: 7 }],
    ['a customer id with a slash', { object: 'invoice', customer: 'cus_1/../sub_1' }],
    ['a customer id with a line break', { object: 'invoice', customer: 'cus_1\n' }],
    ['an e-mail address for a customer', { object: 'invoice', customer: 'a@b.example' }],
    ['an id of 256 characters', { object: 'customer', id: 'c'.repeat(256) }],
  ])('is nobody when it is about %s', (_what, object) => {
    expect(subjectOf(event(object))).toBeUndefined();
  });

  it('is nobody when there is no event at all', () => {
    expect(subjectOf(undefined)).toBeUndefined();
    expect(
      subjectOf(JSON.parse('{"__proto__":{"data":{"object":{"customer":"cus_1"}}}}')),
    ).toBeUndefined();
  });
});
