import { describe, expect, it } from 'vitest';
import type { AfterEnd, TagRule } from '../../functions/core/catalog.ts';
import type { Customer, PaidTime, WithheldReason } from '../../functions/core/customer.ts';
import {
  accessTo,
  accountAccessOf,
  lapseFor,
  openingFor,
} from '../../functions/core/pull-access.ts';
import type { Stamp } from '../../functions/core/release.ts';
import { opensOf, rulesHashOf } from '../../functions/core/tag-rules.ts';
import { DAY } from '../../functions/core/time.ts';
import { catalog, customer, NOW, offer, PAID_UNTIL, windowOf } from '../support/builders.ts';

const APP = 'acme/app';
const ONE: readonly TagRule[] = [{ semver: '^1' }];
const TWO: readonly TagRule[] = [{ semver: '^2' }];

/** A catalog that sells `app` with these rules. */
const selling = (tags: readonly TagRule[], afterEnd: AfterEnd = 'deny') =>
  catalog({ offers: { app: offer('app', { awsAccounts: 'none', tags, afterEnd }) } });
const alone = (deployed: ReturnType<typeof catalog>) => ({ deployed, accepted: deployed });

/** As a listing under these catalogs stamps what a tag reaches. */
const stampOf = (
  tag: string,
  catalogs: Parameters<typeof opensOf>[0],
  at = NOW - 100 * DAY,
): Stamp => ({
  firstPushedAt: at,
  opens: opensOf(catalogs, APP, tag, at),
  rulesHash: rulesHashOf(catalogs, APP),
});

const payer = customer({ windows: [windowOf('app')] });
const lapsed = (given: Partial<Customer> = {}, because: WithheldReason = 'canceled') =>
  customer({
    withheld: [{ offerId: 'app', source: 'sub_1', because, endedAt: NOW - 5 * DAY }],
    ...given,
  });
const paid = (from: number, to: number, given: Partial<PaidTime> = {}): PaidTime => ({
  offerId: 'app',
  source: 'sub_1',
  startsAt: NOW + from * DAY,
  endsAt: NOW + to * DAY,
  ...given,
});

describe('access to a repository', () => {
  const NOTHING = { openings: [], lapses: [] };
  const access = (who: Customer, catalogs = alone(catalog()), now = NOW) =>
    accessTo(who, catalogs, APP, now);

  it('is the whole of it until the window ends, for an offer without rules', () => {
    expect(access(payer)).toStrictEqual({
      openings: [{ offerId: 'app', source: 'sub_1', endsAt: PAID_UNTIL, covers: 'whole' }],
      lapses: [],
    });
  });

  it('is what its key is stamped on, for an offer with rules', () => {
    expect(access(payer, alone(selling(ONE))).openings).toMatchObject([{ covers: ['app'] }]);
  });

  it('is nothing at all for a stranger, in a repository of others, or for an offer that is gone', () => {
    expect(access(customer())).toStrictEqual(NOTHING);
    expect(accessTo(payer, alone(catalog()), 'acme/tools', NOW)).toStrictEqual(NOTHING);
    expect(access(customer({ windows: [windowOf('gone')] }))).toStrictEqual(NOTHING);
    const without = alone(catalog({ offers: { tools: offer('tools') } }));
    expect(access(lapsed(), without)).toStrictEqual(NOTHING);
  });

  it('begins and ends with the clock, whatever has been written down', () => {
    const who = customer({ windows: [windowOf('app', { startsAt: NOW, endsAt: NOW + 10 })] });
    expect(access(who, undefined, NOW - 1)).toStrictEqual(NOTHING);
    expect(access(who, undefined, NOW).openings).toHaveLength(1);
    expect(access(who, undefined, NOW + 9).openings).toHaveLength(1);
    expect(access(who, undefined, NOW + 10)).toStrictEqual({
      openings: [],
      lapses: [{ offerId: 'app', because: 'deadline', endedAt: NOW + 10, covers: 'whole' }],
    });
  });

  it('is of every source that is open', () => {
    const windows = [windowOf('app'), windowOf('app', { source: 'manual', endsAt: NOW + DAY })];
    expect(access(customer({ windows })).openings.map(({ source }) => source)).toStrictEqual([
      'sub_1',
      'manual',
    ]);
    // One that has ended beside one that is open is no lapse.
    const ended = [windowOf('app'), windowOf('app', { source: 'manual', endsAt: NOW - DAY })];
    expect(access(customer({ windows: ended })).lapses).toStrictEqual([]);
  });

  it.each<WithheldReason>([
    'first_payment',
    'unpaid_adds_nothing',
    'unpaid',
    'canceled',
    'incomplete',
    'incomplete_expired',
    'paused',
    'collection_paused',
    'disputed',
    'refunded',
    'status_unknown',
    'period_unknown',
    'product_removed',
    'deadline',
    'grant_ended',
    'customer_deleted',
    'catalog',
  ])('lapsed for the reason %s, and says so only to whom had it', (because) => {
    expect(lapseFor(access(lapsed({}, because)))).toStrictEqual({
      offerId: 'app',
      because,
      endedAt: NOW - 5 * DAY,
    });
    const never = customer({ withheld: [{ offerId: 'app', source: 'sub_1', because }] });
    expect(access(never)).toStrictEqual(NOTHING);
    expect(lapseFor(access(never))).toBeUndefined();
  });

  it('names the last of several ends', () => {
    const ends = [
      ['app', NOW - 9 * DAY],
      ['suite', NOW - 3 * DAY],
      ['old', NOW - 6 * DAY],
    ] as const;
    const withheld = ends.map(([offerId, endedAt]) => ({
      offerId,
      source: 'sub_1',
      because: 'canceled' as const,
      endedAt,
    }));
    const offers = Object.fromEntries(
      withheld.map(({ offerId }) => [offerId, offer(offerId, { repositories: [APP] })]),
    );
    const last = lapseFor(access(customer({ withheld }), alone(catalog({ offers }))));
    expect(last).toMatchObject({ offerId: 'suite' });
  });
});

