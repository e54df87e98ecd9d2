import { describe, expect, it } from 'vitest';
import { entitlementsOf, graceAtOf } from '../../functions/core/entitlement.ts';
import { DAY } from '../../functions/core/time.ts';
import { NOW, PAID_UNTIL, PERIOD_START, stored, windowOf } from '../support/builders.ts';

const entitled = (given: Partial<Parameters<typeof entitlementsOf>[0]>) =>
  entitlementsOf({ windows: [], withheld: [], ...given }, NOW);

describe('the entitlements of a customer', () => {
  it('are none for somebody who never had anything', () => {
    expect(entitled({})).toStrictEqual([]);
  });

  it('last as long as the longest of an offer’s windows, from the first start', () => {
    const windows = [
      windowOf('app', { source: 'sub_1', startsAt: PERIOD_START, endsAt: NOW + DAY }),
      windowOf('app', {
        source: 'manual',
        startsAt: NOW,
        endsAt: NOW + 5 * DAY,
        because: 'manual',
      }),
      windowOf('app', { source: 'sub_2', startsAt: NOW, endsAt: NOW + 2 * DAY }),
    ];
    expect(entitled({ windows })).toStrictEqual([
      {
        kind: 'granted',
        offerId: 'app',
        window: { startsAt: PERIOD_START, endsAt: NOW + 5 * DAY },
        because: 'manual',
        source: 'manual',
      },
    ]);
  });

  it('say that a window is held only if nothing else lasts as long', () => {
    const held = windowOf('app', { held: 'breaker' });
    expect(entitled({ windows: [held] })).toMatchObject([{ held: 'breaker' }]);
    const free = windowOf('app', { source: 'sub_2' });
    expect(entitled({ windows: [held, free] })[0]).not.toHaveProperty('held');
    expect(entitled({ windows: [free, held] })[0]).not.toHaveProperty('held');
  });

  it('end with the window even before a sync has written that down', () => {
    const windows = [windowOf('app', { endsAt: NOW }), windowOf('app', { endsAt: NOW - DAY })];
    expect(entitled({ windows })).toStrictEqual([
      { kind: 'withheld', offerId: 'app', because: 'deadline', source: 'sub_1', endedAt: NOW },
    ]);
  });

  it('are listed by offer, those withheld with their reason', () => {
    const withheld = [
      { offerId: 'zeta', source: 'sub_2', because: 'first_payment' as const },
      { offerId: 'app', source: 'sub_2', because: 'canceled' as const, endedAt: NOW - DAY },
      { offerId: 'tools', source: 'sub_2', because: 'unpaid' as const },
    ];
    expect(entitled({ windows: [windowOf('tools')], withheld })).toMatchObject([
      { kind: 'withheld', offerId: 'app', because: 'canceled', endedAt: NOW - DAY },
      { kind: 'granted', offerId: 'tools', because: 'paid' },
      { kind: 'withheld', offerId: 'zeta', because: 'first_payment' },
    ]);
  });
});

describe('the grace of a granted offer', () => {
  const granted = (source: string) => ({
    kind: 'granted' as const,
    offerId: 'app',
    window: { startsAt: PERIOD_START, endsAt: PAID_UNTIL },
    because: 'paid' as const,
    source,
  });

  it.each([
    ['a subscription has the offer’s grace', 'sub_1', {}, PAID_UNTIL - 14 * DAY],
    ['a scheduled cancellation has none', 'sub_1', { cancelAt: PAID_UNTIL }, PAID_UNTIL],
    ['a manual grant has none', 'manual', {}, PAID_UNTIL],
  ])('%s', (_case, source, given, graceAt) => {
    expect(graceAtOf(granted(source), [stored(given)], 14 * DAY)).toBe(graceAt);
  });
});
