import { describe, expect, it } from 'vitest';
import type { Customer, Trigger } from '../../functions/core/customer.ts';
import { type Reading, reportSync } from '../../functions/usecases/report-sync.ts';
import { customer, NOW, windowOf } from '../support/builders.ts';
import { recordingReport } from '../support/recordings.ts';
import { unavailable } from '../support/sync-world.ts';

const APP = { windows: [windowOf('app')] };

const told = (
  prior: Partial<Customer>,
  next: Partial<Customer>,
  {
    because = 'event',
    reading = { kind: 'nothing' },
  }: { because?: Trigger; reading?: Reading } = {},
) => {
  const report = recordingReport();
  reportSync(report, {
    request: { customerId: 'cus_Nova', because },
    prior: customer({ version: 1, ...prior }),
    next: customer({ version: 2, ...next }),
    reading,
  });
  return report.lines.map(({ message, fields }) => ({ message, ...fields }));
};

const ids = { customerId: 'cus_Nova', because: 'event', version: 2 };

describe('what a sync reports', () => {
  it('nothing when nothing happened', () => {
    expect(told(APP, APP)).toStrictEqual([]);
  });

  it.each([
    ['granted', {}, APP, [{ message: 'AccessGranted', ...ids, offers: ['app'] }]],
    ['revoked', APP, {}, [{ message: 'AccessRevoked', ...ids, offers: ['app'] }]],
    [
      'replaced',
      APP,
      { windows: [windowOf('tools')] },
      [
        { message: 'AccessGranted', ...ids, offers: ['tools'] },
        { message: 'AccessRevoked', ...ids, offers: ['app'] },
      ],
    ],
    ['renewed', APP, { windows: [windowOf('app', { endsAt: NOW })] }, []],
  ])('access %s', (_what, prior, next, expected) => {
    expect(told(prior, next)).toStrictEqual(expected);
  });

  it.each([
    ['missed_event', 'an event was not delivered'],
    ['listing', 'Stripe changed and no event told us'],
  ] as const)('drift that %s found, with its cause', (because, cause) => {
    expect(told({}, APP, { because })).toContainEqual({
      ...ids,
      message: 'DriftFound',
      because,
      what: 'customer',
      cause,
    });
    expect(told(APP, APP, { because })).toStrictEqual([]);
  });

  it.each([
    ['missing', 'StripeMissing'],
    ['unauthorized', 'StripeUnavailable'],
  ] as const)('why Stripe told nothing: %s', (because, message) => {
    expect(told({}, { retryAt: NOW }, { reading: unavailable(because) })).toStrictEqual([
      { message, customerId: 'cus_Nova', because, retryAt: NOW },
    ]);
  });

  it.each(['status_unknown', 'not_listed'] as const)('a window held: %s', (because) => {
    const next = { windows: [windowOf('app', { because })] };
    expect(told(next, next)).toStrictEqual([
      { message: 'SubscriptionHeld', ...ids, subscriptions: ['sub_1'] },
    ]);
  });

  it('a loss that waits for the vendor', () => {
    const next = { windows: [windowOf('app', { held: 'catalog' })] };
    expect(told(next, next)).toStrictEqual([
      { message: 'CatalogLossWaiting', ...ids, offers: ['app'] },
    ]);
  });

  it('malformed accounts with the state that has them, not with each later look', () => {
    const next = { malformedAccounts: ['12'] };
    expect(told({}, next)).toStrictEqual([{ message: 'AccountMalformed', ...ids, count: 1 }]);
    expect(told({ version: 2 }, next)).toStrictEqual([]);
  });
});