const moreOf = (held: 'breaker' | 'catalog' | 'new' | undefined) => {
  if (held === 'new') return { isNew: true } as const;
  return held === undefined ? {} : { held };
};

describe('which catalog a window is read with', () => {
  const deployed = selling(ONE);
  const accepted = selling(TWO);
  const coversOf = (
    held: 'breaker' | 'catalog' | 'new' | undefined,
    catalogs = { deployed, accepted },
  ) =>
    accessTo(
      customer({ windows: [windowOf('app', moreOf(held))] }),
      catalogs,
      APP,
      NOW,
    ).openings.map(({ covers }) => covers);
  const before = `app@${rulesHashOf(alone(accepted), APP)}`;

  it.each([
    ['new', [['app']]],
    // Decided before this catalog came, or after it without a loss.
    [undefined, [['app'], ['accepted:app', before]]],
    ['catalog', [['accepted:app', before]]],
    ['breaker', [['app'], ['accepted:app', before]]],
  ] as const)('held %s', (held, expected) => {
    expect(coversOf(held)).toStrictEqual(expected);
  });

  it('has one key for both while their rules agree, and none where one has no rules', () => {
    expect(coversOf('catalog', alone(deployed))).toStrictEqual([['app']]);
    expect(coversOf('catalog', { deployed, accepted: selling([]) })).toStrictEqual(['whole']);
    expect(coversOf('breaker', { deployed: selling([]), accepted })).toStrictEqual([
      'whole',
      ['accepted:app', before],
    ]);
  });

  it('opens what only the accepted catalog still has, to those who are held by it', () => {
    const gone = catalog({ offers: { tools: offer('tools') } });
    expect(coversOf('catalog', { deployed: gone, accepted })).toStrictEqual([
      ['accepted:app', before],
    ]);
    expect(coversOf('new', { deployed: gone, accepted })).toStrictEqual([]);
  });
});

