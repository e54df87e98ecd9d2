import { expect, it } from 'vitest';
import { accessUntilOf, fingerprintOfSubscriptions } from '../../functions/core/listing.ts';
import type { Subscription } from '../../functions/core/subscription.ts';
import { invoice, stored, subscription, windowOf } from '../support/builders.ts';

const one = subscription();
const two = subscription({ subscriptionId: 'sub_2' });

it.each([
  ['the order they are listed in', [two, one]],
  ['ended ones', [one, subscription({ subscriptionId: 'sub_0', status: 'canceled' }), two]],
  ['what only we know', [stored(), two]],
  ['a dispute, which the list does not show', [{ ...one, concern: 'disputed' }, two]],
] satisfies [string, Subscription[]][])('does not change with %s', (_what, subscriptions) => {
  expect(fingerprintOfSubscriptions(subscriptions)).toBe(fingerprintOfSubscriptions([one, two]));
});

it.each([
  ['status', { status: 'past_due' }],
  ['invoice', { latestInvoice: invoice({ status: 'open' }) }],
  ['items', { items: [] }],
  ['cancellation', { cancelAt: 1 }],
  ['collection', { collection: 'void' }],
] satisfies [string, Partial<Subscription>][])('changes with the %s', (_what, given) => {
  expect(fingerprintOfSubscriptions([subscription(given)])).not.toBe(
    fingerprintOfSubscriptions([one]),
  );
});

it('access lasts until the latest end of any window', () => {
  const windows = [windowOf('app', { endsAt: 30 }), windowOf('tools', { endsAt: 20 })];
  expect(accessUntilOf({ windows })).toBe(30);
  expect(accessUntilOf({ windows: [] })).toBe(0);
});
