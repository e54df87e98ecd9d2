import { expect, it } from 'vitest';
import {
  accessUntilOf,
  fingerprintOfListed,
  fingerprintOfStored,
  type Listed,
} from '../../functions/core/listing.ts';
import { stranger } from '../../functions/core/next-customer.ts';
import type { Subscription } from '../../functions/core/subscription.ts';
import { invoice, stored, subscription, windowOf } from '../support/builders.ts';

const ACCOUNT = '111122223333';
const OTHER = '444455556666';
const one = subscription();
const two = subscription({ subscriptionId: 'sub_2' });

const listed = (subscriptions: readonly Subscription[], given: Partial<Listed> = {}): string =>
  fingerprintOfListed({ subscriptions, accounts: [ACCOUNT], malformed: [], ...given });

it.each([
  ['the order they are listed in', [two, one]],
  ['ended ones', [one, subscription({ subscriptionId: 'sub_0', status: 'canceled' }), two]],
  ['what only we know', [stored(), two]],
  ['a dispute, which the list does not show', [{ ...one, concern: 'disputed' }, two]],
] satisfies [string, Subscription[]][])('does not change with %s', (_what, subscriptions) => {
  expect(listed(subscriptions)).toBe(listed([one, two]));
});

it.each([
  ['status', { status: 'past_due' }],
  ['invoice', { latestInvoice: invoice({ status: 'open' }) }],
  ['items', { items: [] }],
  ['cancellation', { cancelAt: 1 }],
  ['collection', { collection: 'void' }],
] satisfies [string, Partial<Subscription>][])('changes with the %s', (_what, given) => {
  expect(listed([subscription(given)])).not.toBe(listed([one]));
});

it.each([
  ['an account that is removed', { accounts: [] }],
  ['another account', { accounts: [OTHER] }],
  ['a malformed account', { malformed: ['12345'] }],
])('changes with %s', (_what, given) => {
  expect(listed([one], given)).not.toBe(listed([one]));
});

it('does not change with the accounts of who has no live subscription, whom no list shows', () => {
  const ended = subscription({ status: 'canceled' });
  expect(listed([ended])).toBe(listed([], { accounts: [], malformed: ['12345'] }));
});

it('is the same of what is stored, where the breaker holds other accounts too', () => {
  const customer = { ...stranger('cus_Nova'), subscriptions: [stored()], accounts: [ACCOUNT] };
  expect(fingerprintOfStored(customer)).toBe(listed([one]));
  const held = { ...customer, statedAccounts: [OTHER] };
  expect(fingerprintOfStored(held)).toBe(listed([one], { accounts: [OTHER] }));
  const careless = { ...customer, malformedAccounts: ['12345'] };
  expect(fingerprintOfStored(careless)).toBe(listed([one], { malformed: ['12345'] }));
});

it('access lasts until the latest end of any window', () => {
  const windows = [windowOf('app', { endsAt: 30 }), windowOf('tools', { endsAt: 20 })];
  expect(accessUntilOf({ windows })).toBe(30);
  expect(accessUntilOf({ windows: [] })).toBe(0);
});