describe('a rule that changes', () => {
  const old = selling(ONE);
  const present = selling(TWO);
  const catalogs = { deployed: present, accepted: old };
  const opens = (held: 'catalog' | 'new' | undefined, stamp: Stamp, given = catalogs) =>
    openingFor(
      accessTo(customer({ windows: [windowOf('app', moreOf(held))] }), given, APP, NOW),
      stamp,
    ) !== undefined;

  it.each([
    ['1.0.0', 'catalog', true],
    ['1.0.0', undefined, true],
    ['1.0.0', 'new', false],
    ['2.0.0', 'catalog', false],
    ['2.0.0', undefined, true],
    ['2.0.0', 'new', true],
  ] as const)('%s, stamped since, for a window held %s: %s', (tag, held, expected) => {
    expect(opens(held, stampOf(tag, catalogs))).toBe(expected);
  });

  it('leaves what was stamped before to those who are owed it', () => {
    expect(opens('catalog', stampOf('1.0.0', alone(old)))).toBe(true);
    expect(opens('catalog', stampOf('2.0.0', alone(old)))).toBe(false);
  });

  it('gives those who are owed the old rule nothing by the new rule’s stamp', () => {
    expect(opens('catalog', stampOf('2.0.0', alone(present)))).toBe(false);
  });

  it('shuts nobody out of what the index has under the offer’s key from before', () => {
    expect(opens(undefined, stampOf('1.0.0', alone(old)), alone(present))).toBe(true);
  });

  it('opens nothing to whom is owed a rule when the stamp knew of none', () => {
    expect(opens('catalog', stampOf('1.0.0', alone(selling([]))))).toBe(false);
  });
});

describe('the opening for an item', () => {
  const stamp = (given: Partial<Stamp> = {}): Stamp => ({
    firstPushedAt: 100,
    opens: { app: 200 },
    rulesHash: 'r',
    ...given,
  });
  const opening = (endsAt: number | 'never', given = {}) => ({
    offerId: 'app',
    source: 'sub_1',
    endsAt,
    covers: ['app'],
    ...given,
  });

  it('is the one that ends last', () => {
    const openings = [opening(5), opening(9), opening(7)];
    expect(openingFor({ openings }, stamp())).toBe(openings[1]);
    const forever = opening('never');
    expect(openingFor({ openings: [...openings, forever] }, stamp())).toBe(forever);
  });

  it.each([
    ['the whole repository', { covers: 'whole' }, {}, true],
    ['an untagged item in the whole', { covers: 'whole' }, { opens: {} }, true],
    ['an untagged item by a key', {}, { opens: {} }, false],
    ['a key that is not stamped', { covers: ['tools'] }, {}, false],
    ['one of several keys', { covers: ['tools', 'app'] }, {}, true],
    ['a key that every object has', { covers: ['constructor'] }, { opens: {} }, false],
    ['a key of these rules only', { covers: ['app@r'] }, {}, true],
    ['a key of other rules', { covers: ['app@other'] }, {}, false],
    ['no keys', { covers: [] }, {}, false],
    ['the whole, pushed before', { covers: 'whole', pushedBefore: 101 }, {}, true],
    ['the whole, pushed at that second', { covers: 'whole', pushedBefore: 100 }, {}, false],
    ['a key, reached before', { pushedBefore: 201 }, {}, true],
    ['a key, reached at that second', { pushedBefore: 200 }, {}, false],
    [
      'the earlier of two keys',
      { covers: ['app', 'b'], pushedBefore: 60 },
      { opens: { app: 200, b: 50 } },
      true,
    ],
  ] as const)('%s', (_name, given, stamped, expected) => {
    const openings = [opening(9, given)];
    expect(openingFor({ openings }, stamp(stamped)) !== undefined).toBe(expected);
  });

  it('is none without any', () => {
    expect(openingFor({ openings: [] }, stamp())).toBeUndefined();
  });
});

