import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Customer } from '../../functions/core/customer.ts';
import { dueAtOf, retryDelaySeconds } from '../../functions/core/due.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import { customer, grant, NOW, stored, windowOf } from '../support/builders.ts';

const due = (given: Partial<Customer>) => dueAtOf(customer(given), NOW);

it.each([
  ['a window opens', { windows: [windowOf('app', { startsAt: NOW + HOUR })] }, NOW + HOUR],
  [
    'a day before it closes, to look once more',
    { windows: [windowOf('app', { endsAt: NOW + 3 * DAY })] },
    NOW + 2 * DAY,
  ],
  ['it closes', { windows: [windowOf('app', { endsAt: NOW + HOUR })] }, NOW + HOUR],
  [
    'the first of several closes',
    {
      windows: [windowOf('app', { endsAt: NOW + HOUR }), windowOf('tools', { endsAt: NOW + 5 })],
    },
    NOW + 5,
  ],
  ['a change is to be confirmed', { confirmAt: NOW + 10 * MINUTE }, NOW + 10 * MINUTE],
  ['a read is to be tried again', { retryAt: NOW + MINUTE }, NOW + MINUTE],
  ['the breaker may let go', { isHeld: true }, NOW + HOUR],
  [
    'a sealed secret is to be destroyed',
    {
      sealed: [{ credentialId: 'c1', until: NOW + 7 }],
    },
    NOW + 7,
  ],
  ['a month has gone by', { subscriptions: [stored()] }, NOW + 30 * DAY],
  [
    'a month has gone by, and a grant names what no catalog sells',
    { grants: [grant('tools', { until: NOW + 100 * DAY })] },
    NOW + 30 * DAY,
  ],
  [
    'a month has gone by, and somebody without a subscription has a long grant',
    { windows: [windowOf('app', { endsAt: NOW + 100 * DAY })] },
    NOW + 30 * DAY,
  ],
] satisfies [string, Partial<Customer>, number][])('is due when %s', (_what, given, expected) => {
  expect(due(given)).toBe(expected);
});

it('the earliest of all counts', () => {
  expect(
    due({ confirmAt: NOW + 600, retryAt: NOW + 60, isHeld: true, subscriptions: [stored()] }),
  ).toBe(NOW + 60);
});

it.each([
  ['nothing to wait for', {}],
  [
    'only what is over',
    { windows: [windowOf('app', { endsAt: NOW })], confirmAt: NOW, retryAt: NOW - 1 },
  ],
  ['been deleted', { isDeleted: true, retryAt: NOW + 60, windows: [windowOf('app')] }],
] satisfies [string, Partial<Customer>][])('is never due who has %s', (_what, given) => {
  expect(due(given)).toBeUndefined();
});

it('is always later than now', () => {
  const near = fc.integer({ min: NOW - 3 * DAY, max: NOW + 3 * DAY });
  const state = fc.record(
    {
      windows: fc.array(fc.tuple(near, near)),
      sealed: fc.array(near),
      confirmAt: near,
      retryAt: near,
      isHeld: fc.boolean(),
    },
    { requiredKeys: ['windows', 'sealed', 'isHeld'] },
  );
  fc.assert(
    fc.property(state, ({ windows, sealed, ...times }) => {
      const dueAt = due({
        ...times,
        windows: windows.map(([startsAt, endsAt]) => windowOf('app', { startsAt, endsAt })),
        sealed: sealed.map((until) => ({ credentialId: 'c1', until })),
      });
      expect(dueAt ?? NOW + 1).toBeGreaterThan(NOW);
    }),
  );
});

it('retries after a minute, then twice as long, up to an hour and a bit', () => {
  const delays = Array.from({ length: 40 }, (_, retries) => retryDelaySeconds('cus_Nova', retries));
  expect(delays[0]).toBeGreaterThanOrEqual(60);
  expect(delays[0]).toBeLessThan(75);
  expect(delays[1]).toBeGreaterThanOrEqual(120);
  expect(delays[5]).toBeGreaterThanOrEqual(1_920);
  for (const delay of delays) expect(delay).toBeLessThan(4_500);
  for (const delay of delays.slice(6)) expect(delay).toBeGreaterThanOrEqual(3_600);
});

it('customers do not all retry at once', () => {
  const delays = Array.from({ length: 200 }, (_, id) => retryDelaySeconds(`cus_${id}`, 6));
  expect(new Set(delays).size).toBe(16);
});

it('can be told to wait longer', () => {
  expect(retryDelaySeconds('cus_Nova', 40, DAY)).toBeGreaterThanOrEqual(DAY);
  expect(retryDelaySeconds('cus_Nova', 40, DAY)).toBeLessThan(1.25 * DAY);
});