describe('what is kept after the end', () => {
  const keep = (days: number | 'forever', afterPaidDays = 365) => ({
    keep: { days, afterPaidDays },
  });
  const holder = (paidTimes: readonly PaidTime[], given: Partial<Customer> = {}) =>
    lapsed({ paidTimes, ...given });
  const openings = (who: Customer, afterEnd: AfterEnd, now = NOW) =>
    accessTo(who, alone(selling([], afterEnd)), APP, now).openings;
  const YEAR = [paid(-385, -20)];

  it('is what was pushed before the paid time ended, for as long as the vendor says', () => {
    expect(openings(holder(YEAR), keep('forever'))).toStrictEqual([
      {
        offerId: 'app',
        source: 'sub_1',
        endsAt: 'never',
        covers: 'whole',
        pushedBefore: NOW - 20 * DAY,
      },
    ]);
    expect(openings(holder(YEAR), keep(30))).toMatchObject([{ endsAt: NOW + 10 * DAY }]);
    expect(openings(holder(YEAR), keep(20))).toStrictEqual([]);
    expect(openings(holder(YEAR), 'deny')).toStrictEqual([]);
  });

  it('is kept from the second on in which access ends, before any sync', () => {
    const who = customer({ windows: [windowOf('app', { endsAt: NOW })], paidTimes: YEAR });
    expect(openings(who, keep('forever'), NOW - 1)).toMatchObject([{ endsAt: NOW }]);
    expect(openings(who, keep('forever'), NOW - 1)).toHaveLength(1);
    expect(openings(who, keep('forever'), NOW)).toMatchObject([{ endsAt: 'never' }]);
  });

  it.each([
    ['one day short', [paid(-384, -20)], 0],
    ['with a gap', [paid(-400, -300), paid(-290, -20)], 1],
    ['with too long a gap', [paid(-400, -300), paid(-280, -20)], 0],
    ['from two subscriptions', [paid(-400, -200), paid(-200, -20, { source: 'sub_2' })], 1],
    ['twice at the same time', [paid(-220, -20), paid(-220, -20, { source: 'sub_2' })], 0],
    ['of another offer', [paid(-385, -20, { offerId: 'tools' })], 0],
    ['not at all', [], 0],
  ])('is earned by a year that was paid for: %s', (_name, times, count) => {
    expect(openings(holder(times), keep('forever'))).toHaveLength(count);
  });

  it('needs some time that was paid for even when no length is asked for', () => {
    expect(openings(holder([paid(-21, -20)]), keep('forever', 0))).toHaveLength(1);
    expect(openings(holder([]), keep('forever', 0))).toHaveLength(0);
  });

  it('does not count time that was paid for and not used', () => {
    // Access ended five days ago; the year would have gone on.
    expect(openings(holder([paid(-100, 265)]), keep('forever'))).toStrictEqual([]);
    expect(openings(holder([paid(-370, -5), paid(-4, 300)]), keep('forever'))).toMatchObject([
      { pushedBefore: NOW - 5 * DAY },
    ]);
    const future = customer({
      windows: [windowOf('app', { endsAt: NOW })],
      paidTimes: [paid(-400, 20)],
    });
    expect(openings(future, keep('forever'))).toMatchObject([{ pushedBefore: NOW }]);
  });

  it('names the source of the last of it', () => {
    const times = [paid(-30, -20, { source: 'sub_2' }), paid(-500, -40)];
    expect(openings(holder(times), keep('forever'))).toMatchObject([{ source: 'sub_2' }]);
  });

  it('goes by tags where the offer has rules', () => {
    const deployed = selling(ONE, keep('forever'));
    expect(accessTo(holder(YEAR), alone(deployed), APP, NOW).openings).toMatchObject([
      { covers: ['app'], pushedBefore: NOW - 20 * DAY },
    ]);
  });

  it('is the union of both catalogs’ until the deployed one is accepted', () => {
    const [deny, forever, month] = [
      selling([]),
      selling([], keep('forever')),
      selling([], keep(30)),
    ];
    const ends = (deployed: typeof deny, accepted: typeof deny) =>
      accessTo(holder(YEAR), { deployed, accepted }, APP, NOW).openings.map(({ endsAt }) => endsAt);
    expect(ends(deny, forever)).toStrictEqual(['never']);
    expect(ends(forever, deny)).toStrictEqual(['never']);
    expect(ends(month, forever)).toStrictEqual([NOW + 10 * DAY, 'never']);
    expect(ends(deny, deny)).toStrictEqual([]);
    expect(ends(catalog({ offers: {} }), forever)).toStrictEqual(['never']);
  });

  it('still tells of the end, for all that came later', () => {
    const access = accessTo(holder(YEAR), alone(selling([], keep('forever'))), APP, NOW);
    expect(lapseFor(access, stampOf('2.0.0', alone(selling([])), NOW))).toMatchObject({
      because: 'canceled',
    });
  });
});

describe('an end is told', () => {
  const offers = {
    app: offer('app', { repositories: [APP], awsAccounts: 'none', tags: ONE }),
    suite: offer('suite', { repositories: [APP], awsAccounts: 'none', tags: TWO }),
    old: offer('old', { repositories: [APP], awsAccounts: 'none', tags: [{ glob: 'lts-*' }] }),
  };
  const catalogs = alone(catalog({ offers }));
  const ended = (offerId: string, days: number) => ({
    offerId,
    source: 'sub_2',
    because: 'canceled' as const,
    endedAt: NOW - days * DAY,
  });
  const withheld = [ended('suite', 2), ended('old', 9)];
  const told = (who: Customer, tag: string, its = catalogs) =>
    lapseFor(accessTo(who, its, APP, NOW), stampOf(tag, its))?.offerId;
  const payerOfOne = customer({ windows: [windowOf('app')], withheld });

  it.each([
    ['what it covered', '2.0.0', 'suite'],
    ['what an earlier one covered, by that one', 'lts-4', 'old'],
    ['nothing else that is there', '3.0.0', undefined],
  ])('beside what is open, for %s', (_what, tag, expected) => {
    expect(told(payerOfOne, tag)).toBe(expected);
  });

  it('beside what is open, for no item that is not known', () => {
    expect(lapseFor(accessTo(payerOfOne, catalogs, APP, NOW))).toBeUndefined();
  });

  it('for everything where nothing is open any more, there or not', () => {
    const who = customer({ withheld });
    for (const tag of ['2.0.0', 'lts-4', '3.0.0']) expect(told(who, tag)).toBe('suite');
    expect(lapseFor(accessTo(who, catalogs, APP, NOW))?.offerId).toBe('suite');
  });

  it('for the whole repository by an offer without rules', () => {
    const whole = { ...offers, suite: offer('suite', { repositories: [APP] }) };
    expect(told(payerOfOne, '3.0.0', alone(catalog({ offers: whole })))).toBe('suite');
  });

  it('for what either catalog covers, until the deployed one is accepted', () => {
    const narrow = { ...offers, suite: { ...offers.suite, tags: [{ semver: '^4' }] } };
    const both = { deployed: catalog({ offers: narrow }), accepted: catalog({ offers }) };
    for (const tag of ['4.0.0', '2.0.0']) expect(told(payerOfOne, tag, both)).toBe('suite');
    expect(told(payerOfOne, '3.0.0', both)).toBeUndefined();
    const wide = { ...offers, suite: { ...offers.suite, tags: [] } };
    const wider = { deployed: catalog({ offers: wide }), accepted: catalog({ offers }) };
    expect(told(payerOfOne, '3.0.0', wider)).toBe('suite');
    const gone = { deployed: catalog({ offers: { app: offers.app } }), accepted: both.accepted };
    expect(told(payerOfOne, '2.0.0', gone)).toBe('suite');
  });
});

describe('the account as a whole', () => {
  const account = (who: Customer, catalogs = alone(catalog())) =>
    accountAccessOf(who, catalogs, NOW);

  it('is open while anything is open', () => {
    const both = { ...lapsed(), windows: [windowOf('tools')] };
    expect(account(both)).toStrictEqual({ isOpen: true });
    expect(account(payer)).toStrictEqual({ isOpen: true });
  });

  it('is open while anything is kept', () => {
    const kept = lapsed({ paidTimes: [paid(-400, -20)] });
    const keeping = selling([], { keep: { days: 'forever', afterPaidDays: 365 } });
    expect(account(kept, alone(keeping))).toStrictEqual({ isOpen: true });
    expect(account(kept)).toMatchObject({ isOpen: false });
  });

  it('says why it is not', () => {
    expect(account(lapsed())).toStrictEqual({
      isOpen: false,
      lapse: { offerId: 'app', because: 'canceled', endedAt: NOW - 5 * DAY },
    });
    expect(account(customer())).toStrictEqual({ isOpen: false });
    expect(account(customer({ windows: [windowOf('gone')] }))).toStrictEqual({ isOpen: false });
  });
});
